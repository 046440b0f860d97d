package cowherd.operation;

/** Flag values of {@link Instruction#flags()} other than FOLL_*. */
public final class CallFlags {
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 1 << 1;

  /** MMAP: protection bits as above, and these. */
  public static final int MAP_SHARED = 1 << 2;

  public static final int MAP_PRIVATE = 1 << 3;
  public static final int MAP_ANONYMOUS = 1 << 4;
  public static final int MAP_POPULATE = 1 << 5;
  public static final int MAP_HUGETLB = 1 << 6;

  /** MADVISE: exactly one of these. */
  public static final int MADV_DONTNEED = 1;

  public static final int MADV_PAGEOUT = 2;
  public static final int MADV_DONTFORK = 3;
  public static final int MADV_DOFORK = 4;
  public static final int MADV_WIPEONFORK = 5;
  public static final int MADV_KEEPONFORK = 6;
  public static final int MADV_POPULATE_READ = 7;
  public static final int MADV_POPULATE_WRITE = 8;
  public static final int MADV_WILLNEED = 9;
  public static final int MADV_FREE = 11;
  public static final int MADV_GUARD_INSTALL = 12;
  public static final int MADV_GUARD_REMOVE = 13;
  public static final int MADV_COLLAPSE = 20;
  public static final int MADV_HUGEPAGE = 21;
  public static final int MADV_NOHUGEPAGE = 22;
  public static final int MADV_REMOVE = 10;

  /** PAGEMAP_SCAN. */
  public static final int PM_SCAN_WP_MATCHING = 1;

  public static final int PM_SCAN_CHECK_WPASYNC = 1 << 1;
  public static final int PAGE_IS_WPALLOWED = 1 << 2;
  public static final int PAGE_IS_WRITTEN = 1 << 3;
  public static final int PAGE_IS_FILE = 1 << 4;
  public static final int PAGE_IS_PRESENT = 1 << 5;
  public static final int PAGE_IS_SWAPPED = 1 << 6;
  public static final int PAGE_IS_PFNZERO = 1 << 7;

  /** MREMAP. */
  public static final int MREMAP_FIXED = 1;

  public static final int MREMAP_DONTUNMAP = 1 << 1;

  /** PUNCH_HOLE: fallocate. */
  public static final int FALLOC_FL_PUNCH_HOLE = 1;

  public static final int FALLOC_FL_KEEP_SIZE = 1 << 1;
  public static final int MADV_MERGEABLE = 23;
  public static final int MADV_UNMERGEABLE = 24;

  /** PRCTL: exactly one of these. */
  public static final int PR_SET_MEMORY_MERGE = 1;

  public static final int PR_GET_MEMORY_MERGE = 2;

  /** REMOTE_READ, REMOTE_WRITE: a reference that is refused is EIO (mem_rw, ptrace_request). */
  public static final int REFUSED_IS_EIO = 1;

  /** UFFD_CREATE: features and open flags. */
  public static final int UFFD_FEATURE_PAGEFAULT_FLAG_WP = 1;

  public static final int UFFD_FEATURE_EVENT_FORK = 1 << 1;
  public static final int UFFD_FEATURE_SIGBUS = 1 << 2;
  public static final int UFFD_USER_MODE_ONLY = 1 << 3;
  public static final int UFFD_FEATURE_WP_UNPOPULATED = 1 << 4;
  public static final int UFFD_FEATURE_EVENT_REMAP = 1 << 5;
  public static final int UFFD_FEATURE_EVENT_REMOVE = 1 << 6;
  public static final int UFFD_FEATURE_EVENT_UNMAP = 1 << 7;
  public static final int UFFD_FEATURE_MINOR_SHMEM = 1 << 8;
  public static final int UFFD_FEATURE_WP_HUGETLBFS_SHMEM = 1 << 9;
  public static final int UFFD_FEATURE_POISON = 1 << 10;
  public static final int UFFD_FEATURE_MOVE = 1 << 11;
  public static final int UFFD_FEATURE_WP_ASYNC = 1 << 12;

  /** UFFD_REGISTER: modes. */
  public static final int UFFDIO_REGISTER_MODE_MISSING = 1;

  public static final int UFFDIO_REGISTER_MODE_WP = 1 << 1;
  public static final int UFFDIO_REGISTER_MODE_MINOR = 1 << 2;

  /** UFFD_WRITEPROTECT. */
  public static final int UFFDIO_WRITEPROTECT_MODE_WP = 1;

  public static final int UFFDIO_WRITEPROTECT_MODE_DONTWAKE = 1 << 1;

  /** UFFD_COPY, UFFD_ZEROPAGE. */
  public static final int UFFDIO_COPY_MODE_DONTWAKE = 1;

  public static final int UFFDIO_COPY_MODE_WP = 1 << 1;
  public static final int UFFDIO_ZEROPAGE_MODE_DONTWAKE = 1;

  /** UFFD_CONTINUE. */
  public static final int UFFDIO_CONTINUE_MODE_DONTWAKE = 1;

  public static final int UFFDIO_CONTINUE_MODE_WP = 1 << 1;

  /** UFFD_MOVE. */
  public static final int UFFDIO_MOVE_MODE_DONTWAKE = 1;

  public static final int UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES = 1 << 1;

  /** The flags part of a page fault event, in the event's flags register. */
  public static final int UFFD_PAGEFAULT_FLAG_WRITE = 1;

  public static final int UFFD_PAGEFAULT_FLAG_WP = 1 << 1;
  public static final int UFFD_PAGEFAULT_FLAG_MINOR = 1 << 2;

  private CallFlags() {}
}
