package cowherd.emit;

import cowherd.emit.FreeRuns.End;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Machine;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Compares what came out of many free runs of a test on a kernel with what the model allows when
 * the steps of all calls are interleaved.
 */
public final class Stress {
  private static final String ROW = "#* ";
  private static final String LOST = "#- ";
  private static final String SUM = "#+ ";

  /** Most calls of MADV_PAGEOUT of which each may or may not take its page. */
  private static final int PAGEOUTS_MAX = 4;

  private final LitmusTest test;
  private final Kernel kernel;
  private final int most;
  private final FreeRuns model;
  private final Map<Integer, FreeRuns> without = new HashMap<>();
  private long refused;

  private Stress(LitmusTest test, Kernel kernel, int most) {
    this.test = test;
    this.kernel = kernel;
    this.most = most;
    this.model = FreeRuns.of(test, kernel, most);
  }

  /** The answer for a test. */
  public sealed interface Answer {
    /**
     * It ran.
     *
     * @param runs how many runs came to rest
     * @param lost how many did not
     * @param lostWhy what the first of those was like, or empty
     * @param refused in how many MADV_PAGEOUT took no page, which it may: they say nothing
     * @param processors on how many CPUs
     * @param seen what came out that the model allows
     * @param forbidden what came out that it does not allow
     * @param allowed the outcomes that it allows
     */
    record Compared(
        long runs,
        long lost,
        String lostWhy,
        long refused,
        int processors,
        List<Seen> seen,
        List<Seen> forbidden,
        Set<String> allowed)
        implements Answer {
      public Compared {
        seen = List.copyOf(seen);
        forbidden = List.copyOf(forbidden);
      }

      /** Outcomes that the model allows and nobody saw. */
      public Set<String> never() {
        Set<String> never = new TreeSet<>(allowed);
        seen.forEach(s -> never.remove(s.outcome()));
        return never;
      }

      /** Outcomes that no order of calls can give. */
      public List<Seen> witnesses() {
        return seen.stream().filter(Seen::isRace).toList();
      }
    }

    /** It says nothing about the model. */
    record Untried(String reason) implements Answer {}
  }

  /**
   * An outcome, and how often it came out.
   *
   * @param first the number of the first run
   * @param isRace whether only a race inside of calls gives it
   * @param differs of a forbidden one: in what it differs from the nearest that is allowed
   */
  public record Seen(String outcome, long count, long first, boolean isRace, List<String> differs) {
    public Seen {
      differs = List.copyOf(differs);
    }
  }

  /** Why a carried test is not run freely, if it is not. */
  public static Optional<String> unfit(LitmusTest test) {
    Program program = test.program();
    if (program.threads().stream().filter(t -> !t.code().isEmpty()).count() < 2) {
      return Optional.of("one thread");
    }
    for (Program.ThreadInfo thread : program.threads()) {
      for (Instruction i : thread.code()) {
        if (i.op() == Op.MADVISE && i.flags() == CallFlags.MADV_FREE) {
          return Optional.of("MADV_FREE takes effect when a batch of its CPU is full");
        }
        if (isSeveralCalls(i, program)) {
          return Optional.of("the runner makes one call by several: " + what(i, program));
        }
      }
    }
    return Optional.empty();
  }

  private static String what(Instruction i, Program program) {
    return i.op() == Op.GUP ? program.users().get(i.user()) : i.op().name();
  }

  /** Calls that are atomic in the model, or take a page once, and are not so in the runner. */
  private static boolean isSeveralCalls(Instruction i, Program program) {
    boolean allWords = program.words() > 1 && i.word() < 0;
    return switch (i.op()) {
      case GUP ->
          List.of(Carriers.DIRECT_READ, Carriers.DIRECT_WRITE)
              .contains(program.users().get(i.user()));
      case STORE, REMOTE_WRITE -> allWords;
      case REFERENCE_WRITE -> program.words() > 1;
      case OBSERVE -> looks(i.value()) > 1;
      default -> false;
    };
  }

  private static int looks(Expr e) {
    return switch (e) {
      case Expr.Observe o -> o.what() == Expr.Observation.SAME_PAGE ? 2 : 1;
      case Expr.Not n -> looks(n.operand());
      case Expr.Binary b -> looks(b.left()) + looks(b.right());
      default -> 0;
    };
  }

  /**
   * Compares the free runs of a test.
   *
   * @param test the carried test
   * @param output the lines of the runner about it
   * @param most most states of the model
   */
  public static Answer compare(LitmusTest test, Kernel kernel, List<String> output, int most) {
    Optional<String> skipped = Trial.skipped(output);
    if (skipped.isPresent()) {
      return new Answer.Untried(skipped.get());
    }
    if (output.stream().noneMatch(line -> line.startsWith(SUM))) {
      return new Answer.Untried("the runner ended before");
    }
    try {
      return new Stress(test, kernel, most).compare(output);
    } catch (Machine.OutOfModel e) {
      return new Answer.Untried(e.told());
    } catch (FreeRuns.TooMany e) {
      return new Answer.Untried("not compared: " + e.getMessage());
    }
  }

  private Answer compare(List<String> output) {
    if (model.ends().isEmpty()) {
      return new Answer.Untried("in the model it never comes to rest");
    }
    Map<String, Seen> seen = new LinkedHashMap<>();
    Map<String, Seen> forbidden = new LinkedHashMap<>();
    long[] sum = new long[4];
    String lostWhy =
        output.stream()
            .filter(line -> line.startsWith(LOST))
            .map(line -> line.substring(LOST.length()))
            .findFirst()
            .orElse("");
    for (String line : output) {
      if (line.startsWith(SUM)) {
        String[] parts = line.substring(SUM.length()).split(" ");
        for (int n = 0; n < sum.length; n++) {
          sum[n] = Long.parseLong(parts[n]);
        }
      } else if (line.startsWith(ROW)) {
        Row row = Row.parse(line.substring(ROW.length()));
        judge(row, seen, forbidden);
      }
    }
    return new Answer.Compared(
        sum[0],
        sum[1],
        lostWhy,
        refused,
        (int) sum[3],
        List.copyOf(seen.values()),
        List.copyOf(forbidden.values()),
        model.outcomes());
  }

  /** A line of the table: what was there at the end of some runs. */
  private record Row(
      long count, long first, List<Integer> registers, String threads, Map<String, Integer> words) {
    static Row parse(String line) {
      String[] parts = line.split("\\|", -1);
      String[] counts = parts[0].strip().split(" ");
      return new Row(
          Long.parseLong(counts[0]),
          Long.parseLong(counts[1]),
          Sighting.numbers(parts[1]),
          parts[2].strip(),
          Sighting.words(parts[3]));
    }
  }

  private void judge(Row row, Map<String, Seen> seen, Map<String, Seen> forbidden) {
    List<String> differs = List.of();
    Set<String> outcomes = new LinkedHashSet<>();
    for (End end : model.ends()) {
      List<String> differences = differences(end, row);
      if (differences.isEmpty()) {
        outcomes.add(end.outcome());
      } else if (differs.isEmpty() || differences.size() < differs.size()) {
        differs = differences;
      }
    }
    if (outcomes.isEmpty() && isWithoutReclaim(row)) {
      refused += row.count();
      return;
    }
    if (outcomes.isEmpty()) {
      String outcome = FreeRuns.outcome(test, row.registers(), row.threads());
      String all = outcome + " (" + String.join(", ", differs) + ")";
      forbidden.merge(
          all, new Seen(outcome, row.count(), row.first(), false, differs), Stress::together);
      return;
    }
    boolean race = model.byCalls().stream().noneMatch(outcomes::contains);
    String outcome =
        outcomes.stream()
            .filter(o -> model.byCalls().contains(o))
            .findFirst()
            .orElse(outcomes.iterator().next());
    seen.merge(
        outcome, new Seen(outcome, row.count(), row.first(), race, List.of()), Stress::together);
  }

  /**
   * Whether a row is allowed when some calls of MADV_PAGEOUT take no page: a page in the batch of
   * another CPU has a reference.
   */
  private boolean isWithoutReclaim(Row row) {
    int pageouts = (int) calls(test.program()).filter(Stress::isPageout).count();
    for (int omitted = 1; omitted < 1 << pageouts && pageouts <= PAGEOUTS_MAX; omitted++) {
      FreeRuns runs = without.computeIfAbsent(omitted, o -> FreeRuns.of(without(o), kernel, most));
      if (runs.ends().stream().anyMatch(end -> differences(end, row).isEmpty())) {
        return true;
      }
    }
    return false;
  }

  private static Stream<Instruction> calls(Program program) {
    return program.threads().stream().flatMap(t -> t.code().stream());
  }

  private static boolean isPageout(Instruction i) {
    return i.op() == Op.MADVISE && i.flags() == CallFlags.MADV_PAGEOUT;
  }

  /** The test with advice that does nothing in the place of some of MADV_PAGEOUT. */
  private LitmusTest without(int omitted) {
    int[] number = {0};
    return test.withProgram(
        Carriers.map(
            test.program(),
            i ->
                isPageout(i) && (omitted >> number[0]++ & 1) != 0
                    ? Carriers.change(i, i.op(), i.result(), CallFlags.MADV_DOFORK, i.user())
                    : i));
  }

  private static Seen together(Seen a, Seen b) {
    return new Seen(
        a.outcome(),
        a.count() + b.count(),
        Math.min(a.first(), b.first()),
        a.isRace() && b.isRace(),
        a.differs());
  }

  private List<String> differences(End end, Row row) {
    List<String> differences = new ArrayList<>();
    for (int r = 0; r < end.registers().size() && r < row.registers().size(); r++) {
      int kernel = row.registers().get(r);
      if (kernel != Sighting.UNSEEN && kernel != end.registers().get(r)) {
        differences.add(
            register(r)
                + " is "
                + Value.name(kernel)
                + ", not "
                + Value.name(end.registers().get(r)));
      }
    }
    for (int t = 0; t < end.threads().length() && t < row.threads().length(); t++) {
      if (end.threads().charAt(t) != row.threads().charAt(t)) {
        differences.add(
            test.program().threads().get(t).name() + " " + state(row.threads().charAt(t)));
      }
    }
    end.content()
        .forEach((name, value) -> {
          int kernel = row.words().getOrDefault(name, Sighting.UNSEEN);
          if (kernel != Sighting.UNSEEN && kernel != value) {
            differences.add(name + " is " + Value.name(kernel) + ", not " + Value.name(value));
          }
        });
    return differences;
  }

  private static String state(char state) {
    return switch (state) {
      case 'b' -> "sleeps";
      case 'e' -> "has ended";
      default -> "waits";
    };
  }

  /** A register without a name is the result of a call. */
  private String register(int register) {
    String name = test.program().registers().get(register).name();
    if (name.indexOf('$') < 0) {
      return name;
    }
    for (Program.ThreadInfo thread : test.program().threads()) {
      for (Instruction i : thread.code()) {
        if (i.result() == register) {
          return "the result of " + thread.name() + ": " + i.text();
        }
      }
    }
    return name;
  }
}
