package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * Writing 4 to /proc/PID/clear_refs (semantics 2, 8.6): every page of a process begins to count as
 * clean, and is write-protected so that the next store is noticed.
 *
 * <pre>
 *   START   take mmap_lock; VMAs that nobody tracks yet lose VM_SOFTDIRTY, for which mmap_lock must
 *           be held for writing; the rules say how it is held from then on
 *   PTE     per PTE, under its lock: clear the soft-dirty bit and the write bit, or skip the page
 *   END     after the last PTE: the TLB flush, and mmap_lock is released
 * </pre>
 */
final class SoftDirtySteps {
  private static final int PTE = 2;
  private static final int END = 3;

  private final Machine m;

  SoftDirtySteps(Machine machine) {
    this.m = machine;
  }

  /** Whose memory; a background actor keeps it in a register. */
  private int process() {
    return m.backgroundThread() ? m.get(GUP_INDEX) : m.instruction.process();
  }

  /** Somebody writes to clear_refs of a process: {@code choice}. */
  boolean background(int choice) {
    if (m.get(PHASE) != 0) {
      return choice == 0 && clearRefs();
    }
    m.set(GUP_INDEX, choice);
    return m.s.life(choice) == ALIVE && anythingToClear() && start();
  }

  private boolean anythingToClear() {
    boolean any = anyUntracked();
    for (int v = 0; v < m.pages; v++) {
      int bits = m.s.pteBits(process(), v);
      boolean mapped = (bits & KIND) == PRESENT || (bits & KIND) == SWAP;
      any |= mapped && !m.hugetlb.isHugetlb(process(), v) && (bits & (SOFT_DIRTY | W)) != 0;
    }
    return any;
  }

  boolean clearRefs() {
    return switch (m.get(PHASE)) {
      case PTE -> entryLockFree(m.get(INDEX)) && clearPte();
      case END -> end();
      default -> start();
    };
  }

  private boolean start() {
    State s = m.s;
    if (s.life(process()) == UNBORN || s.life(process()) == DEAD) {
      m.complete(Value.ESRCH);
      return true;
    }
    Decision rules = m.rules(DecisionPoint.CLEAR_REFS);
    m.focus.at(process(), 0);
    boolean write = rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.WRITE_LOCK;
    boolean untracked = anyUntracked();
    if (write || untracked ? !m.mayWrite(process()) : !m.mayRead(process())) {
      return false;
    }
    if (untracked) {
      trackAll();
      m.say("begins to track soft-dirty pages");
    }
    if (write) {
      s.setWriter(process(), m.t);
    } else {
      s.addReader(process(), 1);
    }
    m.set(SCRATCH, write ? 1 : 0);
    m.set(INDEX, 0);
    nextPte();
    return true;
  }

  private boolean anyUntracked() {
    for (int v = 0; v < m.pages; v++) {
      if ((m.s.vma(process(), v) & (VMA | VM_SOFT_DIRTY_TRACKED)) == VMA) {
        return true;
      }
    }
    return false;
  }

  private void trackAll() {
    for (int v = 0; v < m.pages; v++) {
      if ((m.s.vma(process(), v) & VMA) != 0) {
        m.s.setVma(process(), v, m.s.vma(process(), v) | VM_SOFT_DIRTY_TRACKED);
      }
    }
  }

  /** Goes to the next page that has something mapped, or to the end; hugetlb is passed over. */
  private void nextPte() {
    int v = m.get(INDEX);
    while (v < m.pages && (m.surelyEmpty(process(), v) || m.hugetlb.isHugetlb(process(), v))) {
      v++;
    }
    m.set(INDEX, v < m.pages ? v : 0);
    m.set(PHASE, v < m.pages ? PTE : END);
  }

  /** Pages that the entry maps: those of a PMD, or one. */
  private int entryPages(int v) {
    return HugeSteps.isPmd(m.s.pteBits(process(), v)) ? m.huge.pages() : 1;
  }

  private boolean entryLockFree(int v) {
    return m.pteLocksFree(process(), v, entryPages(v));
  }

  private boolean clearPte() {
    State s = m.s;
    int v = m.get(INDEX);
    Focus f = m.focus;
    f.at(process(), v);
    int target = s.pteTarget(process(), v);
    if ((f.pteBits & KIND) == SWAP) {
      s.setPte(process(), v, target, f.pteBits & ~SOFT_DIRTY);
      m.say("clears the soft-dirty bit of the swap entry");
    } else if ((f.pteBits & KIND) == PRESENT) {
      Decision rules = m.rules(DecisionPoint.CLEAR_REFS_PTE);
      if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.SKIP) {
        m.say("leaves the page writable and soft-dirty");
      } else {
        m.huge.setBits(process(), v, f.pteBits & ~(SOFT_DIRTY | W));
        m.say("clears the soft-dirty bit and write-protects the page");
      }
    }
    m.tlb.deferFlush();
    m.set(INDEX, v + entryPages(v));
    nextPte();
    return true;
  }

  private boolean end() {
    if (m.get(SCRATCH) != 0) {
      m.s.setWriter(process(), -1);
    } else {
      m.s.addReader(process(), -1);
    }
    m.tlb.flush(process(), 0, m.pages);
    m.costFlushes++;
    if (m.backgroundThread()) {
      m.set(PHASE, 0);
      m.set(SCRATCH, 0);
      m.set(GUP_INDEX, 0);
    } else {
      m.complete(0);
    }
    return true;
  }
}
