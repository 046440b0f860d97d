package cowherd.operation;

import cowherd.kernel.Fact;
import cowherd.kernel.Facts;
import cowherd.kernel.GupFlags;
import cowherd.machine.State;
import cowherd.operation.Program.FileKind;
import org.jspecify.annotations.Nullable;

/** What the rules are asked about at the moment: a mapping, a page, a request. */
final class Focus implements Facts {
  // fault flags
  static final int WRITE = 1;
  static final int BREAK = 2;
  static final int UNSHARE = 4;
  static final int USER = 8;
  static final int MAY_WAIT = 16;
  static final int WROTE_COW = 32;

  private static final Fact[] FACTS = Fact.values();

  private final Machine m;
  int process;
  int page;
  int frame;
  int target;
  int pteBits;
  int faultFlags;
  int gupFlags;
  int gupBits;
  int child;
  int features;

  /** MADV_* of the call. */
  int advice;

  int modes;
  Op request = Op.END;

  Focus(Machine machine) {
    this.m = machine;
  }

  /** Points at a mapping as it is now. */
  void at(int newProcess, int newPage) {
    State s = m.s;
    process = newProcess;
    page = newPage;
    pteBits = s.pteBits(newProcess, newPage);
    target = s.pteTarget(newProcess, newPage);
    frame = (pteBits & State.KIND) == State.PRESENT ? target : 0;
    faultFlags = 0;
    gupFlags = 0;
    gupBits = 0;
    features = 0;
  }

  private int featuresOfVma() {
    State s = m.s;
    return s.vmaUffd(process, page) == 0
        ? 0
        : s.contextFeatures(s.vmaContext(process, page), process);
  }

  private boolean vma(int bit) {
    return (m.s.vma(process, page) & bit) != 0;
  }

  private @Nullable FileKind vmaFileKind() {
    return m.fileKind(m.s.vmaFile(process, page) + 1);
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  @Override
  public int value(int fact) {
    State s = m.s;
    return switch (FACTS[fact]) {
      case WRITE -> bit((faultFlags & WRITE) != 0);
      case BREAKS_COW -> bit((faultFlags & BREAK) != 0);
      case UNSHARING -> bit((faultFlags & UNSHARE) != 0);
      case FOLL_WRITE -> bit((gupFlags & GupFlags.FOLL_WRITE) != 0);
      case FOLL_FORCE -> bit((gupFlags & GupFlags.FOLL_FORCE) != 0);
      case FOLL_GET -> bit((gupFlags & GupFlags.FOLL_GET) != 0);
      case FOLL_PIN -> bit((gupFlags & GupFlags.FOLL_PIN) != 0);
      case FOLL_LONGTERM -> bit((gupFlags & GupFlags.FOLL_LONGTERM) != 0);
      case FOLL_COW -> bit((gupBits & GupSteps.FOLL_COW) != 0);
      case FOLL_BREAK_COW -> bit((gupBits & GupSteps.BREAK_COW) != 0);
      case FAST_ONLY -> bit((gupFlags & GupFlags.FOLL_FAST_ONLY) != 0);
      case WRONG_SIDE_OK -> bit((gupFlags & GupFlags.FOLL_READ_WRONG_SIDE_COW_OK) != 0);
      case ANON -> bit(s.frameFlag(frame, State.ANON));
      case ZERO -> bit(frame == State.ZERO_FRAME);
      case FILE -> bit(s.frameFlag(frame, State.FILE));
      case SHMEM -> bit(m.fileKind(frame) == FileKind.SHMEM);
      case SECRETMEM -> bit(m.fileKind(frame) == FileKind.SECRETMEM);
      case KSM -> bit(s.frameFlag(frame, State.KSM));
      case MAPCOUNT -> s.mapcount(mostMapped());
      case REFCOUNT -> s.refcount(frame);
      case SWAPCOUNT -> swapcount(mostMapped());
      case LARGE -> bit(s.large(frame));
      case PMD -> bit(HugeSteps.isPmd(pteBits));
      case FOLIO_MAPCOUNT -> s.folioMapcount(frame);
      case SWAPCACHE_REFERENCES -> s.frameEntry(frame) == 0 ? 0 : s.folioPages(frame);
      case MAPPED_BY_OTHERS -> bit(mappedByOthers());
      case SWAPCACHE -> bit(s.frameEntry(frame) != 0);
      case EXCLUSIVE -> bit(s.frameFlag(frame, State.EXCLUSIVE));
      case MAYBE_PINNED -> bit(maybePinned(s));
      case LOCKED -> bit(s.lockHolder(frame) >= 0 && s.lockHolder(frame) != m.t);
      case WRITEBACK -> bit(s.frameFlag(frame, State.WRITEBACK));
      case LRU -> bit(m.waitsForLru(frame));
      case WRITABLE -> bit((pteBits & State.W) != 0);
      case DIRTY -> bit((pteBits & State.D) != 0);
      case UFFD_WP ->
          bit(
              State.isUffdWp(target, pteBits)
                  && (s.vmaUffd(process, page) & State.VM_UFFD_WP) != 0);
      case UFFD_WP_UNWATCHED ->
          bit(
              State.isUffdWp(target, pteBits)
                  && (s.vmaUffd(process, page) & State.VM_UFFD_WP) == 0);
      case RANGE_WRITABLE -> bit(m.huge.isAnyWritable(process, page));
      case LAZYFREE -> bit(m.lazilyFreed(frame));
      case PAGE_DIRTY -> bit(s.frameMore(frame, State.DIRTY_PAGE));
      case MADV_POPULATE ->
          bit(advice == CallFlags.MADV_POPULATE_READ || advice == CallFlags.MADV_POPULATE_WRITE);
      case MADV_FREE -> bit(advice == CallFlags.MADV_FREE);
      case MADV_GUARD_INSTALL -> bit(advice == CallFlags.MADV_GUARD_INSTALL);
      case MADV_GUARD_REMOVE -> bit(advice == CallFlags.MADV_GUARD_REMOVE);
      case SOFT_DIRTY -> bit((pteBits & State.SOFT_DIRTY) != 0);
      case SOFT_DIRTY_WP ->
          bit(vma(State.VM_SOFT_DIRTY_TRACKED) && (pteBits & State.SOFT_DIRTY) == 0);
      case SWAP_EXCLUSIVE -> bit((pteBits & State.SWAP_EXCLUSIVE) != 0);
      case VMA_WRITE -> bit(vma(State.VM_WRITE));
      case VMA_NONE -> bit(!vma(State.VM_READ) && !vma(State.VM_WRITE));
      case SHARED -> bit(vma(State.VM_SHARED));
      case SOFT_DIRTY_TRACKED -> bit(vma(State.VM_SOFT_DIRTY_TRACKED));
      case COW_MAPPING -> bit(!vma(State.VM_SHARED));
      case VMA_LOCKED -> bit(vma(State.VM_LOCKED));
      case VMA_FILE -> bit(s.vmaFile(process, page) >= 0);
      case VMA_SHMEM -> bit(vmaFileKind() == FileKind.SHMEM);
      case VMA_SECRETMEM -> bit(vmaFileKind() == FileKind.SECRETMEM);
      case WRITE_NOTIFY -> bit(m.writeNotify(process, page));
      case PAGE_CACHED -> bit(m.pageCached(process, page));
      case HUGETLB -> bit(m.hugetlb.isHugetlb(process, page));
      case VMA_UFFD_MISSING -> bit((s.vmaUffd(process, page) & State.VM_UFFD_MISSING) != 0);
      case VMA_UFFD_WP -> bit((s.vmaUffd(process, page) & State.VM_UFFD_WP) != 0);
      case VMA_UFFD_MINOR -> bit((s.vmaUffd(process, page) & State.VM_UFFD_MINOR) != 0);
      case CHILD_UFFD_WP -> bit((s.vmaUffd(child, page) & State.VM_UFFD_WP) != 0);
      case MM_HAS_PINNED -> bit(s.mmFlag(process, State.MM_HAS_PINNED));
      case FLUSH_PENDING -> bit(m.tlb.pending(process));
      case FORK_RUNNING -> bit(s.mmFlag(process, State.MM_FORK_RUNNING));
      case FORK_RAN -> bit((gupBits & GupSteps.FORK_RAN) != 0);
      case UFFD_SIGBUS -> bit((features & CallFlags.UFFD_FEATURE_SIGBUS) != 0);
      case UFFD_CLOSED -> bit(modes == CLOSED);
      case UFFD_USER_MODE_ONLY -> bit((features & CallFlags.UFFD_USER_MODE_ONLY) != 0);
      case UFFD_WP_UNPOPULATED -> bit((features & CallFlags.UFFD_FEATURE_WP_UNPOPULATED) != 0);
      case UFFD_EVENT_REMAP -> bit((features & CallFlags.UFFD_FEATURE_EVENT_REMAP) != 0);
      case UFFD_MINOR_SHMEM -> bit((features & CallFlags.UFFD_FEATURE_MINOR_SHMEM) != 0);
      case UFFD_WP_SHMEM -> bit((features & CallFlags.UFFD_FEATURE_WP_HUGETLBFS_SHMEM) != 0);
      case UFFD_POISON -> bit((features & CallFlags.UFFD_FEATURE_POISON) != 0);
      case UFFD_WP_ASYNC ->
          bit(((features | featuresOfVma()) & CallFlags.UFFD_FEATURE_WP_ASYNC) != 0);
      case UFFD_MOVE -> bit((features & CallFlags.UFFD_FEATURE_MOVE) != 0);
      case CONTINUES -> bit(request == Op.UFFD_CONTINUE);
      case POISONS -> bit(request == Op.UFFD_POISON);
      case MOVES -> bit(request == Op.UFFD_MOVE);
      case USER_MODE -> bit((faultFlags & USER) != 0);
      case MAY_WAIT -> bit((faultFlags & MAY_WAIT) != 0);
      case MODE_MISSING -> bit((modes & CallFlags.UFFDIO_REGISTER_MODE_MISSING) != 0);
      case MODE_WP -> bit((modes & CallFlags.UFFDIO_REGISTER_MODE_WP) != 0);
      case MODE_MINOR -> bit((modes & CallFlags.UFFDIO_REGISTER_MODE_MINOR) != 0);
    };
  }

  private int swapcount(int page) {
    int entry = m.s.frameEntry(page);
    return entry == 0 ? 0 : m.s.entryCount(entry);
  }

  /**
   * The page of the folio that has most mappers, swap entries included: the one that counts for a
   * folio as a whole (page_trans_huge_map_swapcount).
   */
  private int mostMapped() {
    if (!m.s.large(frame)) {
      return frame;
    }
    int most = frame;
    for (int i = 0; i < m.s.folioPages(frame); i++) {
      int page = m.s.folioPage(frame, i);
      if (m.s.mapcount(page) + swapcount(page) > m.s.mapcount(most) + swapcount(most)) {
        most = page;
      }
    }
    return most;
  }

  private boolean mappedByOthers() {
    State s = m.s;
    for (int p = 0; p < m.processes; p++) {
      for (int v = 0; v < m.pages && p != process; v++) {
        boolean present = (s.pteBits(p, v) & State.KIND) == State.PRESENT;
        if (present && frame != 0 && s.folio(s.pteTarget(p, v)) == s.folio(frame)) {
          return true;
        }
      }
    }
    return false;
  }

  /** A huge page counts its pins by themselves, so that other references never look like one. */
  private boolean maybePinned(State s) {
    return s.frameFlag(frame, State.HUGETLB) ? m.hugetlb.isPinned(frame) : s.maybePinned(frame);
  }

  /** {@link #modes} when a delivery finds its userfaultfd closed. */
  static final int CLOSED = 1 << 8;
}
