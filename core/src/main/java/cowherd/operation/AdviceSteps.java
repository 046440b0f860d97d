package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * MADV_FREE, MADV_GUARD_INSTALL and MADV_GUARD_REMOVE, with mmap_lock held for reading.
 *
 * <pre>
 *   free            per PTE, under its lock: a swap entry goes; a page becomes clean, and reclaim may
 *                   drop it until somebody stores to it again; with the LRU actor on, not before the
 *                   batch that it waits in is drained, which holds a reference
 *   guard install   per page: under the PTL, an empty PTE gets a guard marker; one that is not empty
 *                   is emptied first, which takes a TLB flush, and looked at again
 *   guard remove    guard markers go, nothing else
 * </pre>
 */
final class AdviceSteps {
  private static final int NEXT = 2;
  private static final int UNMAP_2 = 3;

  private final Machine m;

  AdviceSteps(Machine machine) {
    this.m = machine;
  }

  private int process() {
    return m.instruction.process();
  }

  private int page() {
    return m.firstPage() + m.get(INDEX);
  }

  /** The error with which the kernel refuses an advice for these pages, or 0. */
  int refuses() {
    Focus f = m.focus;
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      f.at(process(), v);
      f.advice = m.instruction.flags();
      Decision rules = m.rules(DecisionPoint.MADVISE);
      if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.EINVAL) {
        return Value.EINVAL;
      }
      if ((m.s.vma(process(), v) & VMA) == 0) {
        return Value.ENOMEM;
      }
    }
    return 0;
  }

  /** Takes mmap_lock, or ends the call with an error. */
  private boolean start() {
    if (!m.mayRead(process())) {
      return false;
    }
    int error = refuses();
    if (error != 0) {
      m.complete(error);
      return true;
    }
    if (m.instruction.flags() == CallFlags.MADV_FREE && m.zap.tellsOfRemoval()) {
      return true;
    }
    if (m.instruction.flags() != CallFlags.MADV_GUARD_REMOVE) {
      m.huge.splitAround(process(), m.firstPage(), m.instruction.pages());
    }
    if (m.instruction.flags() == CallFlags.MADV_GUARD_INSTALL) {
      m.prepareAnonVma(process(), m.firstPage()); // of shared memory too: fork copies it then
    }
    if (m.instruction.flags() == CallFlags.MADV_FREE) {
      m.drainLru(); // madvise_free_single_vma: lru_add_drain()
    }
    m.s.addReader(process(), 1);
    m.set(PHASE, NEXT);
    return true;
  }

  private boolean next() {
    m.set(PHASE, NEXT);
    m.set(INDEX, m.get(INDEX) + 1);
    if (m.get(INDEX) == m.instruction.pages()) {
      m.costFlushes++;
      m.s.addReader(process(), -1);
      m.complete(0);
    }
    return true;
  }

  // ---- MADV_FREE

  boolean free() {
    if (m.get(PHASE) == ZapSteps.EVENT_WAIT) {
      return m.zap.told();
    }
    if (m.get(PHASE) != NEXT) {
      return start();
    }
    if (!m.pteLockFree(process(), page())) {
      return false;
    }
    int frame = m.s.pteTarget(process(), page());
    switch (m.s.pteBits(process(), page()) & KIND) {
      case SWAP -> {
        m.zapPte(process(), page());
        m.say("frees the swap entry");
      }
      case PRESENT -> {
        if (m.s.frameFlag(frame, ANON)) {
          freePage(frame);
        }
      }
      default -> {}
    }
    return next();
  }

  /** madvise_free_pte_range: a page whose content may still be needed elsewhere is left alone. */
  private void freePage(int frame) {
    State s = m.s;
    if (s.large(frame)) {
      throw new Machine.OutOfModel("MADV_FREE of a huge page");
    }
    if (s.frameEntry(frame) != 0 || s.frameMore(frame, DIRTY_PAGE)) {
      boolean locked = s.lockHolder(frame) >= 0 && s.lockHolder(frame) != m.t;
      if (locked || s.mapcount(frame) != 1) {
        m.say("leaves the page alone: others need it");
        return;
      }
      m.dropSwapCache(frame, 0);
      if (s.frameEntry(frame) != 0) {
        m.say("leaves the page alone: it stays in the swap cache");
        return;
      }
      s.setFrameMore(frame, DIRTY_PAGE, false);
    }
    s.setPte(process(), page(), frame, s.pteBits(process(), page()) & ~D);
    m.say("makes the page clean; reclaim may drop it");
    m.markLazilyFreed(frame);
  }

  // ---- guard regions

  boolean guardInstall() {
    switch (m.get(PHASE)) {
      case NEXT -> {
        return m.pteLockFree(process(), page()) && install();
      }
      case UNMAP_2 -> {
        int frame = m.get(HELD);
        m.set(HELD, 0);
        m.s.putFrame(frame, 1);
        m.set(PHASE, NEXT);
        m.say("drops the mapping's reference");
        return true;
      }
      default -> {
        return start();
      }
    }
  }

  private boolean install() {
    boolean empty = (m.s.pteBits(process(), page()) & KIND) == NONE;
    if (empty || m.s.guarded(process(), page())) {
      m.s.setPte(process(), page(), MARKER_GUARD, MARKER);
      m.dropMappingGhosts(process(), page());
      m.say("installs a guard marker");
      return next();
    }
    boolean protectedFile =
        m.s.vmaFile(process(), page()) >= 0 && (m.s.vmaUffd(process(), page()) & VM_UFFD_WP) != 0;
    if (protectedFile) {
      throw new Machine.OutOfModel("MADV_GUARD_INSTALL over file memory that is watched for WP");
    }
    int frame = m.zapPte(process(), page());
    m.say("empties the PTE");
    m.costFlushes++;
    if (frame != 0) {
      m.set(HELD, frame);
      m.set(PHASE, UNMAP_2);
    }
    return true;
  }

  boolean guardRemove() {
    if (m.get(PHASE) != NEXT) {
      return start();
    }
    if (!m.pteLockFree(process(), page())) {
      return false;
    }
    if (m.s.guarded(process(), page())) {
      m.s.setPte(process(), page(), 0, NONE);
      m.say("removes the guard marker");
    }
    return next();
  }
}
