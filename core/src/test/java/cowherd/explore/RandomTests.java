package cowherd.explore;

import cowherd.kernel.KernelLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Small random tests, as source text, so that a failure can be copied into a file. The same seed
 * gives the same test on the same kernel.
 *
 * <p>One to three processes, two or three threads, one or two pages of one or two words, a few
 * calls a thread: loads, stores, references of every kind, what maps, unmaps, protects, swaps,
 * forks, and userfaultfd with a thread that answers.
 */
final class RandomTests {
  /**
   * A generated test.
   *
   * @param waits whether some thread may wait for another for ever: pipes, userfaultfd, wait()
   * @param references whether anything takes a reference, or userfaultfd watches: without, every
   *     kernel must show a program the same memory
   * @param populated whether memory is mapped before the test begins
   */
  record Generated(
      long seed, String text, String kernel, boolean waits, boolean references, boolean populated) {
    @Override
    public String toString() {
      return "seed " + seed + " on " + kernel + "\n" + text;
    }
  }

  /** What may be generated. */
  enum Shape {
    ANYTHING,
    /** no page is mapped at the start: no frame has a name before it is allocated */
    EMPTY,
    /** neither references nor userfaultfd */
    NO_REFERENCES
  }

  private static final int FIRST_VALUE = 3;

  private final SplittableRandom random;
  private final Shape shape;
  private final int words;
  private final int pages;
  private final boolean second;
  private final boolean uffd;
  private final boolean files;
  private final boolean pipe;
  private final boolean signal;
  private final boolean merges;
  private final StringBuilder text = new StringBuilder();
  private final List<Reference> held = new ArrayList<>();
  private boolean huge;
  private boolean waits;
  private boolean references;
  private boolean populated;
  private boolean forked;
  private boolean mapped;
  private boolean moved;
  private int values = FIRST_VALUE;
  private int registers;
  private int splices;

  private record Reference(String name, boolean pin, boolean write, int pages) {}

  private RandomTests(SplittableRandom random, Shape shape) {
    this.random = random;
    this.shape = shape;
    words = chance(25) ? 2 : 1;
    pages = chance(20) ? 2 : 1;
    second = pages == 1 && chance(15);
    boolean plain = shape == Shape.NO_REFERENCES;
    uffd = !plain && chance(25);
    files = !plain && chance(30);
    pipe = !plain && chance(20);
    signal = !plain && chance(15);
    merges = (pages > 1 || second) && chance(35);
  }

  static Generated of(long seed, Shape shape) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> kernels = KernelLibrary.builtIn().names();
    String kernel = kernels.get(random.nextInt(kernels.size()));
    RandomTests tests = new RandomTests(random, shape);
    tests.write();
    return new Generated(
        seed, tests.text.toString(), kernel, tests.waits, tests.references, tests.populated);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  // ---- the whole

  private void write() {
    text.append("litmus random\n");
    memory("x", pages);
    if (second) {
      memory("y", 1);
    }
    if (files) {
      text.append("file ").append(pick("", "", "tmpfs ", "memfd ")).append("f = 9;\n");
    }
    if (pipe) {
      text.append("pipe q;\n");
    }
    if (chance(15)) {
      String tlb = shape == Shape.NO_REFERENCES ? "lru" : "tlb";
      String moves = merges && chance(50) ? "ksmd" : "migration";
      text.append("background ").append(pick("lru", "reclaim", moves, tlb)).append(";\n");
    }
    boolean child = chance(65);
    boolean grandchild = child && chance(12);
    boolean thread = !child || chance(35);
    boolean kernel = chance(15);
    int most = child && thread ? 3 : 4;
    text.append("process A {\n");
    watch();
    if (merges) {
      text.append("  madvise(x, MADV_MERGEABLE);")
          .append(second ? " madvise(y, MADV_MERGEABLE);\n" : "\n");
    }
    if (thread) {
      calls("thread s { ", 1 + random.nextInt(most), " }\n", false);
    }
    calls("  ", 1 + random.nextInt(most), "\n", child);
    text.append("}\n");
    if (child) {
      String fork = grandchild ? "process B { fork(C); " : "process B { ";
      calls(fork, random.nextInt(most), " }\n", false);
    }
    if (grandchild) {
      calls("process C { ", random.nextInt(2), " }\n", false);
    }
    if (kernel) {
      text.append("kernel k { ").append(huge ? "swap_out" : pick("swap_out", "migrate"));
      text.append("(A.");
      text.append(page()).append("); }\n");
    }
  }

  private void memory(String name, int count) {
    huge = count > 1 && chance(40);
    // a kernel says what MADV_DONTNEED of hugetlb does, so it is no memory without pages
    String small = shape != Shape.NO_REFERENCES && chance(12) ? "hugetlb " : "anon ";
    text.append(huge ? pick("thp ", "thp ", "thp pte ") : small).append(name);
    if (words > 1) {
      text.append('[').append(words).append(']');
    }
    if (count > 1) {
      text.append(" pages ").append(count);
    }
    if (shape != Shape.EMPTY && chance(75)) {
      text.append(" = 1");
      populated = true;
    }
    text.append(";\n");
  }

  /** userfaultfd and the thread that answers its events. */
  private void watch() {
    if (!uffd) {
      return;
    }
    waits = true;
    references = true;
    boolean fork = chance(20);
    boolean missing = chance(25);
    String modes =
        missing
            ? pick(
                "UFFDIO_REGISTER_MODE_MISSING",
                "UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP")
            : "UFFDIO_REGISTER_MODE_WP";
    text.append("  u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP");
    text.append(fork ? " | UFFD_FEATURE_EVENT_FORK);\n" : ");\n");
    text.append("  ioctl(u, UFFDIO_REGISTER, x, ").append(modes).append(");\n");
    if (chance(60)) {
      text.append("  ioctl(u, UFFDIO_WRITEPROTECT, x, UFFDIO_WRITEPROTECT_MODE_WP);\n");
    }
    String fill = missing ? " ioctl(u, UFFDIO_COPY, e.address, 8);" : "";
    if (chance(85)) {
      text.append("  thread handler daemon { loop { e = read(u); ");
      text.append("ioctl(u, UFFDIO_WRITEPROTECT, e.address, 0);").append(fill).append(" } }\n");
    }
  }

  private void calls(String before, int count, String after, boolean fork) {
    held.clear();
    int forkAt = fork ? random.nextInt(count + 1) : -1;
    text.append(before);
    for (int i = 0; i <= count; i++) {
      if (i == forkAt) {
        text.append("fork(B); ");
        forked = true;
      } else if (i < count || forkAt >= 0) {
        call(fork);
      }
    }
    text.append(after);
  }

  // ---- calls

  private void call(boolean parent) {
    int kind = random.nextInt(100);
    boolean plain = shape == Shape.NO_REFERENCES;
    if (kind < 22) {
      text.append(register()).append(" = load(").append(word()).append("); ");
    } else if (kind < 44) {
      store();
    } else if (kind < 64 && !plain) {
      reference();
    } else if (kind < 74 && !plain) {
      user();
    } else if (kind < 92) {
      mapping();
    } else {
      rare(parent);
    }
  }

  private String register() {
    return "r" + registers++;
  }

  private String page() {
    if (second && chance(40)) {
      return "y";
    }
    if (mapped && chance(40)) {
      return "m";
    }
    return pages == 1 ? "x" : "x." + random.nextInt(pages);
  }

  private String word() {
    return words == 1 ? page() : page() + "[" + random.nextInt(words) + "]";
  }

  private void store() {
    String target = chance(50) ? page() : word();
    if (chance(25)) {
      text.append(register()).append(" = store(").append(target).append(", ").append(values++);
      text.append("); ");
    } else {
      text.append(target).append(" = ").append(values++).append("; ");
    }
  }

  private void reference() {
    if (!held.isEmpty() && chance(60)) {
      use(held.get(random.nextInt(held.size())));
      return;
    }
    references = true;
    boolean pin = chance(55);
    boolean both = pages > 1 && chance(40);
    String flags = pin ? "FOLL_PIN" : "FOLL_GET";
    boolean write = chance(40);
    flags += write ? " | FOLL_WRITE" : "";
    flags += pin && chance(35) ? " | FOLL_LONGTERM" : "";
    flags += chance(6) ? " | FOLL_FORCE" : "";
    String function =
        (pin ? "pin_user_pages" : "get_user_pages")
            + pick("", "_fast", "_fast", "_unlocked", "_fast_only");
    Reference reference = new Reference("k" + registers++, pin, write, both ? 2 : 1);
    String what = both ? "x" : page();
    text.append(reference.name).append(" = ").append(function);
    text.append('(').append(what).append(", ").append(flags).append("); ");
    held.add(reference);
  }

  private void use(Reference k) {
    String whole = k.pages > 1 ? "*" + k.name + "." + random.nextInt(k.pages) : "*" + k.name;
    boolean oneWord = words > 1 && k.pages == 1 && chance(50);
    String target = oneWord ? k.name + "[" + random.nextInt(words) + "]" : whole;
    int kind = random.nextInt(5);
    if (kind == 0) {
      text.append(k.pin ? "unpin_user_page(" : "put_page(").append(k.name).append("); ");
      held.remove(k);
    } else if (kind < 3 && k.write) {
      text.append(target).append(" = ").append(values++).append("; ");
    } else {
      text.append(register()).append(" = ").append(target).append("; ");
    }
  }

  private void user() {
    references = true;
    int kind = random.nextInt(8);
    if (kind < 2 && files) {
      String direction = pick("read", "write");
      text.append(direction).append("(f, ").append(page()).append(", O_DIRECT); ");
    } else if (kind == 2 && files) {
      text.append(pick("read", "write")).append("(f, ").append(page()).append("); ");
    } else if (kind < 5 && pipe) {
      if (splices > 0 && chance(15)) {
        waits = true;
        text.append("close(q); ");
      } else if (splices > 0 && chance(50)) {
        waits = true;
        text.append(register()).append(" = read(q); ");
      } else if (splices < 2) {
        splices++;
        text.append("vmsplice(q, ").append(page()).append("); ");
      }
    } else if (kind == 5) {
      text.append(register()).append(" = ").append(pick("process_vm_readv", "proc_mem_read"));
      text.append("(A, ").append(word()).append("); ");
    } else if (kind == 6) {
      text.append(pick("process_vm_writev", "proc_mem_write"));
      text.append("(A, ").append(word()).append(", ").append(values++).append("); ");
    } else {
      text.append(pick("futex", "kvm_fault", "perf_virt_to_phys", "coredump"));
      text.append('(').append(page()).append("); ");
    }
  }

  /** A page, or the whole region. */
  private String range() {
    return pages > 1 && chance(50) ? "x" : page();
  }

  private void mapping() {
    switch (random.nextInt(10)) {
      case 0, 1 -> text.append("munmap(").append(range()).append("); ");
      case 2, 3 -> text.append("madvise(").append(range()).append(", MADV_DONTNEED); ");
      case 4 -> {
        if (shape == Shape.NO_REFERENCES || chance(50)) {
          text.append("mprotect(").append(range()).append(", PROT_READ); ");
        } else {
          track();
        }
      }
      case 5 -> text.append("mprotect(").append(range()).append(", PROT_READ | PROT_WRITE); ");
      case 6 -> text.append("madvise(").append(page()).append(", MADV_PAGEOUT); ");
      case 7 -> moveOrMerge();
      default -> text.append("swap_out(").append(page()).append("); ");
    }
  }

  private void moveOrMerge() {
    if (merges && chance(70)) {
      text.append("ksm_merge(").append(page()).append(", ").append(page()).append("); ");
    } else if (merges && chance(50)) {
      text.append("madvise(").append(page()).append(", MADV_UNMERGEABLE); ");
    } else if (!huge) {
      text.append("migrate(").append(page()).append("); ");
    }
  }

  /** What marks entries, or takes pages away that nobody stored to. */
  private void track() {
    switch (random.nextInt(4)) {
      case 0 -> text.append("clear_refs(A); ");
      case 1 -> advise("MADV_FREE");
      case 2 -> advise(pick("MADV_GUARD_INSTALL", "MADV_GUARD_REMOVE"));
      default ->
          text.append(huge ? pick("split(", "collapse(") : "swap_in(").append(page()).append("); ");
    }
  }

  private void rare(boolean parent) {
    boolean plain = shape == Shape.NO_REFERENCES;
    if (huge && chance(30)) {
      text.append("madvise(x, MADV_COLLAPSE); ");
      return;
    }
    if (!plain && chance(50)) {
      wide();
      return;
    }
    switch (random.nextInt(9)) {
      case 0 -> {
        if (uffd && !forked) {
          text.append("ioctl(u, UFFDIO_WRITEPROTECT, x, UFFDIO_WRITEPROTECT_MODE_WP); ");
        } else {
          text.append(pick("mlock(", "mlock(", "munlock(")).append(page()).append("); ");
        }
      }
      case 1 -> advise(pick("MADV_DONTFORK", "MADV_DONTFORK", "MADV_DOFORK"));
      case 2 -> advise(pick("MADV_WIPEONFORK", "MADV_WIPEONFORK", "MADV_KEEPONFORK"));
      case 3 -> advise("MADV_POPULATE_READ");
      case 4 -> advise("MADV_POPULATE_WRITE");
      case 5 -> text.append("exit(); ");
      case 6 -> {
        if (parent && forked) {
          waits = true;
          text.append("wait(B); ");
        } else {
          text.append("swap_in(").append(page()).append("); ");
        }
      }
      case 7 -> text.append("lru_add_drain(); ");
      default -> text.append("exec(); ");
    }
  }

  private void advise(String advice) {
    text.append("madvise(").append(page()).append(", ").append(advice).append("); ");
  }

  /** What needs more than private anonymous memory, or moves it. */
  private void wide() {
    switch (random.nextInt(8)) {
      case 0 -> {
        if (files && !mapped) {
          mapped = true;
          text.append("m = mmap(f, ").append(pick("MAP_PRIVATE", "MAP_SHARED")).append("); ");
        }
      }
      case 1 -> {
        if (!moved && pages == 1) {
          moved = true;
          text.append("z = mremap(x); ");
        }
      }
      case 2 -> buffer();
      case 3, 4 -> {
        if (uffd && !forked) {
          answer();
        }
      }
      case 5 -> {
        if (signal) {
          waits = true;
          text.append(pick("signal(g); ", "signal(g); wait(g); "));
        }
      }
      case 6 -> {
        if (forked) {
          references = true;
          String k = "k" + registers++;
          text.append(k).append(" = ").append(pick("get", "pin")).append("_user_pages_remote(B, ");
          text.append(second ? "y" : pages == 1 ? "x" : "x.1").append("); ");
        }
      }
      default -> text.append(pick("uprobe(", "perf_virt_to_phys(")).append(page()).append("); ");
    }
  }

  private void buffer() {
    references = true;
    String k = "k" + registers++;
    text.append(k).append(" = io_uring_register(").append(page()).append("); ");
    if (files) {
      text.append(pick("io_uring_write_fixed(", "io_uring_read_fixed(")).append(k).append(", f); ");
    }
    if (chance(30)) {
      text.append("io_uring_unregister(").append(k).append("); ");
    }
  }

  private void answer() {
    switch (random.nextInt(5)) {
      case 0 -> text.append("ioctl(u, UFFDIO_UNREGISTER, x); ");
      case 1 -> text.append("close(u); ");
      case 2 -> text.append("ioctl(u, UFFDIO_WAKE, x); ");
      case 3 -> text.append("ioctl(u, UFFDIO_COPY, ").append(anyOfX()).append(", 7); ");
      default -> text.append("ioctl(u, UFFDIO_ZEROPAGE, ").append(anyOfX()).append("); ");
    }
  }

  private String anyOfX() {
    return pages == 1 ? "x" : "x." + random.nextInt(pages);
  }
}
