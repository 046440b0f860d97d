package cowherd.kernel;

/**
 * A fact that a rule may test. Boolean facts have the value 0 or 1; counting facts are compared
 * with sums of facts and constants.
 */
public enum Fact {
  // the request
  WRITE("write", false, "the fault is a write (FAULT_FLAG_WRITE)"),
  BREAKS_COW(
      "breaks_cow", false, "the fault carries FAULT_FLAG_BREAK_COW (proposals of August 2020)"),
  UNSHARING("unsharing", false, "the fault carries FAULT_FLAG_UNSHARE"),
  FOLL_WRITE("foll_write", false, "FOLL_WRITE"),
  FOLL_FORCE("foll_force", false, "FOLL_FORCE"),
  FOLL_GET("foll_get", false, "FOLL_GET"),
  FOLL_PIN("foll_pin", false, "FOLL_PIN"),
  FOLL_LONGTERM("foll_longterm", false, "FOLL_LONGTERM"),
  FOLL_COW(
      "foll_cow", false, "FOLL_COW: a write fault of this very call broke COW without VM_WRITE"),
  FOLL_BREAK_COW("foll_break_cow", false, "FOLL_BREAK_COW: the rules translated the request so"),
  FAST_ONLY("fast_only", false, "FOLL_FAST_ONLY: the caller has no slow path"),
  WRONG_SIDE_OK(
      "wrong_side_ok", false, "FOLL_READ_WRONG_SIDE_COW_OK: the caller accepts either side"),
  // the page
  ANON("anon", false, "the page is anonymous (PageAnon; KSM pages included, the zero page not)"),
  ZERO("zero", false, "the page is the shared zero page"),
  FILE("file", false, "the page belongs to the page cache"),
  SHMEM("shmem", false, "the page belongs to tmpfs, a memfd or shared anonymous memory"),
  SECRETMEM("secretmem", false, "the page belongs to memfd_secret"),
  KSM("ksm", false, "the page is a KSM page"),
  MAPCOUNT(
      "mapcount",
      true,
      "number of present PTEs that map the page; of a large folio, those of the most mapped page"),
  REFCOUNT("refcount", true, "number of references of the page, all kinds"),
  SWAPCOUNT(
      "swapcount", true, "number of swap PTEs of the page's swap entry, 0 outside the swap cache"),
  LARGE("large", false, "the page belongs to a folio of order above 0"),
  FOLIO_MAPCOUNT(
      "folio_mapcount", true, "PTEs and PMDs that map the folio; for order 0 the same as mapcount"),
  MAPPED_BY_OTHERS(
      "mapped_by_others", false, "the folio is mapped by more than one mm (per-mm ids)"),
  SWAPCACHE("swapcache", false, "the page is in the swap cache"),
  SWAPCACHE_REFERENCES(
      "swapcache_references", true, "references of the swap cache: one per page of the folio"),
  EXCLUSIVE("exclusive", false, "PG_anon_exclusive is set"),
  MAYBE_PINNED(
      "maybe_pinned",
      false,
      "refcount >= GUP_PIN_COUNTING_BIAS (false positives possible); exact for a large folio"),
  LOCKED("locked", false, "somebody else holds the page lock"),
  WRITEBACK("writeback", false, "the page is being written to swap"),
  LRU("lru", false, "the page is new and sits in an LRU batch, which holds a reference"),
  LAZYFREE(
      "lazyfree",
      false,
      "MADV_FREE, its batch drained: the page may be dropped instead of swapped out"),
  PAGE_DIRTY("page_dirty", false, "PG_dirty of an anonymous page, with what its PTEs said so far"),
  // the PTE
  PMD("pmd", false, "a PMD maps the whole folio"),
  WRITABLE("writable", false, "the PTE has the write bit"),
  DIRTY("dirty", false, "the PTE has the dirty bit"),
  UFFD_WP("uffd_wp", false, "the PTE has the uffd-wp bit and the VMA is registered for WP"),
  UFFD_WP_UNWATCHED(
      "uffd_wp_unwatched",
      false,
      "the PTE has the uffd-wp bit, but the VMA is not registered for WP"),
  RANGE_WRITABLE("range_writable", false, "some PTE of the PMD range is writable"),
  SOFT_DIRTY("soft_dirty", false, "the PTE has the soft-dirty bit"),
  SOFT_DIRTY_WP(
      "soft_dirty_wp",
      false,
      "clear_refs has been here and the PTE is not soft-dirty: the next store must fault"),
  SWAP_EXCLUSIVE("swap_exclusive", false, "the swap PTE has the exclusive bit"),
  // the VMA and the mm
  VMA_WRITE("vma_write", false, "VM_WRITE"),
  VMA_NONE("vma_none", false, "the mapping allows no access (PROT_NONE)"),
  SHARED("shared", false, "VM_SHARED"),
  SOFT_DIRTY_TRACKED(
      "soft_dirty_tracked",
      false,
      "clear_refs has been here: the VMA has no VM_SOFTDIRTY any more"),
  COW_MAPPING("cow_mapping", false, "not VM_SHARED and VM_MAYWRITE"),
  VMA_LOCKED("vma_locked", false, "VM_LOCKED (mlock)"),
  VMA_FILE("vma_file", false, "the mapping is of a file or of shared anonymous memory"),
  VMA_SHMEM(
      "vma_shmem",
      false,
      "the mapping is of tmpfs, a memfd or shared anonymous memory (vma_is_shmem)"),
  VMA_SECRETMEM("vma_secretmem", false, "the mapping is of memfd_secret"),
  WRITE_NOTIFY(
      "write_notify",
      false,
      "a shared mapping of a disk file: the file system is told of the first store (page_mkwrite)"),
  PAGE_CACHED("page_cached", false, "the page cache has the page; else the file has a hole there"),
  HUGETLB("hugetlb", false, "the mapping is of hugetlb memory"),
  VMA_UFFD_MISSING("vma_uffd_missing", false, "registered with UFFDIO_REGISTER_MODE_MISSING"),
  VMA_UFFD_WP("vma_uffd_wp", false, "registered with UFFDIO_REGISTER_MODE_WP"),
  VMA_UFFD_MINOR("vma_uffd_minor", false, "registered with UFFDIO_REGISTER_MODE_MINOR"),
  CHILD_UFFD_WP("child_uffd_wp", false, "fork: the child's VMA stays registered for WP"),
  MM_HAS_PINNED("mm_has_pinned", false, "some FOLL_PIN happened in this mm"),
  FLUSH_PENDING(
      "flush_pending", false, "a TLB flush of this mm is still to come (mm_tlb_flush_pending)"),
  FORK_RUNNING("fork_running", false, "mm.write_protect_seq is odd: fork is write-protecting"),
  FORK_RAN("fork_ran", false, "mm.write_protect_seq changed since this gup-fast began"),
  // the advice
  MADV_POPULATE("madv_populate", false, "MADV_POPULATE_READ or MADV_POPULATE_WRITE"),
  MADV_FREE("madv_free", false, "MADV_FREE"),
  MADV_GUARD_INSTALL("madv_guard_install", false, "MADV_GUARD_INSTALL"),
  MADV_GUARD_REMOVE("madv_guard_remove", false, "MADV_GUARD_REMOVE"),
  // userfaultfd
  UFFD_SIGBUS("uffd_sigbus", false, "UFFD_FEATURE_SIGBUS"),
  UFFD_CLOSED("uffd_closed", false, "the userfaultfd was closed"),
  UFFD_USER_MODE_ONLY("uffd_user_mode_only", false, "UFFD_USER_MODE_ONLY"),
  UFFD_WP_UNPOPULATED("uffd_wp_unpopulated", false, "UFFD_FEATURE_WP_UNPOPULATED"),
  UFFD_EVENT_REMAP("uffd_event_remap", false, "UFFD_FEATURE_EVENT_REMAP"),
  UFFD_MINOR_SHMEM("uffd_minor_shmem", false, "UFFD_FEATURE_MINOR_SHMEM"),
  UFFD_WP_SHMEM("uffd_wp_shmem", false, "UFFD_FEATURE_WP_HUGETLBFS_SHMEM"),
  UFFD_POISON("uffd_poison", false, "UFFD_FEATURE_POISON"),
  UFFD_MOVE("uffd_move", false, "UFFD_FEATURE_MOVE"),
  UFFD_WP_ASYNC("uffd_wp_async", false, "UFFD_FEATURE_WP_ASYNC"),
  CONTINUES("continues", false, "the request is UFFDIO_CONTINUE"),
  POISONS("poisons", false, "the request is UFFDIO_POISON"),
  MOVES("moves", false, "the request is UFFDIO_MOVE"),
  USER_MODE("user_mode", false, "the fault comes from user mode, not from inside a system call"),
  MAY_WAIT("may_wait", false, "the fault may drop mmap_lock and sleep (FAULT_FLAG_ALLOW_RETRY)"),
  MODE_MISSING("mode_missing", false, "UFFDIO_REGISTER_MODE_MISSING is asked for"),
  MODE_WP("mode_wp", false, "UFFDIO_REGISTER_MODE_WP is asked for"),
  MODE_MINOR("mode_minor", false, "UFFDIO_REGISTER_MODE_MINOR is asked for");

  private final String word;
  private final boolean count;
  private final String meaning;

  Fact(String word, boolean count, String meaning) {
    this.word = word;
    this.count = count;
    this.meaning = meaning;
  }

  /** The word of the rule language. */
  public String word() {
    return word;
  }

  /** Whether the fact is a number that is compared, and not a truth value. */
  public boolean isCount() {
    return count;
  }

  /** One line for the rule reference. */
  public String meaning() {
    return meaning;
  }
}
