package cowherd.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Random programs over what user space can do, each with one schedule: a list of calls, in the
 * order in which they are granted. The calls of one thread, in this order, are its code; so a call
 * can be left out of both at once.
 *
 * <p>A program is about one kind of memory and, more often than not, one special thing to do with
 * it, so that what remains of one that disagrees is easy to read.
 */
public final class RandomPrograms {
  /** Most calls of a program. */
  private static final int CALLS_MAX = 14;

  private static final int CALLS_MIN = 4;

  /** Most looks and writes through a reference that an O_DIRECT transfer stands for. */
  private static final int TRANSFER_USES_MAX = 3;

  private static final int EVENTS_MAX = 4;

  private final Random random;
  private final List<Call> calls = new ArrayList<>();
  private final List<Actor> actors = new ArrayList<>();
  private Memory memory = Memory.ANON;
  private Special special = Special.NONE;
  private Actor ioActor = Actor.A;
  private boolean two;
  private String features = "";
  private int results;
  private int value = 1;
  private int events;
  private int transferUses;
  private boolean transferWrites;
  private boolean transferred;
  private boolean forkedB;
  private boolean forkedC;
  private boolean pinned;
  private boolean referenced;
  private boolean moved;
  private boolean watching;
  private int spliced;

  /**
   * Whether the pages of a huge page may be of different mappings by now: then each call takes one
   * page. What calls do that meet several mappings, and where mappings merge again, is not in the
   * model.
   */
  private boolean cut;

  /** Whether a child may have ended. */
  private boolean exits;

  private boolean populates;

  /** Whether some memory may be locked. */
  private boolean locks;

  /** Whether a file may have a hole: reclaim drops a page of zeros that filled it, unnoticed. */
  private boolean holes;

  /** Whether a page may be poisoned: populating it is EHWPOISON, which the language lacks. */
  private boolean poisons;

  /** Whether a call may have made the memory read-only. */
  private boolean protects;

  private RandomPrograms(Random random) {
    this.random = random;
  }

  /** What a program is about; how often, of {@link #WEIGHTS}. */
  private enum Memory {
    ANON(24, "anon x = 1;"),
    UNTOUCHED(5, "anon x;"),
    SHARED(4, "anon shared x = 1;"),
    HOLE(2, "anon shared x;"),
    THP(5, "thp x = 1;"),
    THP_UNTOUCHED(2, "thp x;"),
    THP_BY_PTES(3, "thp pte x = 1;"),
    HUGETLB(3, "hugetlb x = 1;"),
    HUGETLB_SHARED(2, "hugetlb shared x = 1;"),
    DISK_PRIVATE(2, "file g = 4;"),
    DISK_SHARED(1, "file g = 4;"),
    MEMFD_PRIVATE(2, "file memfd g = 4;"),
    MEMFD_SHARED(2, "file memfd g = 4;");

    private static final int WEIGHTS = Stream.of(values()).mapToInt(m -> m.weight).sum();

    private final int weight;
    private final String declaration;

    Memory(int weight, String declaration) {
      this.weight = weight;
      this.declaration = declaration;
    }

    boolean huge() {
      return this == THP || this == THP_UNTOUCHED || this == THP_BY_PTES;
    }

    boolean hugetlb() {
      return this == HUGETLB || this == HUGETLB_SHARED;
    }

    /** How A maps it, when it is the memory of a file. */
    String mapping() {
      return switch (this) {
        case DISK_PRIVATE, MEMFD_PRIVATE -> "MAP_PRIVATE";
        case DISK_SHARED, MEMFD_SHARED -> "MAP_SHARED";
        default -> "";
      };
    }

    /** Reclaim of pages of a disk file is not in the model. */
    boolean disk() {
      return this == DISK_PRIVATE || this == DISK_SHARED;
    }

    boolean memfd() {
      return this == MEMFD_PRIVATE || this == MEMFD_SHARED;
    }

    boolean shared() {
      return switch (this) {
        case SHARED, HOLE, HUGETLB_SHARED, DISK_SHARED, MEMFD_SHARED -> true;
        default -> false;
      };
    }

    static Memory draw(Random random) {
      int n = random.nextInt(WEIGHTS);
      for (Memory m : values()) {
        n -= m.weight;
        if (n < 0) {
          return m;
        }
      }
      throw new IllegalStateException("RandomPrograms.Memory.draw");
    }
  }

  /** What is done to it besides. */
  private enum Special {
    /** nothing */
    NONE,
    /** userfaultfd from the first call on, and a second thread that answers */
    USERFAULTFD,
    /** references that an O_DIRECT transfer carries, which take milliseconds */
    TRANSFER,
    /** what madvise has for huge pages */
    HUGE,
    /** lazily freed memory */
    FREE
  }

  /** Threads that a program may have, by the name that the language gives them. */
  public enum Actor {
    /** the first process */
    A,
    /** its second thread */
    A_SECOND,
    /** a child of A */
    B,
    /** a second child of A */
    C
  }

  /**
   * A call of a thread.
   *
   * @param first whether it comes before the second thread begins, which shares what it assigns
   */
  public record Call(Actor actor, String statement, boolean first) {}

  /**
   * A program with its schedule.
   *
   * @param calls the calls in the order in which they are granted
   * @param declarations memory and files
   */
  public record RandomProgram(List<Call> calls, String declarations) {
    public RandomProgram {
      calls = List.copyOf(calls);
    }

    /** The program as a test. */
    public String text(String name) {
      StringBuilder t = new StringBuilder("litmus " + name + "\n\n" + declarations + "\n");
      t.append("process A {\n");
      append(t, Actor.A, true, "  ");
      if (uses(Actor.A_SECOND)) {
        t.append("  thread t {\n");
        append(t, Actor.A_SECOND, false, "    ");
        t.append("  }\n");
      }
      append(t, Actor.A, false, "  ");
      t.append("}\n");
      for (Actor child : List.of(Actor.B, Actor.C)) {
        if (calls.stream().anyMatch(c -> c.statement().equals("fork(" + child + ");"))) {
          t.append("process ").append(child).append(" {\n");
          append(t, child, false, "  ");
          t.append("}\n");
        }
      }
      return t.append("\nalways (f >= 0);\n").toString();
    }

    private boolean isThere(Actor actor) {
      return actor == Actor.A
          || actor == Actor.A_SECOND
          || calls.stream().anyMatch(c -> c.statement().equals("fork(" + actor + ");"));
    }

    private boolean uses(Actor actor) {
      return calls.stream().anyMatch(c -> c.actor() == actor);
    }

    private void append(StringBuilder t, Actor actor, boolean first, String indent) {
      calls.stream()
          .filter(c -> c.actor() == actor && c.first() == first)
          .forEach(c -> t.append(indent).append(c.statement()).append('\n'));
    }

    /** The schedule, by the names of threads. */
    public List<String> schedule() {
      return calls.stream()
          .filter(c -> isThere(c.actor()))
          .map(c -> c.actor() == Actor.A_SECOND ? "A.t" : c.actor().name())
          .toList();
    }

    /** The same without some of its calls. */
    public RandomProgram without(int from, int to) {
      List<Call> rest = new ArrayList<>(calls.subList(0, from));
      rest.addAll(calls.subList(to, calls.size()));
      return new RandomProgram(rest, declarations);
    }
  }

  /** The next program of a source of random numbers. */
  public static RandomProgram next(Random random) {
    return new RandomPrograms(random).make();
  }

  private RandomProgram make() {
    memory = Memory.draw(random);
    special = drawSpecial();
    two = random.nextInt(4) == 0;
    StringBuilder declarations = new StringBuilder(memory.declaration).append('\n');
    if (two) {
      declarations.append("anon y = 2;\n");
    }
    if (memory.hugetlb()) {
      declarations.append("pool 4;\n");
    }
    declarations.append("file f = 3;\npipe q;\n");
    actors.add(Actor.A);
    if (!memory.mapping().isEmpty()) {
      first("x = mmap(g, " + memory.mapping() + ", PROT_READ | PROT_WRITE);");
    }
    if (special == Special.USERFAULTFD) {
      beginToWatch();
    }
    if (special == Special.USERFAULTFD || random.nextInt(3) == 0) {
      actors.add(Actor.A_SECOND);
    }
    int length = calls.size() + CALLS_MIN + random.nextInt(CALLS_MAX - CALLS_MIN + 1);
    while (calls.size() < length) {
      Actor actor = actors.get(random.nextInt(actors.size()));
      String statement = statement(actor);
      if (!statement.isEmpty()) {
        calls.add(new Call(actor, statement, false));
      }
    }
    return new RandomProgram(calls, declarations.toString());
  }

  private Special drawSpecial() {
    int n = random.nextInt(40);
    if (n < 10) {
      // filled page by page and emptied again, a page table would be left (see emptied)
      return memory == Memory.THP_UNTOUCHED ? Special.NONE : Special.USERFAULTFD;
    }
    if (n < 11) {
      return memory.huge() || memory.hugetlb() ? Special.NONE : Special.TRANSFER;
    }
    if (memory.huge() && n < 25) {
      return Special.HUGE;
    }
    boolean anonymous = memory == Memory.ANON || memory == Memory.UNTOUCHED;
    return anonymous && n < 18 ? Special.FREE : Special.NONE;
  }

  private void first(String statement) {
    calls.add(new Call(Actor.A, statement, true));
  }

  /** One of some; what is there twice is drawn twice as often. */
  private String one(String... all) {
    return all[random.nextInt(all.length)];
  }

  private String result() {
    return "r" + results++;
  }

  private int newValue() {
    value = value % 150 + 3;
    return value;
  }

  /** Memory of a call that takes several pages. */
  private String range() {
    String x = name();
    return memory.huge() && !x.equals("y") && (cut || random.nextBoolean())
        ? one(x + ".0", x + ".1")
        : x;
  }

  /** The same, of a call that changes the mapping. */
  private String mapping() {
    String x = memory == Memory.THP_UNTOUCHED ? name() : range();
    cut |= x.contains(".");
    return x;
  }

  /**
   * What MADV_DONTNEED and guards empty: of a huge page always the same half. A page table whose
   * entries are all empty is none in the model, and one in most kernels.
   */
  private String emptied() {
    if (memory == Memory.THP_UNTOUCHED) {
      return ""; // base pages may have come into it one by one
    }
    String x = name();
    return memory.huge() && !x.equals("y") ? x + ".0" : x;
  }

  /** One page. */
  private String page() {
    String x = name();
    return memory.huge() && !x.equals("y") ? one(x + ".0", x + ".1") : x;
  }

  /**
   * One page of a call that reaches a single base page. The second page of a huge page stands for
   * all the rest of it, and only loads and stores go to all of these.
   */
  private String basePage() {
    String x = name();
    return memory.huge() && !x.equals("y") ? x + ".0" : x;
  }

  private String name() {
    return two && random.nextInt(3) == 0 ? "y" : moved && random.nextBoolean() ? "m" : "x";
  }

  /** A statement, or nothing when the one that was drawn makes no sense now. */
  private String statement(Actor actor) {
    if (special != Special.NONE && random.nextInt(3) == 0) {
      return switch (special) {
        case USERFAULTFD -> request(actor);
        case TRANSFER -> actor == Actor.A ? transfer() : "";
        case HUGE -> hugeAdvice();
        case FREE -> result() + " = madvise(" + range() + ", MADV_FREE);";
        case NONE -> "";
      };
    }
    boolean main = actor == Actor.A;
    return switch (random.nextInt(45)) {
      case 0, 1, 2, 3, 4 -> result() + " = store(" + page() + ", " + newValue() + ");";
      case 5, 6, 7 -> result() + " = load(" + page() + ");";
      case 8, 9, 10 -> main ? fork() : "";
      case 11 -> result() + " = munmap(" + mapping() + ");";
      case 12, 13 -> empty("MADV_DONTNEED");
      case 14, 15 -> result() + " = mprotect(" + readOnly() + ", PROT_READ);";
      case 16, 17, 18 -> result() + " = mprotect(" + mapping() + ", PROT_READ | PROT_WRITE);";
      case 19, 20 -> pageout();
      case 21 -> advice();
      case 22, 23 -> main ? pin() : "";
      case 24 -> main && pinned ? pinUse() : "";
      case 25, 26 -> main ? reference() : "";
      case 27 -> main && referenced ? referenceUse() : "";
      case 28 -> mayUseFiles(actor) && spliced < 3 && !memory.shared() ? splice() : "";
      case 29 -> mayUseFiles(actor) && spliced > 0 ? result() + " = read(q);" : "";
      case 30, 31, 32, 33 -> mayUseFiles(actor) ? file() : "";
      case 34, 35 -> remote(actor);
      case 36, 37, 38 -> watches(main) ? watching ? protect() : watch() : "";
      case 39 -> mayExit(actor) ? exit() : "";
      case 40 -> lock();
      case 41 -> populate(page(), "madvise(", ", " + one(POPULATE) + ");");
      case 42 -> memory.memfd() ? punch() : "";
      case 43 -> result() + " = pagemap_scan(" + page() + ", " + one(CATEGORIES) + ");";
      default -> main && !moved && !watching && !cut ? move() : "";
    };
  }

  private static final String[] CATEGORIES = {
    "PAGE_IS_PRESENT", "PAGE_IS_SWAPPED", "PAGE_IS_FILE", "PAGE_IS_PFNZERO", "PAGE_IS_WPALLOWED"
  };

  private static final String[] POPULATE = {"MADV_POPULATE_READ", "MADV_POPULATE_WRITE"};

  /**
   * A fault inside of read, write or vmsplice may sleep for userfaultfd with the lock of the file
   * or pipe held, which the model does not have: then one thread alone uses them.
   */
  private boolean mayUseFiles(Actor actor) {
    return !watching || actor == ioActor;
  }

  /** A transfer that is in flight is of the process's address space: exit waits for it. */
  private boolean mayExit(Actor actor) {
    return special != Special.TRANSFER && !transferred && (actor == Actor.B || actor == Actor.C);
  }

  private String remove() {
    holes = true;
    return result() + " = madvise(x, MADV_REMOVE);";
  }

  private String populate(String x, String begin, String end) {
    populates |= !poisons;
    return poisons ? "" : result() + " = " + begin + x + end;
  }

  /**
   * A locked page waits in a batch of its own, with its reference, which the model does not have: a
   * store after fork would show it.
   */
  private String lock() {
    if (forkedB) {
      return "";
    }
    locks = true;
    return populate(mapping(), one("mlock(", "munlock("), ");");
  }

  private String punch() {
    holes = true;
    return result() + " = fallocate(g, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);";
  }

  private String empty(String advice) {
    String x = emptied();
    return x.isEmpty() ? "" : result() + " = madvise(" + x + ", " + advice + ");";
  }

  private String exit() {
    exits = true;
    return "exit();";
  }

  private boolean watches(boolean main) {
    boolean collapses = special == Special.HUGE;
    return main && special != Special.USERFAULTFD && !collapses && !memory.shared();
  }

  /**
   * Of the pages of a huge page that is split, those that are all zero become the zero page from
   * 6.12 on, which is not in the model: so no page is taken out of one that may have such pages.
   */
  private String pageout() {
    boolean zeros = memory == Memory.THP_UNTOUCHED || special == Special.HUGE;
    return memory.disk() || zeros || holes || memory == Memory.HOLE
        ? ""
        : result() + " = madvise(" + range() + ", MADV_PAGEOUT);";
  }

  private String readOnly() {
    protects = true;
    return mapping();
  }

  private String advice() {
    return switch (random.nextInt(7)) {
      case 0 -> empty("MADV_GUARD_INSTALL");
      case 1 -> empty("MADV_GUARD_REMOVE");
      // of others the error is EACCES, which the language does not have
      case 2 -> memory.shared() && !memory.disk() && !protects ? remove() : "";
      default ->
          result()
              + " = madvise("
              + mapping()
              + ", "
              + one("MADV_DONTFORK", "MADV_DOFORK", "MADV_WIPEONFORK", "MADV_KEEPONFORK")
              + ");";
    };
  }

  private String hugeAdvice() {
    return cut
        ? ""
        : result()
            + " = madvise(x, "
            + one("MADV_COLLAPSE", "MADV_COLLAPSE", "MADV_HUGEPAGE", "MADV_NOHUGEPAGE")
            + ");";
  }

  private String fork() {
    if (locks) {
      return "";
    }
    if (!forkedB) {
      forkedB = true;
      actors.add(Actor.B);
      actors.add(Actor.B);
      return "fork(B);";
    }
    if (!forkedC && random.nextInt(3) == 0) {
      forkedC = true;
      actors.add(Actor.C);
      return "fork(C);";
    }
    return "";
  }

  // ---- references -----------------------------------------------------------------------------

  private String pin() {
    if (pinned) {
      return "";
    }
    pinned = true;
    return "p = io_uring_register(" + basePage() + ");";
  }

  private String pinUse() {
    return switch (random.nextInt(6)) {
      case 0 -> {
        pinned = false;
        yield "io_uring_unregister(p);";
      }
      case 1 -> "*p = " + newValue() + ";";
      case 2 -> special == Special.USERFAULTFD ? "" : result() + " = io_uring_write_fixed(p, f);";
      case 3 -> special == Special.USERFAULTFD ? "" : result() + " = io_uring_read_fixed(p, f);";
      default -> result() + " = *p;";
    };
  }

  private String reference() {
    if (referenced) {
      return "";
    }
    referenced = true;
    return "g0 = get_user_pages_fast(" + basePage() + ", FOLL_GET);";
  }

  private String referenceUse() {
    if (random.nextInt(4) == 0) {
      referenced = false;
      return "put_page(g0);";
    }
    return result() + " = *g0;";
  }

  private String splice() {
    spliced++;
    return result() + " = vmsplice(q, " + basePage() + ");";
  }

  private String file() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> result() + " = write(f, " + basePage() + ", O_DIRECT);";
      case 2 -> result() + " = read(f, " + basePage() + ", O_DIRECT);";
      case 3 -> result() + " = write(f, " + basePage() + ");";
      default -> result() + " = read(f, " + basePage() + ");";
    };
  }

  private String remote(Actor actor) {
    boolean parent = actor == Actor.A || actor == Actor.A_SECOND;
    String other = parent && forkedB ? "B" : "A";
    String of = other + ", " + basePage();
    return switch (random.nextInt(6)) {
      case 0 -> result() + " = process_vm_readv(" + of + ");";
      case 1 -> result() + " = process_vm_writev(" + of + ", " + newValue() + ");";
      case 2 -> result() + " = proc_mem_read(" + of + ");";
      case 3 -> result() + " = futex(" + basePage() + ");";
      case 4 -> trace(actor, of);
      default -> result() + " = proc_mem_write(" + of + ", " + newValue() + ");";
    };
  }

  /**
   * ptrace stops its target, which must not sleep for userfaultfd then, nor be a zombie. Of
   * POKEDATA the runner reads the whole word before, which maps the page.
   */
  private String trace(Actor actor, String of) {
    boolean child = actor == Actor.B || actor == Actor.C;
    if (watching || exits || child == of.startsWith("B")) {
      return "";
    }
    return result() + " = ptrace(PTRACE_PEEKDATA, " + of + ");";
  }

  /** A pin for reading or a reference for writing: one of each program, few looks. */
  private String transfer() {
    if (!transferred) {
      transferred = true;
      transferWrites = random.nextBoolean();
      return transferWrites
          ? "k = get_user_pages_fast(" + basePage() + ", FOLL_GET | FOLL_WRITE);"
          : "k = pin_user_pages_fast(" + basePage() + ");";
    }
    if (transferUses == TRANSFER_USES_MAX || random.nextInt(4) == 0) {
      transferUses = TRANSFER_USES_MAX;
      special = Special.NONE; // no more of it, but exit() stays out
      return transferWrites ? "put_page(k);" : "unpin_user_page(k);";
    }
    transferUses++;
    return transferWrites && random.nextBoolean()
        ? "*k = " + newValue() + ";"
        : result() + " = *k;";
  }

  // ---- userfaultfd ----------------------------------------------------------------------------

  /** Three calls at once: by chance they would rarely come in this order. */
  private String watch() {
    watching = true;
    String x = mapping();
    calls.add(new Call(Actor.A, "u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);", false));
    calls.add(
        new Call(
            Actor.A,
            result() + " = ioctl(u, UFFDIO_REGISTER, " + x + ", UFFDIO_REGISTER_MODE_WP);",
            false));
    return result() + " = ioctl(u, UFFDIO_WRITEPROTECT, " + x + ", UFFDIO_WRITEPROTECT_MODE_WP);";
  }

  private String protect() {
    String x = mapping();
    return switch (random.nextInt(4)) {
      case 0 -> result() + " = ioctl(u, UFFDIO_REGISTER, " + x + ", UFFDIO_REGISTER_MODE_WP);";
      case 1 ->
          result() + " = ioctl(u, UFFDIO_WRITEPROTECT, " + x + ", UFFDIO_WRITEPROTECT_MODE_WP);";
      case 2 -> result() + " = ioctl(u, UFFDIO_WRITEPROTECT, " + x + ", 0);";
      default -> result() + " = ioctl(u, UFFDIO_UNREGISTER, " + x + ");";
    };
  }

  /** Features, registration and perhaps protection, before the thread that answers begins. */
  private void beginToWatch() {
    watching = true;
    boolean protects = random.nextInt(3) != 0;
    List<String> some = new ArrayList<>();
    if (protects) {
      some.add("UFFD_FEATURE_PAGEFAULT_FLAG_WP");
      maybe(8, some, "UFFD_FEATURE_WP_ASYNC");
      maybe(8, some, "UFFD_FEATURE_WP_UNPOPULATED");
      if (memory.shared() || memory.hugetlb()) {
        some.add("UFFD_FEATURE_WP_HUGETLBFS_SHMEM");
      }
    }
    maybe(3, some, "UFFD_FEATURE_EVENT_FORK");
    maybe(10, some, "UFFD_FEATURE_EVENT_REMAP");
    maybe(10, some, "UFFD_FEATURE_EVENT_REMOVE");
    maybe(10, some, "UFFD_FEATURE_EVENT_UNMAP");
    maybe(10, some, "UFFD_FEATURE_SIGBUS");
    features = some.isEmpty() ? "0" : String.join(" | ", some);
    first("u = userfaultfd(" + features + ");");
    first(result() + " = ioctl(u, UFFDIO_REGISTER, x, " + modes(protects) + ");");
    if (protects && random.nextBoolean()) {
      first(result() + " = ioctl(u, UFFDIO_WRITEPROTECT, x, UFFDIO_WRITEPROTECT_MODE_WP);");
    }
    ioActor = random.nextBoolean() ? Actor.A : Actor.B;
  }

  private void maybe(int oneIn, List<String> all, String feature) {
    if (random.nextInt(oneIn) == 0) {
      all.add(feature);
    }
  }

  private String modes(boolean protects) {
    List<String> modes = new ArrayList<>();
    if (protects) {
      modes.add("UFFDIO_REGISTER_MODE_WP");
    }
    if (!protects || random.nextBoolean()) {
      boolean minor = (memory.shared() || memory == Memory.HUGETLB) && random.nextInt(3) == 0;
      modes.add(minor ? "UFFDIO_REGISTER_MODE_MINOR" : "UFFDIO_REGISTER_MODE_MISSING");
    }
    return String.join(" | ", modes);
  }

  /** A request on the userfaultfd, or a read of its events. */
  private String request(Actor actor) {
    if (actor == Actor.B || actor == Actor.C) {
      return "";
    }
    String x = page();
    boolean fills = !memory.disk() && !x.equals("y");
    return switch (random.nextInt(12)) {
      case 0, 1, 2 ->
          !fills
              ? ""
              : result() + " = ioctl(u, UFFDIO_COPY, " + x + ", " + newValue() + copyMode() + ");";
      // a punched hole takes the zero page out of a private mapping, which is not in the model
      case 3 ->
          !fills || memory == Memory.MEMFD_PRIVATE
              ? ""
              : result() + " = ioctl(u, UFFDIO_ZEROPAGE, " + x + ");";
      case 4 -> result() + " = ioctl(u, UFFDIO_WAKE, " + x + ");";
      case 5 -> memory.shared() ? result() + " = ioctl(u, UFFDIO_CONTINUE, " + x + ");" : "";
      case 6, 7 -> {
        boolean reads = events < EVENTS_MAX && actor == Actor.A_SECOND;
        yield reads ? "e" + events++ + " = read(u);" : "";
      }
      case 8 -> fills && random.nextInt(3) == 0 ? more(x) : "";
      default -> protect();
    };
  }

  private String copyMode() {
    return random.nextInt(4) == 0 ? ", UFFDIO_COPY_MODE_WP" : "";
  }

  private String more(String x) {
    if (two && memory == Memory.ANON && random.nextBoolean()) {
      return result() + " = ioctl(u, UFFDIO_MOVE, x, y);";
    }
    if (populates) {
      return "";
    }
    poisons = true;
    return result() + " = ioctl(u, UFFDIO_POISON, " + x + ");";
  }

  private String move() {
    moved = true;
    return "m = mremap(x);";
  }
}
