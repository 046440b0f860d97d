package cowherd.reality;

import cowherd.emit.Carried;
import cowherd.emit.Carriers;
import cowherd.emit.FreeRuns;
import cowherd.emit.Runner;
import cowherd.emit.Stress;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Conformance.Executor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tests whose threads run freely on a real kernel, many times: what came out, and whether it may.
 */
public final class StressRun {
  private final Kernel model;
  private final int repetitions;
  private final Duration limit;

  /**
   * Against a model.
   *
   * @param repetitions of each test
   * @param limit after which a test begins no further one
   */
  public StressRun(Kernel model, int repetitions, Duration limit) {
    this.model = model;
    this.repetitions = repetitions;
    this.limit = limit;
  }

  /**
   * A test and its answer.
   *
   * @param skipped why it was not run, or empty; then there is no answer
   */
  public record Result(LitmusTest test, String skipped, Optional<Stress.Answer> answer) {}

  /** A test as it is run, or why it is not. */
  private record Plan(LitmusTest test, Optional<Carried.Runnable> carried, String skipped) {}

  private static Plan plan(LitmusTest test) {
    return switch (Carriers.carry(test)) {
      case Carried.Unable(String reason) -> new Plan(test, Optional.empty(), reason);
      case Carried.Runnable carried -> {
        Optional<String> unfit = Stress.unfit(carried.test());
        yield unfit.isPresent()
            ? new Plan(test, Optional.empty(), unfit.get())
            : new Plan(test, Optional.of(carried), "");
      }
    };
  }

  /** Runs all that can be run, and compares. */
  public List<Result> run(List<LitmusTest> tests, Executor executor) throws IOException {
    List<Plan> plans = tests.stream().map(StressRun::plan).toList();
    StringBuilder input = new StringBuilder();
    int[] block = new int[plans.size()];
    int count = 0;
    for (int p = 0; p < plans.size(); p++) {
      Optional<Carried.Runnable> carried = plans.get(p).carried();
      block[p] = carried.isPresent() ? count++ : -1;
      carried.ifPresent(runnable ->
          input.append(Runner.test(runnable)).append(Runner.stress(repetitions, limit.toMillis())));
    }
    List<List<String>> blocks =
        count > 0 ? Conformance.blocks(executor, input.toString(), new ArrayList<>()) : List.of();
    return IntStream.range(0, plans.size())
        .parallel()
        .mapToObj(p -> {
          List<String> output =
              block[p] >= 0 && block[p] < blocks.size() ? blocks.get(block[p]) : List.of();
          Plan plan = plans.get(p);
          return new Result(
              plan.test(),
              plan.skipped(),
              plan.carried()
                  .map(carried ->
                      Stress.compare(carried.test(), model, output, FreeRuns.STATES_MAX)));
        })
        .toList();
  }
}
