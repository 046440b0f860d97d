package cowherd.litmus;

import cowherd.kernel.GupFlags;
import cowherd.operation.CallFlags;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The named constants of the language: flags of calls, and values. */
public final class Constants {
  /** What a constant is for. */
  public enum Family {
    FOLL("FOLL_* flags"),
    MAP("MAP_* flags"),
    PROT("PROT_* flags"),
    MREMAP("MREMAP_* flags"),
    ADVICE("MADV_* advice"),
    FEATURE("UFFD_FEATURE_* flags"),
    REGISTER_MODE("UFFDIO_REGISTER_MODE_* flags"),
    WRITEPROTECT_MODE("UFFDIO_WRITEPROTECT_MODE_* flags"),
    COPY_MODE("UFFDIO_COPY_MODE_* flags"),
    ZEROPAGE_MODE("UFFDIO_ZEROPAGE_MODE_* flags"),
    CONTINUE_MODE("UFFDIO_CONTINUE_MODE_* flags"),
    MOVE_MODE("UFFDIO_MOVE_MODE_* flags"),
    MEMORY_REGION("IBV_ACCESS_* flags"),
    DMA_MAP("VFIO_* flags"),
    SCAN("PM_SCAN_* and PAGE_IS_* flags"),
    FALLOCATE("FALLOC_FL_* flags"),
    PRCTL("PR_* options"),
    /** a word that stands for itself in a call */
    WORD("words of calls"),
    /** written with a minus */
    ERRNO("error codes"),
    VALUE("values"),
    /** bits of {@code e.flags} */
    BITS("bits of an event's flags");

    private final String meaning;

    Family(String meaning) {
      this.meaning = meaning;
    }

    /** What the constants of the family are, in two or three words. */
    public String meaning() {
      return meaning;
    }
  }

  /**
   * A constant.
   *
   * @param name its name, as in the kernel's headers
   * @param family what it is for
   * @param value bits or value; 0 when out of the model
   * @param outOfModel why no kernel's model executes it, or empty
   */
  public record Constant(String name, Family family, int value, String outOfModel) {}

  private static final Map<String, Constant> ALL = new LinkedHashMap<>();

  static {
    gup();
    mappings();
    advice();
    userfaultfd();
    users();
    values();
  }

  private Constants() {}

  /** The constant of a name. */
  public static Optional<Constant> of(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** All of them, by family. */
  public static List<Constant> all() {
    return List.copyOf(ALL.values());
  }

  /** The names of a family. */
  static List<String> names(Family family) {
    List<String> names = new ArrayList<>();
    for (Constant constant : ALL.values()) {
      if (constant.family == family) {
        names.add(constant.name);
      }
    }
    return names;
  }

  private static void add(Family family, String name, int value) {
    ALL.put(name, new Constant(name, family, value, ""));
  }

  private static void not(Family family, String why, String... names) {
    for (String name : names) {
      ALL.put(name, new Constant(name, family, 0, why));
    }
  }

  private static void gup() {
    add(Family.FOLL, "FOLL_WRITE", GupFlags.FOLL_WRITE);
    add(Family.FOLL, "FOLL_GET", GupFlags.FOLL_GET);
    add(Family.FOLL, "FOLL_PIN", GupFlags.FOLL_PIN);
    add(Family.FOLL, "FOLL_LONGTERM", GupFlags.FOLL_LONGTERM);
    add(Family.FOLL, "FOLL_FORCE", GupFlags.FOLL_FORCE);
    add(Family.FOLL, "FOLL_FAST_ONLY", GupFlags.FOLL_FAST_ONLY);
    not(Family.FOLL, "faults that give up instead of waiting", "FOLL_NOWAIT");
    add(Family.FOLL, "FOLL_READ_WRONG_SIDE_COW_OK", GupFlags.FOLL_READ_WRONG_SIDE_COW_OK);
    not(Family.FOLL, "core dumps beyond coredump()", "FOLL_DUMP");
    not(Family.FOLL, "huge pages", "FOLL_SPLIT_PMD");
    not(Family.FOLL, "NUMA hinting", "FOLL_NUMA", "FOLL_HONOR_NUMA_FAULT");
    not(Family.FOLL, "migration", "FOLL_MIGRATION");
    not(Family.FOLL, "peer-to-peer DMA", "FOLL_PCI_P2PDMA");
    not(
        Family.FOLL,
        "internal to get_user_pages or without a rule in any kernel file",
        "FOLL_COW",
        "FOLL_TRIED",
        "FOLL_REMOTE",
        "FOLL_UNLOCKABLE",
        "FOLL_TOUCH",
        "FOLL_ANON",
        "FOLL_MLOCK",
        "FOLL_POPULATE",
        "FOLL_NOFAULT",
        "FOLL_INTERRUPTIBLE");
  }

  private static void mappings() {
    add(Family.PROT, "PROT_NONE", 0);
    add(Family.PROT, "PROT_READ", CallFlags.PROT_READ);
    add(Family.PROT, "PROT_WRITE", CallFlags.PROT_WRITE);
    not(Family.PROT, "execution", "PROT_EXEC");
    add(Family.MAP, "MAP_SHARED", CallFlags.MAP_SHARED);
    add(Family.MAP, "MAP_PRIVATE", CallFlags.MAP_PRIVATE);
    add(Family.MAP, "MAP_ANONYMOUS", CallFlags.MAP_ANONYMOUS);
    add(Family.MAP, "MAP_HUGETLB", CallFlags.MAP_HUGETLB);
    add(Family.MAP, "MAP_POPULATE", CallFlags.MAP_POPULATE);
    not(Family.MAP, "a mapping placed over another", "MAP_FIXED");
    not(Family.MAP, "memory locking", "MAP_LOCKED");
    not(Family.MAP, "overcommit accounting", "MAP_NORESERVE");
    add(Family.MREMAP, "MREMAP_FIXED", CallFlags.MREMAP_FIXED);
    add(Family.MREMAP, "MREMAP_DONTUNMAP", CallFlags.MREMAP_DONTUNMAP);
    add(Family.MREMAP, "MREMAP_MAYMOVE", 0);
    add(Family.FALLOCATE, "FALLOC_FL_PUNCH_HOLE", CallFlags.FALLOC_FL_PUNCH_HOLE);
    add(Family.FALLOCATE, "FALLOC_FL_KEEP_SIZE", CallFlags.FALLOC_FL_KEEP_SIZE);
    add(Family.PRCTL, "PR_SET_MEMORY_MERGE", CallFlags.PR_SET_MEMORY_MERGE);
    add(Family.PRCTL, "PR_GET_MEMORY_MERGE", CallFlags.PR_GET_MEMORY_MERGE);
  }

  private static void advice() {
    add(Family.ADVICE, "MADV_DONTNEED", CallFlags.MADV_DONTNEED);
    add(Family.ADVICE, "MADV_PAGEOUT", CallFlags.MADV_PAGEOUT);
    add(Family.ADVICE, "MADV_DONTFORK", CallFlags.MADV_DONTFORK);
    add(Family.ADVICE, "MADV_DOFORK", CallFlags.MADV_DOFORK);
    add(Family.ADVICE, "MADV_WIPEONFORK", CallFlags.MADV_WIPEONFORK);
    add(Family.ADVICE, "MADV_KEEPONFORK", CallFlags.MADV_KEEPONFORK);
    add(Family.ADVICE, "MADV_POPULATE_READ", CallFlags.MADV_POPULATE_READ);
    add(Family.ADVICE, "MADV_POPULATE_WRITE", CallFlags.MADV_POPULATE_WRITE);
    add(Family.ADVICE, "MADV_COLLAPSE", CallFlags.MADV_COLLAPSE);
    add(Family.ADVICE, "MADV_HUGEPAGE", CallFlags.MADV_HUGEPAGE);
    add(Family.ADVICE, "MADV_NOHUGEPAGE", CallFlags.MADV_NOHUGEPAGE);
    not(Family.ADVICE, "read-ahead", "MADV_WILLNEED");
    add(Family.ADVICE, "MADV_FREE", CallFlags.MADV_FREE);
    add(Family.ADVICE, "MADV_GUARD_INSTALL", CallFlags.MADV_GUARD_INSTALL);
    add(Family.ADVICE, "MADV_GUARD_REMOVE", CallFlags.MADV_GUARD_REMOVE);
    not(Family.ADVICE, "page ageing", "MADV_COLD");
    add(Family.ADVICE, "MADV_REMOVE", CallFlags.MADV_REMOVE);
    add(Family.ADVICE, "MADV_MERGEABLE", CallFlags.MADV_MERGEABLE);
    add(Family.ADVICE, "MADV_UNMERGEABLE", CallFlags.MADV_UNMERGEABLE);
    not(Family.ADVICE, "memory failure", "MADV_HWPOISON", "MADV_SOFT_OFFLINE");
    not(Family.ADVICE, "memory locking", "MADV_DONTNEED_LOCKED");
  }

  private static void userfaultfd() {
    add(Family.FEATURE, "UFFD_FEATURE_PAGEFAULT_FLAG_WP", CallFlags.UFFD_FEATURE_PAGEFAULT_FLAG_WP);
    add(Family.FEATURE, "UFFD_FEATURE_EVENT_FORK", CallFlags.UFFD_FEATURE_EVENT_FORK);
    add(Family.FEATURE, "UFFD_FEATURE_SIGBUS", CallFlags.UFFD_FEATURE_SIGBUS);
    add(Family.FEATURE, "UFFD_USER_MODE_ONLY", CallFlags.UFFD_USER_MODE_ONLY);
    add(Family.FEATURE, "UFFD_FEATURE_WP_UNPOPULATED", CallFlags.UFFD_FEATURE_WP_UNPOPULATED);
    add(Family.FEATURE, "UFFD_FEATURE_EVENT_REMAP", CallFlags.UFFD_FEATURE_EVENT_REMAP);
    add(Family.FEATURE, "UFFD_FEATURE_EVENT_REMOVE", CallFlags.UFFD_FEATURE_EVENT_REMOVE);
    add(Family.FEATURE, "UFFD_FEATURE_EVENT_UNMAP", CallFlags.UFFD_FEATURE_EVENT_UNMAP);
    add(Family.FEATURE, "UFFD_FEATURE_MISSING_SHMEM", 0); // older than all kernels here
    add(Family.FEATURE, "UFFD_FEATURE_MINOR_SHMEM", CallFlags.UFFD_FEATURE_MINOR_SHMEM);
    add(
        Family.FEATURE,
        "UFFD_FEATURE_WP_HUGETLBFS_SHMEM",
        CallFlags.UFFD_FEATURE_WP_HUGETLBFS_SHMEM);
    add(Family.FEATURE, "UFFD_FEATURE_MISSING_HUGETLBFS", 0); // older than all kernels here
    add(Family.FEATURE, "UFFD_FEATURE_MINOR_HUGETLBFS", CallFlags.UFFD_FEATURE_MINOR_SHMEM);
    add(Family.FEATURE, "UFFD_FEATURE_WP_ASYNC", CallFlags.UFFD_FEATURE_WP_ASYNC);
    add(Family.FEATURE, "UFFD_FEATURE_POISON", CallFlags.UFFD_FEATURE_POISON);
    add(Family.FEATURE, "UFFD_FEATURE_MOVE", CallFlags.UFFD_FEATURE_MOVE);
    not(Family.FEATURE, "event details", "UFFD_FEATURE_THREAD_ID", "UFFD_FEATURE_EXACT_ADDRESS");
    modes();
    add(Family.BITS, "UFFD_PAGEFAULT_FLAG_WRITE", CallFlags.UFFD_PAGEFAULT_FLAG_WRITE);
    add(Family.BITS, "UFFD_PAGEFAULT_FLAG_WP", CallFlags.UFFD_PAGEFAULT_FLAG_WP);
    add(Family.BITS, "UFFD_PAGEFAULT_FLAG_MINOR", CallFlags.UFFD_PAGEFAULT_FLAG_MINOR);
  }

  private static void modes() {
    add(
        Family.REGISTER_MODE,
        "UFFDIO_REGISTER_MODE_MISSING",
        CallFlags.UFFDIO_REGISTER_MODE_MISSING);
    add(Family.REGISTER_MODE, "UFFDIO_REGISTER_MODE_WP", CallFlags.UFFDIO_REGISTER_MODE_WP);
    add(Family.REGISTER_MODE, "UFFDIO_REGISTER_MODE_MINOR", CallFlags.UFFDIO_REGISTER_MODE_MINOR);
    add(
        Family.WRITEPROTECT_MODE,
        "UFFDIO_WRITEPROTECT_MODE_WP",
        CallFlags.UFFDIO_WRITEPROTECT_MODE_WP);
    add(
        Family.WRITEPROTECT_MODE,
        "UFFDIO_WRITEPROTECT_MODE_DONTWAKE",
        CallFlags.UFFDIO_WRITEPROTECT_MODE_DONTWAKE);
    add(Family.COPY_MODE, "UFFDIO_COPY_MODE_DONTWAKE", CallFlags.UFFDIO_COPY_MODE_DONTWAKE);
    add(Family.COPY_MODE, "UFFDIO_COPY_MODE_WP", CallFlags.UFFDIO_COPY_MODE_WP);
    add(
        Family.ZEROPAGE_MODE,
        "UFFDIO_ZEROPAGE_MODE_DONTWAKE",
        CallFlags.UFFDIO_ZEROPAGE_MODE_DONTWAKE);
    add(
        Family.CONTINUE_MODE,
        "UFFDIO_CONTINUE_MODE_DONTWAKE",
        CallFlags.UFFDIO_CONTINUE_MODE_DONTWAKE);
    add(Family.CONTINUE_MODE, "UFFDIO_CONTINUE_MODE_WP", CallFlags.UFFDIO_CONTINUE_MODE_WP);
    add(Family.MOVE_MODE, "UFFDIO_MOVE_MODE_DONTWAKE", CallFlags.UFFDIO_MOVE_MODE_DONTWAKE);
    add(
        Family.MOVE_MODE,
        "UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES",
        CallFlags.UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES);
  }

  private static void users() {
    add(Family.MEMORY_REGION, "IBV_ACCESS_LOCAL_WRITE", GupFlags.FOLL_WRITE);
    add(Family.DMA_MAP, "VFIO_WRITE", GupFlags.FOLL_WRITE);
    add(Family.SCAN, "PM_SCAN_WP_MATCHING", CallFlags.PM_SCAN_WP_MATCHING);
    add(Family.SCAN, "PM_SCAN_CHECK_WPASYNC", CallFlags.PM_SCAN_CHECK_WPASYNC);
    add(Family.SCAN, "PAGE_IS_WPALLOWED", CallFlags.PAGE_IS_WPALLOWED);
    add(Family.SCAN, "PAGE_IS_WRITTEN", CallFlags.PAGE_IS_WRITTEN);
    add(Family.SCAN, "PAGE_IS_FILE", CallFlags.PAGE_IS_FILE);
    add(Family.SCAN, "PAGE_IS_PRESENT", CallFlags.PAGE_IS_PRESENT);
    add(Family.SCAN, "PAGE_IS_SWAPPED", CallFlags.PAGE_IS_SWAPPED);
    add(Family.SCAN, "PAGE_IS_PFNZERO", CallFlags.PAGE_IS_PFNZERO);
    for (String word :
        List.of(
            "O_DIRECT",
            "PTRACE_PEEKDATA",
            "PTRACE_POKEDATA",
            "UFFDIO_API",
            "UFFDIO_REGISTER",
            "UFFDIO_UNREGISTER",
            "UFFDIO_WRITEPROTECT",
            "UFFDIO_COPY",
            "UFFDIO_ZEROPAGE",
            "UFFDIO_WAKE",
            "UFFDIO_CONTINUE",
            "UFFDIO_MOVE",
            "UFFDIO_POISON")) {
      add(Family.WORD, word, 0);
    }
  }

  private static void values() {
    for (int value = Value.MAX + 1; value < Value.UNSET; value++) {
      String name = Value.name(value);
      if (name.startsWith("-")) {
        add(Family.ERRNO, name.substring(1), value);
      } else if (!Character.isDigit(name.charAt(0))) {
        add(Family.VALUE, name, value);
      }
    }
  }
}
