package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;

/**
 * The pool of huge pages and its reservations (semantics 3.13). Nothing is kept: a page of the pool
 * is in use while its frame is, and a reservation is a bit of the mapping that has not used it.
 *
 * <p>Whoever maps private hugetlb memory reserves a page of the pool for each page of the mapping,
 * and owns these reservations. fork hands none of them on: a child allocates what nobody has
 * reserved, or fails.
 */
final class HugetlbPool {
  private final Machine m;

  HugetlbPool(Machine machine) {
    this.m = machine;
  }

  boolean isHugetlb(int process, int page) {
    return (m.s.vmaMore(process, page) & VM_HUGETLB) != 0;
  }

  boolean isOwner(int process, int page) {
    return (m.s.vmaMore(process, page) & VM_HUGETLB_OWNER) != 0;
  }

  /** Pages of a pool that are not in use, reserved or not (HugePages_Free). */
  static int free(State s, int pool) {
    int used = 0;
    for (int f = 1; f <= s.layout().shape().frames(); f++) {
      used += s.frameFlag(f, HUGETLB) ? 1 : 0;
    }
    return pool - used;
  }

  /** Pages that are promised to mappings and not in use yet (HugePages_Rsvd). */
  private int reserved() {
    int count = 0;
    for (int p = 0; p < m.processes; p++) {
      for (int v = 0; v < m.pages; v++) {
        count += (m.s.vmaMore(p, v) & VM_HUGETLB_RESERVED) != 0 ? 1 : 0;
      }
    }
    for (int file = 0; file < m.program.files().size(); file++) {
      count += m.hugetlbfs(file) && !m.s.cached(file + 1) && isShared(file) ? 1 : 0;
    }
    return count;
  }

  /** Whether somebody maps a file shared: the hole in it is then reserved, for all of them. */
  private boolean isShared(int file) {
    for (int p = 0; p < m.processes; p++) {
      for (int v = 0; v < m.pages; v++) {
        if ((m.s.vma(p, v) & VM_SHARED) != 0 && m.s.vmaFile(p, v) == file) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether the pool can promise the pages of a new mapping; of a file, or -1. */
  boolean canReserve(int file, boolean shared, int pages) {
    boolean promised = shared && (m.s.cached(file + 1) || isShared(file));
    return promised || available() >= pages;
  }

  /** The bits of a new mapping: one that is private owns a reservation. */
  static int bitsOfMapping(boolean shared) {
    return shared ? VM_HUGETLB : VM_HUGETLB | VM_HUGETLB_OWNER | VM_HUGETLB_RESERVED;
  }

  /** How many pages the pool can still promise or give away. */
  int available() {
    return free(m.s, m.program.hugePages()) - reserved();
  }

  /**
   * Takes a page out of the pool, for a page of a mapping.
   *
   * @param avoidReserve whether the mapping's own reservation must not be used
   * @return a new anonymous page with one reference, or 0 when no page is left
   */
  int allocate(int process, int page, boolean avoidReserve) {
    int more = m.s.vmaMore(process, page);
    boolean promised = !avoidReserve && (more & VM_HUGETLB_RESERVED) != 0;
    if (!promised && available() < 1) {
      return 0;
    }
    if (promised) {
      m.s.setVmaMore(process, page, more & ~VM_HUGETLB_RESERVED);
    }
    int frame = m.newAnonymous();
    m.s.setFrameFlag(frame, HUGETLB, true);
    return frame;
  }

  /** Whether {@link #allocate} would find a page. */
  boolean canAllocate(int process, int page) {
    return (m.s.vmaMore(process, page) & VM_HUGETLB_RESERVED) != 0 || available() >= 1;
  }

  /** Whether somebody pins a page. */
  boolean isPinned(int frame) {
    for (int h = 0; h < m.s.layout().shape().handles(); h++) {
      if (m.s.handleFrame(h) == frame && (m.s.handleBits(h) & PIN) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether another fault of the same page runs, in whichever process: hugetlb_fault_mutex_table is
   * indexed by the place in the file that backs the memory, and a child has its parent's.
   */
  boolean faultRuns(int process, int page) {
    for (int other = 0; other < m.threads; other++) {
      int phase = m.s.thread(other, FAULT_PHASE);
      int otherProcess = m.s.thread(other, FAULT_MM);
      int otherPage = m.s.thread(other, FAULT_PAGE);
      if (other != m.t
          && FaultSteps.holdsHugetlbMutex(phase)
          && isHugetlb(otherProcess, otherPage)
          && samePlace(process, page, otherProcess, otherPage)) {
        return true;
      }
    }
    return false;
  }

  private boolean samePlace(int process, int page, int otherProcess, int otherPage) {
    int file = m.s.vmaFile(process, page);
    int otherFile = m.s.vmaFile(otherProcess, otherPage);
    return file == otherFile && (file >= 0 || page == otherPage);
  }

  /** A page was taken away: from now on an empty PTE of this mapping is a page that was lost. */
  void noteUnmapped(int process, int page) {
    for (Program.Region region : m.program.regions()) {
      int end = region.firstPage() + region.pages();
      for (int v = region.firstPage(); page >= region.firstPage() && page < end && v < end; v++) {
        if (isHugetlb(process, v)) {
          m.s.setVmaMore(process, v, m.s.vmaMore(process, v) | VM_HUGETLB_UNMAPPED);
        }
      }
    }
  }

  /** What a child's mapping keeps of its parent's: no reservation. */
  static int inherited(int vmaMore) {
    return vmaMore & ~(VM_HUGETLB_OWNER | VM_HUGETLB_RESERVED | VM_HUGETLB_UNMAPPED);
  }
}
