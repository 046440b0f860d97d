package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;

/**
 * TLBs (semantics 2, 8.8): an access may use a translation that a PTE had and has no longer, until
 * the TLB flush. Whoever changes a PTE flushes in the same step, as rmap and the page fault do
 * under the page-table lock, unless it says that the flush comes later:
 *
 * <pre>
 *   munmap, MADV_DONTNEED   between emptying the PTE and dropping the page's reference
 *   fork                    after all PTEs, before mmap_lock is released
 *   mprotect, clear_refs    after all PTEs, before mmap_lock is released
 *   UFFDIO_WRITEPROTECT     after the page-table lock, with mmap_lock held for reading only
 * </pre>
 *
 * A CPU may have walked the page table at any time, also speculatively, and threads move between
 * CPUs: any thread of the address space may use a translation that is still to be flushed. A store
 * needs one that was writable and dirty: to set the dirty bit a CPU walks the page table again.
 */
final class TlbSteps {
  private final Machine m;
  private final boolean on;
  private boolean inAccess;

  TlbSteps(Machine machine, boolean on) {
    this.m = machine;
    this.on = on;
  }

  /** Whether the test has TLBs: a flush that comes later is then a step of its own. */
  boolean on() {
    return on;
  }

  /** The flush of what the step at hand has changed comes later. */
  void deferFlush() {
    m.s.deferFlushes();
  }

  /** flush_tlb_range, on all CPUs. */
  void flush(int process, int firstPage, int pages) {
    boolean any = false;
    for (int v = firstPage; on && v < firstPage + pages; v++) {
      any |= m.s.tlbBits(process, v) != 0;
      m.s.flushTlb(process, v);
    }
    if (any) {
      m.say("flushes the TLBs");
    }
  }

  /** Whether a flush of the address space is still to come (mm_tlb_flush_pending). */
  boolean pending(int process) {
    for (int v = 0; on && v < m.pages; v++) {
      if (m.s.tlbBits(process, v) != 0) {
        return true;
      }
    }
    return false;
  }

  boolean pending(int process, int page) {
    return on && m.s.tlbBits(process, page) != 0;
  }

  /** Whether the access at hand goes through a translation that the page table has no longer. */
  boolean inAccess() {
    return inAccess;
  }

  /** The other choice of an access: through a TLB. */
  boolean access() {
    if (m.get(FAULT_PHASE) != 0 || m.get(GUP_PHASE) != 0 || m.ownProcess() < 0) {
      return false;
    }
    int page = m.access.accessedPage();
    int process = m.instruction.process();
    if (page < 0 || !usable(process, page)) {
      return false;
    }
    int frame = m.s.tlbTarget(process, page);
    if (frame == STALE) {
      m.observer.usedAfterFree();
    }
    m.say("finds the translation in a TLB, which is not yet flushed");
    inAccess = true;
    m.access.act(page, frame);
    inAccess = false;
    return true;
  }

  /** Whether a TLB may have a translation for the access, other than the page table's. */
  private boolean usable(int process, int page) {
    State s = m.s;
    int needed = m.access.stores() ? PRESENT | W | D : PRESENT;
    if ((s.tlbBits(process, page) & needed) != needed) {
      return false;
    }
    boolean same = s.pteTarget(process, page) == s.tlbTarget(process, page);
    return !same || (s.pteBits(process, page) & needed) != needed;
  }

  /** A store that the page table has no say in. */
  void store(int page, int frame, int word, int value) {
    if (frame >= STALE) {
      return;
    }
    State s = m.s;
    int process = m.instruction.process();
    int seenBy = s.frameFlag(frame, FILE) ? EVERYBODY : 1 << process;
    for (int child = 0; child < m.processes; child++) {
      if (isBeingForked(process, child) && s.pteTarget(child, page) == frame) {
        // fork is not over before its flush: the store came first
        s.setSnapshot(child, page, word, value);
        seenBy |= 1 << child;
      }
    }
    s.setWord(frame, word, value, seenBy);
    m.dropSnapshot(process, page);
  }

  private boolean isBeingForked(int parent, int child) {
    return m.program.processes().get(child).parent() == parent && m.s.life(child) == UNBORN;
  }
}
