package cowherd.kernel;

import static cowherd.kernel.Fact.*;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which facts the mechanism knows at a decision. A rule that asks another one is a mistake: the
 * kernel code that it paraphrases could not know it there either.
 */
public final class KnownFacts {
  private static final Set<Fact> REQUEST =
      EnumSet.of(
          FOLL_WRITE, FOLL_FORCE, FOLL_GET, FOLL_PIN, FOLL_LONGTERM, FAST_ONLY, WRONG_SIDE_OK);
  private static final Set<Fact> FAULT =
      EnumSet.of(WRITE, BREAKS_COW, UNSHARING, MAY_WAIT, USER_MODE);
  private static final Set<Fact> PAGE =
      EnumSet.of(
          ANON,
          ZERO,
          FILE,
          SHMEM,
          SECRETMEM,
          KSM,
          MAPCOUNT,
          REFCOUNT,
          SWAPCOUNT,
          LARGE,
          FOLIO_MAPCOUNT,
          MAPPED_BY_OTHERS,
          SWAPCACHE,
          SWAPCACHE_REFERENCES,
          EXCLUSIVE,
          MAYBE_PINNED,
          LOCKED,
          WRITEBACK,
          LRU,
          LAZYFREE,
          PAGE_DIRTY);
  private static final Set<Fact> PTE =
      EnumSet.of(PMD, WRITABLE, DIRTY, UFFD_WP, UFFD_WP_UNWATCHED, SOFT_DIRTY, SOFT_DIRTY_WP);
  private static final Set<Fact> ADDRESS_SPACE =
      EnumSet.of(
          VMA_WRITE,
          SHARED,
          SOFT_DIRTY_TRACKED,
          COW_MAPPING,
          VMA_LOCKED,
          VMA_FILE,
          VMA_SHMEM,
          VMA_SECRETMEM,
          WRITE_NOTIFY,
          HUGETLB,
          VMA_UFFD_MISSING,
          VMA_UFFD_WP,
          VMA_UFFD_MINOR,
          MM_HAS_PINNED);
  private static final Set<Fact> ADVICE =
      EnumSet.of(MADV_POPULATE, MADV_FREE, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE);
  private static final Set<Fact> DELIVERY =
      EnumSet.of(UFFD_SIGBUS, UFFD_CLOSED, UFFD_USER_MODE_ONLY);
  private static final Set<Fact> FEATURES =
      EnumSet.of(
          UFFD_WP_ASYNC,
          UFFD_WP_UNPOPULATED,
          UFFD_MINOR_SHMEM,
          UFFD_WP_SHMEM,
          UFFD_USER_MODE_ONLY,
          UFFD_POISON,
          Fact.UFFD_MOVE);
  private static final Set<Fact> MODES = EnumSet.of(MODE_MISSING, MODE_WP, MODE_MINOR);

  private KnownFacts() {}

  /** The facts that a rule of this decision may ask. */
  public static Set<Fact> at(DecisionPoint point) {
    return Collections.unmodifiableSet(
        switch (point) {
          case GUP_FLAGS, GUP_VMA, GUP_BROKE_COW -> union(REQUEST, ADDRESS_SPACE);
          case GUP_FAST_START -> union(REQUEST, EnumSet.of(FORK_RUNNING, MM_HAS_PINNED, HUGETLB));
          case GUP_FAST_READ, GUP_FAST_FILE, GUP_FAST_RECHECK ->
              union(REQUEST, PAGE, EnumSet.of(DIRTY, MM_HAS_PINNED, FORK_RUNNING, FORK_RAN));
          case GUP_FAST_END ->
              union(REQUEST, EnumSet.of(FORK_RUNNING, FORK_RAN, MM_HAS_PINNED, HUGETLB));
          case GUP_READ, GUP_WRITE, HUGETLB_GUP_READ ->
              union(REQUEST, EnumSet.of(FOLL_COW, FOLL_BREAK_COW), PAGE, PTE, ADDRESS_SPACE);
          case EMPTY_FAULT -> union(FAULT, ADDRESS_SPACE);
          case WP_FAULT ->
              union(FAULT, PAGE, PTE, ADDRESS_SPACE, EnumSet.of(FLUSH_PENDING, UFFD_WP_ASYNC));
          case FILE_FAULT -> union(FAULT, ADDRESS_SPACE, EnumSet.of(PAGE_CACHED));
          case PMD_WP_FAULT, HUGETLB_WP_FAULT ->
              union(FAULT, PAGE, PTE, ADDRESS_SPACE, EnumSet.of(UFFD_WP_ASYNC));
          case REUSING, COLLAPSE -> union(FAULT, PAGE, PTE, ADDRESS_SPACE);
          case INSTALLING -> union(FAULT, PTE, ADDRESS_SPACE);
          case FRESH, MADV_COLLAPSE -> union();
          case SWAP_IN ->
              union(
                  FAULT,
                  PAGE,
                  EnumSet.of(UFFD_WP, SOFT_DIRTY, SOFT_DIRTY_WP, SWAP_EXCLUSIVE),
                  ADDRESS_SPACE);
          case FORK_PAGE, HUGETLB_FORK ->
              union(PAGE, PTE, ADDRESS_SPACE, EnumSet.of(CHILD_UFFD_WP));
          case FORK_COPY, HUGETLB_FORK_COPY -> union(PTE, ADDRESS_SPACE, EnumSet.of(CHILD_UFFD_WP));
          case FORK_ENTRY ->
              union(ADDRESS_SPACE, EnumSet.of(UFFD_WP, SWAP_EXCLUSIVE, CHILD_UFFD_WP));
          case HUGETLB_EMPTY_FAULT -> union(FAULT, PTE, ADDRESS_SPACE);
          case HUGETLB_DONTNEED, HUGETLB_MREMAP, HUGETLB_FORK_SHARED -> union(ADDRESS_SPACE);
          case RECLAIM -> union(PAGE);
          case PAGEOUT -> union(PAGE, PTE, ADDRESS_SPACE);
          case CLEAR_REFS, PAGEMAP_SCAN -> union();
          case COLLAPSE_RANGE -> union(ADDRESS_SPACE, EnumSet.of(RANGE_WRITABLE));
          case MADVISE -> union(ADVICE, ADDRESS_SPACE);
          case MREMAP_DONTUNMAP -> union(ADDRESS_SPACE);
          case MIGRATE_PTE, KSM_CHECK, KSM_SHARE -> union(PAGE, PTE, ADDRESS_SPACE);
          case KSM_BREAK -> union(PAGE, PTE, ADDRESS_SPACE, EnumSet.of(VMA_NONE));
          case KSM_PROTECT -> union(PAGE, PTE, ADDRESS_SPACE, EnumSet.of(FLUSH_PENDING));
          case MIGRATE_REMAP ->
              union(EnumSet.of(KSM, WRITABLE, DIRTY, UFFD_WP, SWAP_EXCLUSIVE), ADDRESS_SPACE);
          case KSM_PRCTL -> union();
          case RECLAIM_PTE, CLEAR_REFS_PTE, MPROTECT_GRANT, UFFD_UNPROTECT, UFFD_UNREGISTER ->
              union(PAGE, PTE, ADDRESS_SPACE);
          case UFFD_PROTECT_EMPTY -> union(ADDRESS_SPACE, EnumSet.of(UFFD_WP_UNPOPULATED));
          case UFFD_LOOKUP, UFFD_UNREGISTER_FAULTS -> union(ADDRESS_SPACE);
          case UFFD_INSTALL -> union(PAGE, ADDRESS_SPACE, EnumSet.of(MODE_WP));
          case UFFD_CLOSE -> union(PAGE, PTE, ADDRESS_SPACE);
          case MREMAP_PROTECTED -> union(PTE, ADDRESS_SPACE, EnumSet.of(UFFD_EVENT_REMAP));
          case UFFD_DELIVERY -> union(FAULT, DELIVERY, ADDRESS_SPACE);
          case UFFD_REGISTER -> union(MODES, EnumSet.of(UFFD_WP_ASYNC), ADDRESS_SPACE);
          case UFFD_API -> union(FEATURES);
          case UFFD_REQUEST -> union(EnumSet.of(CONTINUES, POISONS, MOVES, MODE_WP));
          case UFFD_MOVE -> union(PAGE, EnumSet.of(SWAP_EXCLUSIVE), ADDRESS_SPACE);
        });
  }

  @SafeVarargs
  private static Set<Fact> union(Set<Fact>... sets) {
    Set<Fact> all = EnumSet.noneOf(Fact.class);
    for (Set<Fact> set : sets) {
      all.addAll(set);
    }
    return all;
  }
}
