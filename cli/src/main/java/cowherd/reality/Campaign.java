package cowherd.reality;

import cowherd.emit.Carried;
import cowherd.emit.Carriers;
import cowherd.emit.RandomPrograms;
import cowherd.emit.RandomPrograms.RandomProgram;
import cowherd.emit.Trial.Answer;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Program.ThreadInfo;
import cowherd.reality.Conformance.Executor;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Random programs on a real kernel, and what remains of one that disagrees when it is made small.
 */
public final class Campaign {
  private static final int BATCH = 500;

  /** Most rounds of making a program smaller. */
  private static final int ROUNDS_MAX = 40;

  private final Kernel model;
  private final Executor executor;
  private int agree;
  private int disagree;
  private final Map<String, Integer> untried = new TreeMap<>();

  /** Against a model, by something that runs the runner. */
  public Campaign(Kernel model, Executor executor) {
    this.model = model;
    this.executor = executor;
  }

  /**
   * What came out.
   *
   * @param smallest the first program that disagrees, made as small as it still does
   */
  public record Outcome(
      int agree, int disagree, Map<String, Integer> untried, Optional<Disagreement> smallest) {
    /** How many programs said nothing. */
    public int notTried() {
      return untried.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** A program on which model and kernel disagree. */
  public record Disagreement(int number, String text, RandomProgram program, Result result) {}

  /** Runs so many programs; stops at the end of the batch in which one disagrees. */
  public Outcome run(int count, long seed, IntConsumer progress) throws IOException {
    for (int done = 0; done < count; done += BATCH) {
      int first = done;
      List<RandomProgram> programs =
          IntStream.range(first, Math.min(count, first + BATCH))
              .mapToObj(n -> RandomPrograms.next(new Random(seed * 1_000_003L + n)))
              .toList();
      List<Result> results = results(programs);
      for (int i = 0; i < results.size(); i++) {
        count(results.get(i));
      }
      progress.accept(first + programs.size());
      for (int i = 0; i < results.size(); i++) {
        if (disagrees(results.get(i))) {
          return outcome(Optional.of(shrink(first + i, programs.get(i), results.get(i))));
        }
      }
    }
    return outcome(Optional.empty());
  }

  private Outcome outcome(Optional<Disagreement> smallest) {
    return new Outcome(agree, disagree, untried, smallest);
  }

  private void count(Result result) {
    if (result.tried().isEmpty()) {
      untried.merge(result.plan().skipped(), 1, Integer::sum);
      return;
    }
    switch (result.tried().getFirst().answer()) {
      case Answer.Agrees _ -> agree++;
      case Answer.Disagrees _ -> disagree++;
      case Answer.Untried(String reason) -> untried.merge(reason, 1, Integer::sum);
    }
  }

  private static boolean disagrees(Result result) {
    return !result.tried().isEmpty()
        && result.tried().getFirst().answer() instanceof Answer.Disagrees;
  }

  private List<Result> results(List<RandomProgram> programs) throws IOException {
    List<Plan> plans =
        programs.stream().parallel().map(Campaign::plan).map(Plan::withoutCopies).toList();
    return Conformance.run(plans, model, executor);
  }

  private static Plan plan(RandomProgram program) {
    LitmusParser.Result parsed = LitmusParser.parse("random.litmus", program.text("random"));
    if (parsed.tests().isEmpty()) {
      return new Plan(
          Optional.empty(), new Carried.Unable("no test"), List.of(), true, "no sound program");
    }
    LitmusTest test = parsed.tests().getFirst();
    Carried carried = Carriers.carry(test);
    if (carried instanceof Carried.Unable(String reason)) {
      return new Plan(Optional.of(test), carried, List.of(), true, reason);
    }
    List<String> names = test.program().threads().stream().map(ThreadInfo::name).toList();
    List<Integer> schedule = program.schedule().stream().map(names::indexOf).toList();
    return new Plan(Optional.of(test), carried, List.of(schedule), true, "");
  }

  // ---- making it small ------------------------------------------------------------------------

  private Disagreement shrink(int number, RandomProgram from, Result seen) throws IOException {
    RandomProgram smallest = from;
    Result result = seen;
    for (int round = 0; round < ROUNDS_MAX; round++) {
      List<RandomProgram> smaller = smaller(smallest);
      List<Result> results = results(smaller);
      int found = -1;
      for (int i = 0; i < results.size() && found < 0; i++) {
        found = disagrees(results.get(i)) ? i : -1;
      }
      if (found < 0) {
        break;
      }
      smallest = smaller.get(found);
      result = results.get(found);
    }
    return new Disagreement(number, smallest.text("random-" + number), smallest, result);
  }

  /** Without half of the calls, a quarter, ..., one; the smallest programs first. */
  private static List<RandomProgram> smaller(RandomProgram program) {
    List<RandomProgram> smaller = new ArrayList<>();
    int size = program.calls().size();
    for (int chunk = size / 2; chunk >= 1; chunk /= 2) {
      for (int from = 0; from + chunk <= size; from += chunk) {
        smaller.add(program.without(from, from + chunk));
      }
    }
    return smaller;
  }
}
