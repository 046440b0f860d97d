package cowherd.emit;

import cowherd.kernel.GupFlags;
import cowherd.litmus.LitmusTest;
import cowherd.operation.CallFlags;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.BackgroundActor;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.Program.RegisterInfo;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Replaces each call by one that user space can make: a FOLL_GET reference for reading by vmsplice,
 * a pin for writing by a fixed buffer of io_uring, reclaim by MADV_PAGEOUT. Every call gets a
 * register for its result, so that results can be compared.
 */
public final class Carriers {
  /** A write(2) with O_DIRECT reads the page. */
  static final String DIRECT_WRITE = "O_DIRECT-write";

  /** A read(2) with O_DIRECT writes to the page. */
  static final String DIRECT_READ = "O_DIRECT-read";

  /** Drivers that pin memory for long: for a device that writes to it, or only reads it. */
  private static final Set<String> DEVICES =
      Set.of("rdma-mr", "rdma-mr-readonly", "vfio-dma", "vfio-dma-readonly", "i915-userptr");

  /** Transfers that stand for one reference: one for each look and write, and one that holds it. */
  private static final int USES_MAX = 4;

  /** Pages of one such reference; direct.c's TRANSFER_PAGES. */
  private static final int PAGES_MAX = 8;

  private static final int REGISTERS_MAX = 240;
  private static final int UFFD_EVENT_REGISTERS = 3;

  private final LitmusTest test;
  private final Program program;
  private final List<RegisterInfo> registers;
  private final List<String> users;
  private final Set<String> carriers = new LinkedHashSet<>();
  private final RunnerText numbers;

  private Carriers(LitmusTest test) {
    this.test = test;
    this.program = test.program();
    registers = new ArrayList<>(program.registers());
    users = new ArrayList<>(program.users());
    numbers = new RunnerText(program);
  }

  /** The test as it can be run, or why it cannot. */
  public static Carried carry(LitmusTest test) {
    try {
      return new Carriers(test).carry();
    } catch (NoCarrier e) {
      return new Carried.Unable(String.valueOf(e.getMessage()));
    }
  }

  private static final class NoCarrier extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoCarrier(String reason) {
      super(reason, null, false, false);
    }
  }

  private Carried carry() {
    if (!program.outOfModel().isEmpty()) {
      throw new NoCarrier("outside the model: " + program.outOfModel().getFirst().what());
    }
    List<ThreadInfo> threads = new ArrayList<>();
    for (ThreadInfo thread : program.threads()) {
      List<Instruction> code = new ArrayList<>();
      for (Instruction i : thread.code()) {
        code.add(withResult(carried(i, thread)));
      }
      threads.add(thread.withCode(code));
    }
    if (registers.size() > REGISTERS_MAX) {
      throw new NoCarrier("more than " + REGISTERS_MAX + " results");
    }
    List<BackgroundActor> actors = new ArrayList<>(program.actors());
    if (!actors.contains(BackgroundActor.LRU)) {
      actors.add(BackgroundActor.LRU); // a real kernel has it, and drains it when it likes
    }
    Program carried =
        new Program(
            program.processes(),
            threads,
            program.regions(),
            program.pages(),
            program.words(),
            program.folioPages(),
            program.files(),
            program.pipes(),
            program.userfaultfds(),
            program.signals(),
            program.barriers(),
            registers,
            program.handles(),
            program.handleNames(),
            users,
            actors,
            program.hugePages(),
            List.of());
    return new Carried.Runnable(test.withProgram(carried), List.copyOf(carriers));
  }

  /** A program with other calls in the places of its calls. */
  static Program map(Program program, UnaryOperator<Instruction> change) {
    return program.withThreads(
        program.threads().stream()
            .map(t -> t.withCode(t.code().stream().map(change).toList()))
            .toList());
  }

  private Instruction withResult(Instruction i) {
    if (i.isLocal() || i.result() >= 0 || i.op() == Op.CHOOSE) {
      return i;
    }
    int register = registers.size();
    int count = i.op() == Op.UFFD_READ ? UFFD_EVENT_REGISTERS : 1;
    for (int n = 0; n < count; n++) {
      registers.add(new RegisterInfo("$" + (register + n)));
    }
    return change(i, i.op(), register, i.flags(), i.user());
  }

  static Instruction change(Instruction i, Op op, int result, int flags, int user) {
    return copy(i, op, result, i.process(), i.page(), i.pages(), i.object(), flags, user);
  }

  private static Instruction at(Instruction i, int page, int pages) {
    return copy(i, i.op(), i.result(), i.process(), page, pages, i.object(), i.flags(), i.user());
  }

  private static Instruction copy(
      Instruction i,
      Op op,
      int result,
      int process,
      int page,
      int pages,
      int object,
      int flags,
      int user) {
    return new Instruction(
        op,
        result,
        process,
        page,
        pages,
        i.pageRegister(),
        i.word(),
        i.handle(),
        object,
        flags,
        user,
        i.value(),
        i.captured(),
        i.text(),
        i.line());
  }

  private Instruction carried(Instruction i, ThreadInfo thread) {
    boolean foreign = i.process() >= 0 && i.process() != thread.process();
    return switch (i.op()) {
      case GUP -> reference(i, foreign);
      case DIRECT_READ, DIRECT_WRITE -> {
        if (program.files().get(i.object()).kind() != FileKind.DISK) {
          throw new NoCarrier("O_DIRECT on a file that is on no disk");
        }
        yield i;
      }
      case TOUCH_BY_GUP -> {
        if (!users.get(i.user()).equals("futex")) {
          throw new NoCarrier("no carrier: " + users.get(i.user()));
        }
        yield i;
      }
      case SWAP_OUT -> {
        carriers.add("swap_out by MADV_PAGEOUT");
        Instruction whole = wholeFolio(i);
        yield change(whole, Op.MADVISE, i.result(), CallFlags.MADV_PAGEOUT, i.user());
      }
      case REMOTE_READ, REMOTE_WRITE -> {
        if (!foreign && users.get(i.user()).startsWith("ptrace")) {
          throw new NoCarrier("no carrier: a process cannot ptrace itself");
        }
        yield i;
      }
      case EXEC -> throw new NoCarrier("no carrier: exec()");
      case SWAP_IN -> throw new NoCarrier("no carrier: swap_in()");
      case COLLAPSE -> {
        carriers.add("collapse by MADV_COLLAPSE");
        yield change(wholeRange(i), Op.MADVISE, i.result(), CallFlags.MADV_COLLAPSE, i.user());
      }
      case SPLIT -> throw new NoCarrier("no carrier: split()");
      case LRU_DRAIN -> {
        carriers.add("lru_add_drain by munmap of another page");
        yield i;
      }
      case MIGRATE -> throw new NoCarrier("no carrier: migrate(), a machine of one NUMA node");
      case KSM_MERGE -> merge(i);
      case CHOOSE -> throw new NoCarrier("a free program");
      default -> i;
    };
  }

  /** Of two pages that are not merged yet ksmd keeps the one that it meets later. */
  private Instruction merge(Instruction i) {
    String hidden = Ksmd.hidden(program);
    if (hidden != null) {
      throw new NoCarrier(hidden);
    }
    carriers.add("ksm_merge by ksmd");
    OptionalInt order =
        i.process() == i.flags()
            ? OptionalInt.of(Long.signum(numbers.offset(i.page()) - numbers.offset(i.object())))
            : Ksmd.order(program, i.process(), i.flags());
    return order.orElse(1) >= 0
        ? i
        : copy(
            i,
            i.op(),
            i.result(),
            i.flags(),
            i.object(),
            i.pages(),
            i.page(),
            i.process(),
            i.user());
  }

  /** Reclaim takes the whole of a huge page that a PMD maps. */
  private Instruction wholeFolio(Instruction i) {
    for (Program.Region region : program.regions()) {
      if (isIn(region, i.page()) && region.kind() == RegionKind.THP) {
        return inRange(i, region);
      }
    }
    return at(i, i.page(), 1);
  }

  /** The range that a huge page would take. */
  private Instruction wholeRange(Instruction i) {
    for (Program.Region region : program.regions()) {
      if (isIn(region, i.page()) && region.pages() % program.folioPages() == 0) {
        return inRange(i, region);
      }
    }
    throw new NoCarrier("no carrier: collapse() of less than a huge page");
  }

  private static boolean isIn(Program.Region region, int page) {
    return page >= region.firstPage() && page < region.firstPage() + region.pages();
  }

  private Instruction inRange(Instruction i, Program.Region region) {
    int start = i.page() - (i.page() - region.firstPage()) % program.folioPages();
    return at(i, start, program.folioPages());
  }

  private Instruction reference(Instruction i, boolean foreign) {
    String user = users.get(i.user());
    if (user.equals("io_uring-buffer")) {
      return i;
    }
    boolean device = DEVICES.contains(user);
    if (!device && !user.endsWith("_user_pages") && !user.contains("_user_pages_")) {
      throw new NoCarrier("no carrier: " + user);
    }
    boolean write = device ? !user.endsWith("-readonly") : (i.flags() & GupFlags.FOLL_WRITE) != 0;
    boolean pin = device || user.startsWith("pin");
    int special = GupFlags.FOLL_FORCE | GupFlags.FOLL_NOWAIT | GupFlags.FOLL_READ_WRONG_SIDE_COW_OK;
    if (foreign || (i.flags() & special) != 0 || user.endsWith("fast_only")) {
      throw new NoCarrier("no carrier: " + i.text());
    }
    if (i.handle() < 0) {
      throw new NoCarrier("no carrier: a reference without a name");
    }
    if (pin && write) {
      carriers.add("a pin for writing by a fixed buffer of io_uring");
      return change(i, Op.GUP, i.result(), 0, user("io_uring-buffer"));
    }
    if (!pin && !write) {
      carriers.add("a FOLL_GET reference for reading by vmsplice");
      return change(i, Op.GUP, i.result(), 0, user("vmsplice"));
    }
    return byTransfers(i, write);
  }

  /**
   * A pin for reading or a FOLL_GET reference for writing: an O_DIRECT transfer takes one, on some
   * kernels the other of the two kinds.
   */
  private Instruction byTransfers(Instruction i, boolean write) {
    String what = write ? "a FOLL_GET reference for writing" : "a pin for reading";
    if (i.pages() > PAGES_MAX) {
      throw new NoCarrier("no carrier: " + what + " of more than " + PAGES_MAX + " pages");
    }
    int uses = 0;
    for (ThreadInfo thread : program.threads()) {
      boolean loops = thread.code().stream().anyMatch(j -> j.op() == Op.JUMP);
      for (Instruction j : thread.code()) {
        if (j.op() == Op.EXIT && write) {
          throw new NoCarrier("no carrier: " + what + " in a test with exit()");
        }
        boolean through = j.op() == Op.REFERENCE_READ || j.op() == Op.REFERENCE_WRITE;
        if (j.op() == Op.PUT && isOf(i, j) && j.pages() != i.pages()) {
          throw new NoCarrier("no carrier: " + what + " of several pages, given back one by one");
        }
        if (!through || !isOf(i, j)) {
          continue;
        }
        if (j.op() == Op.REFERENCE_WRITE && !write) {
          throw new NoCarrier("no carrier: " + what + " that a device writes through");
        }
        if (loops) {
          throw new NoCarrier("no carrier: " + what + " that is used in a loop");
        }
        uses++;
      }
    }
    if (uses > USES_MAX) {
      throw new NoCarrier("no carrier: " + what + " that is used so often");
    }
    carriers.add(what + " by an O_DIRECT " + (write ? "read" : "write") + " in flight");
    return change(i, Op.GUP, i.result(), 0, user(write ? DIRECT_READ : DIRECT_WRITE));
  }

  /** Whether an instruction uses a page of a reference. */
  static boolean isOf(Instruction reference, Instruction use) {
    return use.handle() >= reference.handle()
        && use.handle() < reference.handle() + Math.max(1, reference.pages());
  }

  private int user(String name) {
    if (!users.contains(name)) {
      users.add(name);
    }
    return users.indexOf(name);
  }
}
