package cowherd.emit;

import cowherd.litmus.LitmusTest;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A test as the runner reads it: flags and addresses as system calls want them. */
final class RunnerText {
  private static final int PAGE_BYTES = 4096;
  private static final int HUGE_PAGE_BYTES = 2 << 20;

  /** Address space of a region. */
  private static final long REGION_BYTES = 16L << 20;

  /** GUP: what takes the reference, as in harness.c. */
  private static final int BY_VMSPLICE = 1;

  private static final int BY_IO_URING = 2;
  private static final int BY_DIRECT_WRITE = 3;
  private static final int BY_DIRECT_READ = 4;

  private final Program program;
  private final long[] offsets;
  private final long[] bytes;
  private final boolean[] large;

  RunnerText(Program program) {
    this.program = program;
    offsets = new long[program.pages()];
    bytes = new long[program.pages()];
    large = new boolean[program.pages()];
    List<Integer> order = order();
    for (int r = 0; r < program.regions().size(); r++) {
      place(program.regions().get(r), order.indexOf(r) * REGION_BYTES);
    }
  }

  /** Regions from the lowest address on: of two pages that ksmd merges the upper one stays. */
  private List<Integer> order() {
    int count = program.regions().size();
    boolean[][] below = new boolean[count][count];
    calls()
        .filter(i -> i.op() == Op.KSM_MERGE && i.process() == i.flags())
        .forEach(i -> putBelow(below, number(i.object()), number(i.page())));
    List<Integer> order = new ArrayList<>();
    while (order.size() < count) {
      for (int r = 0; r < count; r++) {
        int region = r;
        boolean lowest =
            !order.contains(r)
                && IntStream.range(0, count).allMatch(q -> !below[q][region] || order.contains(q));
        if (lowest) {
          order.add(r);
          break;
        }
      }
    }
    return order;
  }

  /** Unless it is above already. */
  private static void putBelow(boolean[][] below, int lower, int upper) {
    if (lower == upper || below[upper][lower]) {
      return;
    }
    for (int a = 0; a < below.length; a++) {
      for (int b = 0; b < below.length; b++) {
        below[a][b] |= (a == lower || below[a][lower]) && (b == upper || below[upper][b]);
      }
    }
  }

  private int number(int page) {
    return program.regions().indexOf(region(page));
  }

  /** A call: what harness.c calls it, and its flags there. */
  record RealCall(String op, long flags) {}

  /** The text of a test, without schedules. */
  static String of(LitmusTest test) {
    return new RunnerText(test.program()).text(test.name());
  }

  private String text(String name) {
    StringBuilder t = new StringBuilder("clear\n");
    t.append(
        "test %s %d %d %d %d %d %d %d\n"
            .formatted(
                name,
                program.pages(),
                program.words(),
                program.pipes().size(),
                program.userfaultfds().size(),
                program.signals().size(),
                program.handles(),
                usesHugetlb() ? program.hugePages() : 0));
    program.processes().forEach(p -> t.append("process " + p.name() + " " + p.parent() + "\n"));
    for (Region r : program.regions()) {
      t.append(
          "region %s %s %d %d %d %d%s\n"
              .formatted(
                  r.name(),
                  r.kind().name(),
                  r.firstPage(),
                  r.pages(),
                  r.file(),
                  r.populated() ? 1 : 0,
                  words(r.initial())));
    }
    for (int page = 0; page < program.pages(); page++) {
      t.append("place " + page + " " + offsets[page] + " " + bytes[page] + "\n");
    }
    for (FileInfo f : program.files()) {
      String fileName = f.name().isEmpty() ? "-" : f.name();
      t.append("file " + fileName + " " + f.kind().name() + " " + (f.hole() ? 1 : 0));
      t.append(words(f.initial())).append('\n');
    }
    program.barriers().forEach(b -> t.append("barrier " + b.parties() + "\n"));
    program.registers().forEach(r -> t.append("register " + r.name() + "\n"));
    for (ThreadInfo thread : program.threads()) {
      t.append(
          "thread %s %d %d %d %d\n"
              .formatted(
                  thread.name(),
                  thread.process(),
                  thread.spawner(),
                  thread.spawnAt(),
                  thread.daemon() ? 1 : 0));
      thread.code().forEach(i -> t.append(call(i, thread)).append('\n'));
    }
    return t.append("ready\n").toString();
  }

  /** As many numbers as a page can have words. */
  private static String words(List<Integer> initial) {
    StringBuilder t = new StringBuilder();
    for (int w = 0; w < Program.WORDS_MAX; w++) {
      t.append(' ').append(w < initial.size() ? initial.get(w) : 0);
    }
    return t.toString();
  }

  boolean usesHugetlb() {
    return Arrays.stream(bytes).anyMatch(b -> b == HUGE_PAGE_BYTES)
        || program.files().stream().anyMatch(f -> f.kind() == FileKind.HUGETLBFS)
        || program.threads().stream()
            .flatMap(t -> t.code().stream())
            .anyMatch(i -> i.value() instanceof Expr.FreeHugePages);
  }

  private String call(Instruction i, ThreadInfo thread) {
    RealCall real = real(i, thread);
    int handle = i.op() == Op.UFFD_MOVE ? i.word() : i.handle(); // harness.c: the userfaultfd
    return "call %s %d %d %d %d %d %d %d %d %d %d %d |%s|%s"
        .formatted(
            real.op(),
            i.result(),
            i.process(),
            i.page(),
            Math.max(i.pages(), 0),
            i.pageRegister(),
            i.op() == Op.UFFD_MOVE ? Instruction.NONE : i.word(),
            handle,
            i.object(),
            real.flags(),
            i.captured() ? 1 : 0,
            i.line(),
            hasValue(i.op()) ? postfix(i.value()) : " ",
            i.text().replace('\n', ' '));
  }

  static boolean hasValue(Op op) {
    return switch (op) {
      case STORE, REFERENCE_WRITE, REMOTE_WRITE, UFFD_COPY, OBSERVE, ASSIGN, BRANCH_UNLESS -> true;
      default -> false;
    };
  }

  // ---- calls ----------------------------------------------------------------------------------

  RealCall real(Instruction i, ThreadInfo thread) {
    int flags = Math.max(i.flags(), 0);
    return switch (i.op()) {
      case MMAP -> new RealCall("MMAP", mapFlags(flags) << 8 | flags & 3);
      case MREMAP ->
          new RealCall(
              "MREMAP",
              (flags & CallFlags.MREMAP_FIXED) * 2 | (flags & CallFlags.MREMAP_DONTUNMAP) * 2);
      case MADVISE -> {
        boolean foreign = i.process() >= 0 && i.process() != thread.process();
        yield new RealCall(foreign ? "PROCESS_MADVISE" : "MADVISE", advice(flags));
      }
      case PUNCH_HOLE -> new RealCall("PUNCH_HOLE", flags << 1 & 2 | flags >> 1 & 1);
      case GUP -> new RealCall("GUP", reference(i));
      case REMOTE_READ, REMOTE_WRITE -> new RealCall(remote(program.users().get(i.user())), 0);
      case TOUCH_BY_GUP -> new RealCall("FUTEX_TOUCH", 0);
      case UFFD_CREATE -> new RealCall("UFFD_CREATE", features(flags));
      case UFFD_API -> new RealCall("UFFD_API_", features(flags));
      case PAGEMAP_SCAN -> new RealCall("PAGEMAP_SCAN", scan(flags));
      case DIRECT_READ, DIRECT_WRITE, VMSPLICE -> new RealCall(i.op().name(), 0);
      default -> new RealCall(i.op().name(), flags);
    };
  }

  /** What takes a reference; of transfers, also how many looks and writes there will be. */
  private long reference(Instruction i) {
    return switch (program.users().get(i.user())) {
      case "vmsplice" -> BY_VMSPLICE;
      case Carriers.DIRECT_WRITE -> BY_DIRECT_WRITE | uses(i, Op.REFERENCE_READ) << 8;
      case Carriers.DIRECT_READ ->
          BY_DIRECT_READ | uses(i, Op.REFERENCE_READ) << 8 | uses(i, Op.REFERENCE_WRITE) << 16;
      default -> BY_IO_URING;
    };
  }

  private long uses(Instruction reference, Op op) {
    return calls().filter(i -> i.op() == op && Carriers.isOf(reference, i)).count();
  }

  private static long mapFlags(int flags) {
    return ((flags & CallFlags.MAP_SHARED) != 0 ? 1L : 0)
        | ((flags & CallFlags.MAP_PRIVATE) != 0 ? 2L : 0)
        | ((flags & CallFlags.MAP_ANONYMOUS) != 0 && (flags & CallFlags.MAP_SHARED) == 0
            ? 0x20L
            : 0)
        | ((flags & CallFlags.MAP_POPULATE) != 0 ? 0x8000L : 0)
        | ((flags & CallFlags.MAP_HUGETLB) != 0 && (flags & CallFlags.MAP_SHARED) == 0
            ? 0x40000L
            : 0);
  }

  /** The kernel's number of an advice (mman-common.h). */
  private static int advice(int advice) {
    return switch (advice) {
      case CallFlags.MADV_DONTNEED -> 4;
      case CallFlags.MADV_FREE -> 8;
      case CallFlags.MADV_REMOVE -> 9;
      case CallFlags.MADV_DONTFORK -> 10;
      case CallFlags.MADV_DOFORK -> 11;
      case CallFlags.MADV_MERGEABLE -> 12;
      case CallFlags.MADV_UNMERGEABLE -> 13;
      case CallFlags.MADV_HUGEPAGE -> 14;
      case CallFlags.MADV_NOHUGEPAGE -> 15;
      case CallFlags.MADV_WIPEONFORK -> 18;
      case CallFlags.MADV_KEEPONFORK -> 19;
      case CallFlags.MADV_PAGEOUT -> 21;
      case CallFlags.MADV_POPULATE_READ -> 22;
      case CallFlags.MADV_POPULATE_WRITE -> 23;
      case CallFlags.MADV_COLLAPSE -> 25;
      case CallFlags.MADV_GUARD_INSTALL -> 102;
      case CallFlags.MADV_GUARD_REMOVE -> 103;
      default -> throw new IllegalStateException("RunnerText.advice: " + advice);
    };
  }

  private static String remote(String user) {
    return switch (user) {
      case "process_vm_readv" -> "PROCESS_VM_READV";
      case "process_vm_writev" -> "PROCESS_VM_WRITEV";
      case "ptrace-peek" -> "PTRACE_PEEK";
      case "ptrace-poke" -> "PTRACE_POKE";
      case "proc-mem-read" -> "PROC_MEM_READ";
      default -> "PROC_MEM_WRITE";
    };
  }

  /** Bits of UFFD_FEATURE_* (userfaultfd.h); bit 32 is UFFD_USER_MODE_ONLY. */
  private static long features(int flags) {
    int[][] bits = {
      {CallFlags.UFFD_FEATURE_PAGEFAULT_FLAG_WP, 0},
      {CallFlags.UFFD_FEATURE_EVENT_FORK, 1},
      {CallFlags.UFFD_FEATURE_EVENT_REMAP, 2},
      {CallFlags.UFFD_FEATURE_EVENT_REMOVE, 3},
      {CallFlags.UFFD_FEATURE_EVENT_UNMAP, 6},
      {CallFlags.UFFD_FEATURE_SIGBUS, 7},
      {CallFlags.UFFD_FEATURE_MINOR_SHMEM, 10},
      {CallFlags.UFFD_FEATURE_WP_HUGETLBFS_SHMEM, 12},
      {CallFlags.UFFD_FEATURE_WP_UNPOPULATED, 13},
      {CallFlags.UFFD_FEATURE_POISON, 14},
      {CallFlags.UFFD_FEATURE_WP_ASYNC, 15},
      {CallFlags.UFFD_FEATURE_MOVE, 16},
      {CallFlags.UFFD_USER_MODE_ONLY, 32},
    };
    long real = 0;
    for (int[] bit : bits) {
      real |= (flags & bit[0]) != 0 ? 1L << bit[1] : 0;
    }
    return real;
  }

  /** Categories below, flags of the scan from bit 32 (fs.h). */
  private static long scan(int flags) {
    long categories = flags >> 2 & 0x3f;
    return (categories == 0 ? 2 : categories) | (long) (flags & 3) << 32;
  }

  // ---- memory ---------------------------------------------------------------------------------

  /**
   * Places the pages of a region. Of a transparent huge page each page of the test is one base
   * page, and the last one is all the rest.
   */
  private void place(Region region, long begin) {
    long offset = begin;
    Optional<Integer> source = source(region);
    boolean huge =
        region.kind() == RegionKind.THP
            || region.kind() == RegionKind.THP_BY_PTES
            || region.kind() == RegionKind.ANON && collapses(region);
    for (int i = 0; i < region.pages(); i++) {
      int page = region.firstPage() + i;
      offsets[page] = offset;
      if (source.isPresent()) {
        int from = Math.min(source.get() + i, program.pages() - 1);
        bytes[page] = bytes[from];
        large[page] = large[from];
      } else if (huge) {
        boolean last = i % program.folioPages() == program.folioPages() - 1;
        int before = (program.folioPages() - 1) * PAGE_BYTES;
        bytes[page] = last ? HUGE_PAGE_BYTES - before : PAGE_BYTES;
        large[page] = true;
      } else {
        bytes[page] = isHugetlb(region) ? HUGE_PAGE_BYTES : PAGE_BYTES;
        large[page] = isHugetlb(region);
      }
      offset += bytes[page];
    }
  }

  private boolean isHugetlb(Region region) {
    return switch (region.kind()) {
      case HUGETLB -> true;
      case SHARED_ANON -> isHugetlb(region.file());
      case ANON, THP, THP_BY_PTES -> false;
      case RESERVED ->
          calls()
              .anyMatch(i ->
                  i.op() == Op.MMAP
                      && region(i.page()).equals(region)
                      && ((i.flags() & CallFlags.MAP_HUGETLB) != 0 || isHugetlb(i.object())));
    };
  }

  private boolean isHugetlb(int file) {
    return file >= 0 && program.files().get(file).kind() == FileKind.HUGETLBFS;
  }

  private Stream<Instruction> calls() {
    return program.threads().stream().flatMap(t -> t.code().stream());
  }

  private boolean collapses(Region region) {
    return program.folioPages() > 1
        && region.pages() % program.folioPages() == 0
        && calls().anyMatch(i -> i.op() == Op.MADVISE && i.flags() == CallFlags.MADV_COLLAPSE);
  }

  /** The first page that mremap moves to a region. */
  private Optional<Integer> source(Region region) {
    return region.kind() == RegionKind.RESERVED
        ? calls()
            .filter(i -> i.op() == Op.MREMAP && region(i.object()).equals(region))
            .filter(i -> !region(i.page()).equals(region))
            .filter(i -> region(i.page()).firstPage() < region.firstPage())
            .map(Instruction::page)
            .findFirst()
        : Optional.empty();
  }

  private Region region(int page) {
    return program.regions().stream()
        .filter(r -> page >= r.firstPage() && page < r.firstPage() + r.pages())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("RunnerText.region: " + page));
  }

  /** Where a page is, from the first region on. */
  long offset(int page) {
    return offsets[page];
  }

  /** How many bytes of memory a page stands for. */
  long bytes(int page) {
    return bytes[page];
  }

  /** Whether a page stands for several base pages of a transparent huge page. */
  boolean isRest(int page) {
    return bytes[page] > PAGE_BYTES && bytes[page] < HUGE_PAGE_BYTES;
  }

  /** Whether a page is a base page of which pagemap tells all. */
  boolean isBase(int page) {
    return !large[page];
  }

  // ---- expressions ----------------------------------------------------------------------------

  /** An expression in postfix, as harness.c evaluates it. */
  String postfix(Expr e) {
    return switch (e) {
      case Expr.Constant c -> "c" + c.value();
      case Expr.Register r -> "r" + r.index();
      case Expr.PageWord p -> "m%d:%d:%d".formatted(p.process(), p.page(), Math.max(0, p.word()));
      case Expr.FileWord f -> "f%d:%d".formatted(f.file(), Math.max(0, f.word()));
      case Expr.Observe o ->
          "o%s:%d:%d:%d:%d"
              .formatted(o.what().name(), o.process(), o.page(), o.otherProcess(), o.otherPage());
      case Expr.FreeHugePages _ -> "h";
      case Expr.Not n -> postfix(n.operand()) + " !";
      case Expr.Binary b -> binary(b);
    };
  }

  private String binary(Expr.Binary b) {
    boolean eachWord =
        b.left() instanceof Expr.PageWord l && l.word() < 0
            || b.right() instanceof Expr.PageWord r && r.word() < 0
            || b.left() instanceof Expr.FileWord f && f.word() < 0;
    if (!eachWord || program.words() == 1) {
      return postfix(b.left()) + " " + postfix(b.right()) + " " + operator(b.operator());
    }
    StringBuilder t = new StringBuilder();
    for (int w = 0; w < program.words(); w++) {
      t.append(w == 0 ? "" : " ");
      t.append(postfix(atWord(b.left(), w))).append(' ').append(postfix(atWord(b.right(), w)));
      t.append(' ').append(operator(b.operator())).append(w == 0 ? "" : " &&");
    }
    return t.toString();
  }

  private static Expr atWord(Expr e, int word) {
    return switch (e) {
      case Expr.PageWord p when p.word() < 0 -> new Expr.PageWord(p.process(), p.page(), word);
      case Expr.FileWord f when f.word() < 0 -> new Expr.FileWord(f.file(), word);
      default -> e;
    };
  }

  private static String operator(Expr.Operator operator) {
    return switch (operator) {
      case EQUAL -> "==";
      case NOT_EQUAL -> "!=";
      case LESS -> "<";
      case LESS_OR_EQUAL -> "<=";
      case AND -> "&&";
      case OR -> "||";
      case ADD -> "+";
      case SUBTRACT -> "-";
      case BIT_AND -> "&";
      case BIT_OR -> "|";
    };
  }

  /** A schedule, as the runner reads it. */
  static String schedule(List<Integer> threads) {
    return "schedule "
        + threads.stream().map(String::valueOf).collect(Collectors.joining(" "))
        + "\n";
  }
}
