package cowherd.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random programs over what user space can do, each with one schedule: a list of calls, in the
 * order in which they are granted. The calls of one thread, in this order, are its code; so a call
 * can be left out of both at once.
 */
public final class RandomPrograms {
  /** Most calls of a program. */
  private static final int CALLS_MAX = 14;

  private static final int CALLS_MIN = 4;

  private final Random random;
  private final List<Call> calls = new ArrayList<>();
  private final List<Actor> actors = new ArrayList<>();
  private int results;
  private int value = 1;
  private boolean forkedB;
  private boolean forkedC;
  private boolean pinned;
  private boolean referenced;
  private boolean moved;
  private boolean watching;
  private int spliced;

  private RandomPrograms(Random random) {
    this.random = random;
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

  /** A call of a thread. */
  public record Call(Actor actor, String statement) {}

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
      if (uses(Actor.A_SECOND)) {
        t.append("  thread t {\n");
        append(t, Actor.A_SECOND, "    ");
        t.append("  }\n");
      }
      append(t, Actor.A, "  ");
      t.append("}\n");
      for (Actor child : List.of(Actor.B, Actor.C)) {
        if (calls.stream().anyMatch(c -> c.statement().equals("fork(" + child + ");"))) {
          t.append("process ").append(child).append(" {\n");
          append(t, child, "  ");
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

    private void append(StringBuilder t, Actor actor, String indent) {
      calls.stream()
          .filter(c -> c.actor() == actor)
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
    boolean two = random.nextInt(4) == 0;
    boolean shared = random.nextInt(6) == 0;
    boolean untouched = random.nextInt(6) == 0;
    StringBuilder declarations = new StringBuilder();
    declarations.append("anon ").append(shared ? "shared " : "").append("x");
    declarations.append(untouched ? ";\n" : " = 1;\n");
    if (two) {
      declarations.append("anon y = 2;\n");
    }
    declarations.append("file f = 3;\npipe q;\n");
    actors.add(Actor.A);
    if (random.nextInt(3) == 0) {
      actors.add(Actor.A_SECOND);
    }
    int length = CALLS_MIN + random.nextInt(CALLS_MAX - CALLS_MIN + 1);
    while (calls.size() < length) {
      Actor actor = actors.get(random.nextInt(actors.size()));
      String page = two && random.nextInt(3) == 0 ? "y" : "x";
      String statement = statement(actor, page, shared);
      if (!statement.isEmpty()) {
        calls.add(new Call(actor, statement));
      }
    }
    return new RandomProgram(calls, declarations.toString());
  }

  private String result() {
    return "r" + results++;
  }

  private int newValue() {
    value = value % 150 + 3;
    return value;
  }

  /** A statement, or nothing when the one that was drawn makes no sense now. */
  private String statement(Actor actor, String x, boolean shared) {
    boolean main = actor == Actor.A;
    return switch (random.nextInt(40)) {
      case 0, 1, 2, 3, 4 -> result() + " = store(" + x + ", " + newValue() + ");";
      case 5, 6, 7 -> result() + " = load(" + x + ");";
      case 8, 9, 10 -> main ? fork() : "";
      case 11 -> result() + " = munmap(" + x + ");";
      case 12, 13 -> result() + " = madvise(" + x + ", MADV_DONTNEED);";
      case 14, 15 -> result() + " = mprotect(" + x + ", PROT_READ);";
      case 16, 17, 18 -> result() + " = mprotect(" + x + ", PROT_READ | PROT_WRITE);";
      case 19, 20 -> result() + " = madvise(" + x + ", MADV_PAGEOUT);";
      case 21 -> result() + " = madvise(" + x + ", " + advice() + ");";
      case 22, 23 -> main ? pin(x) : "";
      case 24 -> main && pinned ? pinUse() : "";
      case 25, 26 -> main ? reference(x) : "";
      case 27 -> main && referenced ? referenceUse() : "";
      case 28 -> spliced < 3 && !shared ? splice(x) : "";
      case 29 -> spliced > 0 ? result() + " = read(q);" : "";
      case 30 -> result() + " = write(f, " + x + ", O_DIRECT);";
      case 31 -> result() + " = read(f, " + x + ", O_DIRECT);";
      case 32 -> result() + " = write(f, " + x + ");";
      case 33 -> remote(actor, x);
      case 34, 35, 36 -> !main ? "" : watching ? protect(x) : watch(x);
      case 37 -> actor == Actor.B || actor == Actor.C ? "exit();" : "";
      case 38 -> result() + " = " + (random.nextBoolean() ? "mlock(" : "munlock(") + x + ");";
      default -> main && !moved && !watching ? move(x) : "";
    };
  }

  private String advice() {
    String[] all = {
      "MADV_DONTFORK",
      "MADV_DOFORK",
      "MADV_WIPEONFORK",
      "MADV_KEEPONFORK",
      "MADV_POPULATE_READ",
      "MADV_POPULATE_WRITE",
      "MADV_GUARD_INSTALL",
      "MADV_GUARD_REMOVE"
    };
    return all[random.nextInt(all.length)];
  }

  private String fork() {
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

  private String pin(String x) {
    if (pinned) {
      return "";
    }
    pinned = true;
    return "p = io_uring_register(" + x + ");";
  }

  private String pinUse() {
    return switch (random.nextInt(4)) {
      case 0 -> {
        pinned = false;
        yield "io_uring_unregister(p);";
      }
      case 1 -> "*p = " + newValue() + ";";
      default -> result() + " = *p;";
    };
  }

  private String reference(String x) {
    if (referenced) {
      return "";
    }
    referenced = true;
    return "g = get_user_pages_fast(" + x + ", FOLL_GET);";
  }

  private String referenceUse() {
    if (random.nextInt(4) == 0) {
      referenced = false;
      return "put_page(g);";
    }
    return result() + " = *g;";
  }

  private String splice(String x) {
    spliced++;
    return result() + " = vmsplice(q, " + x + ");";
  }

  private String remote(Actor actor, String x) {
    String other = actor == Actor.A || actor == Actor.A_SECOND ? forkedB ? "B" : "A" : "A";
    return switch (random.nextInt(4)) {
      case 0 -> result() + " = process_vm_readv(" + other + ", " + x + ");";
      case 1 -> result() + " = process_vm_writev(" + other + ", " + x + ", " + newValue() + ");";
      case 2 -> result() + " = proc_mem_read(" + other + ", " + x + ");";
      default -> result() + " = proc_mem_write(" + other + ", " + x + ", " + newValue() + ");";
    };
  }

  /** Three calls at once: by chance they would rarely come in this order. */
  private String watch(String x) {
    watching = true;
    calls.add(new Call(Actor.A, "u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);"));
    calls.add(
        new Call(
            Actor.A,
            result() + " = ioctl(u, UFFDIO_REGISTER, " + x + ", UFFDIO_REGISTER_MODE_WP);"));
    return result() + " = ioctl(u, UFFDIO_WRITEPROTECT, " + x + ", UFFDIO_WRITEPROTECT_MODE_WP);";
  }

  private String protect(String x) {
    return switch (random.nextInt(4)) {
      case 0 -> result() + " = ioctl(u, UFFDIO_REGISTER, " + x + ", UFFDIO_REGISTER_MODE_WP);";
      case 1 ->
          result() + " = ioctl(u, UFFDIO_WRITEPROTECT, " + x + ", UFFDIO_WRITEPROTECT_MODE_WP);";
      case 2 -> result() + " = ioctl(u, UFFDIO_WRITEPROTECT, " + x + ", 0);";
      default -> result() + " = ioctl(u, UFFDIO_UNREGISTER, " + x + ");";
    };
  }

  private String move(String x) {
    moved = true;
    return "m = mremap(" + x + ");";
  }
}
