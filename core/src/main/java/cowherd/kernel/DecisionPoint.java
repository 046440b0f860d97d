package cowherd.kernel;

import static cowherd.kernel.Action.*;

import java.util.List;

/**
 * A place where the mechanism asks the kernel's rules. {@link #phrase} is what stands after {@code
 * on} in a kernel file. A decision whose actions include a terminal one must end with {@code
 * otherwise}; a decision made only of continuing actions is a list of effects, each with {@code
 * when} or {@code always}.
 */
public enum DecisionPoint {
  GUP_FLAGS(
      "the flags of a gup",
      "which flags a get_user_pages request of one page runs with",
      List.of(AS_ASKED, AS_WRITE, BREAK_COW)),
  GUP_VMA(
      "gup of a mapping",
      "the slow path's look at the VMA, after its permissions",
      List.of(ACCEPT, EFAULT)),
  GUP_FAST_START("the start of gup-fast", "whether the lockless walk may begin", List.of(GO, SLOW)),
  GUP_FAST_READ(
      "gup-fast read of a present read-only page",
      "whether the lockless walk accepts a page that it may not write",
      List.of(TAKE, SLOW)),
  GUP_FAST_FILE(
      "gup-fast after taking a page of a file",
      "asked when the PTE has not changed, writable or not",
      List.of(KEEP, UNDO)),
  GUP_FAST_RECHECK(
      "gup-fast after taking a read-only page",
      "asked after the PTE was read a second time and had not changed",
      List.of(KEEP, UNDO)),
  GUP_FAST_END(
      "the end of gup-fast", "asked before the references are handed out", List.of(KEEP, UNDO)),
  GUP_READ(
      "gup read of a present read-only page",
      "the slow path's look at the page tables, for a reader",
      List.of(TAKE, FAULT, UNSHARE)),
  GUP_WRITE(
      "gup write of a present read-only page",
      "the slow path's look at the page tables, for a writer",
      List.of(TAKE, FAULT)),
  GUP_BROKE_COW(
      "a gup's write fault without VM_WRITE",
      "the fault of a forced write has made a private page; the slow path looks again",
      List.of(MARK_COW, AS_READ)),
  HUGETLB_GUP_READ(
      "gup read of a read-only hugetlb page",
      "the slow path's look at a huge PTE, for a reader; a writer always needs a writable one",
      List.of(TAKE, FAULT, UNSHARE)),
  EMPTY_FAULT(
      "a fault on an empty pte",
      "first touch of private anonymous memory",
      List.of(MISSING_EVENT, ZERO_PAGE, FRESH_PAGE)),
  FILE_FAULT(
      "a fault on a file page",
      "first touch of a mapping of a file, and of shared anonymous memory",
      List.of(MISSING_EVENT, MINOR_EVENT, FILE_PAGE)),
  WP_FAULT(
      "a fault on a read-only page",
      "a write, a COW break or an unshare of a page that is mapped read-only",
      List.of(
          EVENT, REUSE, COPY, NOTHING, SLEEP, DROP_SWAPCACHE, DRAIN_LRU, CLEAR_UFFD_WP, FLUSH_TLB)),
  PMD_WP_FAULT(
      "a fault on a read-only pmd",
      "a write, a COW break or an unshare of a huge page that a PMD maps read-only",
      List.of(EVENT, REUSE, COPY, SPLIT, NOTHING, SLEEP, DROP_SWAPCACHE, CLEAR_UFFD_WP)),
  HUGETLB_EMPTY_FAULT(
      "a fault on an empty hugetlb pte",
      "first touch of private hugetlb memory; the new page is read-only unless a rule says so",
      List.of(MISSING_EVENT, FRESH_PAGE, SET_WRITABLE)),
  HUGETLB_WP_FAULT(
      "a fault on a read-only hugetlb page",
      "a write, a COW break or an unshare of a page of hugetlb that is mapped read-only",
      List.of(EVENT, REUSE, COPY, NOTHING, CLEAR_UFFD_WP)),
  REUSING(
      "reusing a page",
      "the PTE bits after a page was taken over; the PTE keeps what no rule changes",
      List.of(SET_WRITABLE, SET_DIRTY, SET_EXCLUSIVE)),
  INSTALLING(
      "installing a copy",
      "the PTE bits of a copy; it starts read-only, clean and without uffd-wp",
      List.of(SET_WRITABLE, SET_DIRTY, KEEP_UFFD_WP, KEEP_SOFT_DIRTY)),
  FRESH(
      "a new anonymous page",
      "flags of every newly allocated anonymous page, copies included",
      List.of(SET_EXCLUSIVE)),
  SWAP_IN(
      "swap-in",
      "mapping a page that was found in, or read into, the swap cache",
      List.of(MAP_EXCLUSIVE, FREE_ENTRY, DROP_SWAPCACHE, MAP_WRITABLE)),
  FORK_PAGE(
      "fork of a present page",
      "one PTE of a COW mapping, when fork copies the page tables",
      List.of(SHARE, COPY, CLEAR_EXCLUSIVE)),
  FORK_COPY(
      "installing the child's copy",
      "the child's PTE bits when fork copied the page; it starts read-only and clean",
      List.of(SET_WRITABLE, SET_DIRTY, KEEP_UFFD_WP)),
  HUGETLB_FORK(
      "fork of a hugetlb page",
      "one huge PTE of a COW mapping, when fork copies the page tables",
      List.of(SHARE, COPY, CLEAR_EXCLUSIVE, KEEP_UFFD_WP)),
  HUGETLB_FORK_COPY(
      "installing the child's copy of a hugetlb page",
      "the child's huge PTE when fork copied the page; it starts read-only",
      List.of(SET_WRITABLE, KEEP_UFFD_WP)),
  HUGETLB_FORK_SHARED(
      "fork of shared hugetlb memory",
      "whether fork copies the page table of a shared mapping of hugetlb",
      List.of(GO, SKIP)),
  FORK_ENTRY("fork of a swap entry", "one swap PTE, when fork copies it", List.of(CLEAR_EXCLUSIVE)),
  RECLAIM("reclaim of a page", "before the page enters the swap cache", List.of(GO, SKIP)),
  PAGEOUT("MADV_PAGEOUT of a page", "before the page is handed to reclaim", List.of(GO, SKIP)),
  HUGETLB_DONTNEED(
      "MADV_DONTNEED of a hugetlb mapping",
      "whether it is accepted, and what holds while a page goes back to the pool",
      List.of(ACCEPT, EINVAL, LOCK_OUT_FAULTS, RESTORE_RESERVATION)),
  HUGETLB_MREMAP("mremap of a hugetlb mapping", "whether it is accepted", List.of(ACCEPT, EINVAL)),
  RECLAIM_PTE(
      "reclaim of a pte",
      "after the PTE was cleared and flushed, before the swap entry is written",
      List.of(UNMAP, RESTORE, DISCARD, CARRY_EXCLUSIVE)),
  MADV_COLLAPSE("MADV_COLLAPSE", "whether the kernel knows the advice", List.of(ACCEPT, EINVAL)),
  COLLAPSE(
      "collapse of a pte",
      "khugepaged and MADV_COLLAPSE, one present PTE; besides, its page must have no other reference",
      List.of(GO, SKIP)),
  COLLAPSE_RANGE(
      "collapse of a range",
      "khugepaged and MADV_COLLAPSE, when each PTE of the range may be collapsed",
      List.of(GO, SKIP)),
  MADVISE(
      "madvise of a mapping",
      "whether the kernel knows an advice, and takes it for this mapping",
      List.of(ACCEPT, EINVAL)),
  MREMAP_DONTUNMAP(
      "MREMAP_DONTUNMAP", "whether the mapping may stay behind empty", List.of(ACCEPT, EINVAL)),
  PAGEMAP_SCAN(
      "PAGEMAP_SCAN", "whether /proc/PID/pagemap knows the request", List.of(ACCEPT, ENOTTY)),
  CLEAR_REFS(
      "clear_refs of soft-dirty bits",
      "how mmap_lock is held while the page tables are walked",
      List.of(READ_LOCK, WRITE_LOCK)),
  CLEAR_REFS_PTE(
      "clear_refs of a pte", "one present PTE, under its lock", List.of(CLEAR_SOFT_DIRTY, SKIP)),
  MIGRATE_PTE(
      "migration of a pte",
      "after the PTE was cleared and flushed, before the migration entry is written",
      List.of(UNMAP, RESTORE, CARRY_EXCLUSIVE)),
  MIGRATE_REMAP(
      "mapping a migrated page",
      "the PTE bits when a migration entry is replaced; it starts read-only and clean, and keeps"
          + " uffd-wp",
      List.of(SET_WRITABLE, SET_DIRTY, SET_EXCLUSIVE)),
  KSM_PROTECT(
      "write-protecting a page for ksm",
      "a PTE of a page that ksmd is about to merge",
      List.of(PROTECT, SKIP)),
  KSM_CHECK(
      "the references of a page for ksm",
      "after the PTE was cleared and flushed",
      List.of(GO, RESTORE)),
  KSM_SHARE(
      "sharing a page with ksm",
      "the last look before the PTE comes back read-only and clean",
      List.of(GO, RESTORE, CLEAR_EXCLUSIVE)),
  KSM_BREAK(
      "breaking a ksm page",
      "MADV_UNMERGEABLE, or a merge that could not be completed",
      List.of(WRITE_FAULT, UNSHARE, SKIP)),
  KSM_PRCTL("PR_SET_MEMORY_MERGE", "whether the kernel knows it", List.of(ACCEPT, EINVAL)),
  MPROTECT_GRANT(
      "mprotect that grants writing",
      "one present PTE; it is read-only unless a rule sets the write bit",
      List.of(SET_WRITABLE)),
  UFFD_UNPROTECT(
      "un-write-protecting a page",
      "UFFDIO_WRITEPROTECT without MODE_WP; the PTE is read-only unless a rule sets the write bit",
      List.of(SET_WRITABLE)),
  UFFD_PROTECT_EMPTY(
      "write-protecting an empty pte",
      "UFFDIO_WRITEPROTECT with MODE_WP; without a rule nothing is protected",
      List.of(INSTALL_MARKER)),
  UFFD_LOOKUP(
      "the mapping that userfaultfd is to fill",
      "UFFDIO_COPY, ZEROPAGE, CONTINUE and POISON, before it is asked whether it is registered",
      List.of(PREPARE_ANON_VMA)),
  UFFD_INSTALL(
      "the page that userfaultfd installs",
      "UFFDIO_COPY and CONTINUE; the PTE starts read-only and clean, and is with MODE_WP protected",
      List.of(SET_WRITABLE, SET_DIRTY)),
  UFFD_UNREGISTER_FAULTS(
      "faults during UFFDIO_UNREGISTER",
      "after the wake-up, before the mapping is let go: do faults of user mode still run?",
      List.of(GO, SKIP)),
  UFFD_UNREGISTER(
      "unregistering a protected page",
      "UFFDIO_UNREGISTER, one PTE with the uffd-wp bit; without a rule the bit stays behind",
      List.of(CLEAR_UFFD_WP)),
  UFFD_CLOSE(
      "closing over a protected page",
      "close(2) of a userfaultfd, one PTE with uffd-wp; without a rule it stays behind",
      List.of(CLEAR_UFFD_WP)),
  MREMAP_PROTECTED(
      "mremap of a protected page",
      "one PTE with uffd-wp that moves to a new address; without a rule it stays protected",
      List.of(CLEAR_UFFD_WP)),
  UFFD_DELIVERY(
      "delivery of a userfaultfd fault",
      "handle_userfault, before the event is queued",
      List.of(SIGBUS, RETRY, RETRY_UNLOCKED, QUEUE)),
  UFFD_REGISTER(
      "UFFDIO_REGISTER of a mapping", "whether the mapping is accepted", List.of(ACCEPT, EINVAL)),
  UFFD_API(
      "the features of a userfaultfd",
      "UFFDIO_API; a userfaultfd that is refused answers every ioctl with EINVAL",
      List.of(ACCEPT, EINVAL)),
  UFFD_REQUEST(
      "a newer ioctl of a userfaultfd",
      "whether the kernel knows UFFDIO_CONTINUE, UFFDIO_POISON, UFFDIO_MOVE",
      List.of(ACCEPT, EINVAL)),
  UFFD_MOVE(
      "UFFDIO_MOVE of a page",
      "asked before the source is cleared, and again after it was flushed",
      List.of(GO, EBUSY));

  private final String phrase;
  private final String meaning;
  private final List<Action> actions;

  DecisionPoint(String phrase, String meaning, List<Action> actions) {
    this.phrase = phrase;
    this.meaning = meaning;
    this.actions = actions;
  }

  /** What stands after {@code on} in a kernel file. */
  public String phrase() {
    return phrase;
  }

  /** One line for the rule reference. */
  public String meaning() {
    return meaning;
  }

  /** The actions that the mechanism knows here; {@link Action#OUT_OF_MODEL} is allowed as well. */
  public List<Action> actions() {
    return actions;
  }

  /** Whether the decision is a list of effects, without a terminal action. */
  public boolean effectsOnly() {
    return actions.stream().noneMatch(Action::terminal);
  }
}
