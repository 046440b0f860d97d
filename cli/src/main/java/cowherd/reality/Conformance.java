package cowherd.reality;

import cowherd.emit.Carried;
import cowherd.emit.Carriers;
import cowherd.emit.Runner;
import cowherd.emit.Schedules;
import cowherd.emit.Trial;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Tests on a real kernel: which schedules, what it answered, and whether the model allows that. */
public final class Conformance {
  private Conformance() {}

  /**
   * What is to be done with a test.
   *
   * @param test the test as it was read, if it could be
   * @param carried the test as it is run
   * @param schedules its schedules; none when it cannot be run
   * @param whole whether these are all
   * @param skipped why it cannot be run, or empty
   * @param copies whether it is compared which pages a call has copied
   */
  public record Plan(
      Optional<LitmusTest> test,
      Carried carried,
      List<List<Integer>> schedules,
      boolean whole,
      String skipped,
      boolean copies) {
    /** One that compares copies, too. */
    Plan(
        Optional<LitmusTest> test,
        Carried carried,
        List<List<Integer>> schedules,
        boolean whole,
        String skipped) {
      this(test, carried, schedules, whole, skipped, true);
    }

    /** The same without: who holds a page in a batch of a CPU decides about needless copies. */
    Plan withoutCopies() {
      return new Plan(test, carried, schedules, whole, skipped, false);
    }

    /** The same, each schedule several times. */
    public Plan repeated(int times) {
      List<List<Integer>> all =
          schedules.stream().flatMap(s -> Collections.nCopies(times, s).stream()).toList();
      return new Plan(test, carried, all, whole, skipped, copies);
    }
  }

  /** A schedule, the runner's lines about it, and the answer. */
  public record Tried(
      List<Integer> schedule, String kernelLine, List<String> output, Trial.Answer answer) {}

  /** A test and all its schedules. */
  public record Result(Plan plan, List<Tried> tried) {}

  /** What takes the runner's input and gives its lines. */
  public interface Executor {
    /** Runs the runner. */
    void run(String input, Consumer<String> line) throws IOException;
  }

  /** What to do with a test on a kernel: at most so many schedules. */
  public static Plan plan(LitmusTest test, Kernel model, int most) {
    Carried carried = Carriers.carry(test);
    return switch (carried) {
      case Carried.Unable(String reason) ->
          new Plan(Optional.of(test), carried, List.of(), true, reason);
      case Carried.Runnable runnable -> {
        try {
          Schedules schedules = Schedules.of(runnable.test(), model, most);
          yield new Plan(Optional.of(test), carried, schedules.all(), schedules.whole(), "");
        } catch (Machine.OutOfModel e) {
          yield new Plan(Optional.of(test), carried, List.of(), true, e.told());
        }
      }
    };
  }

  /** Runs all schedules of all plans and compares each with the model. */
  public static List<Result> run(List<Plan> plans, Kernel model, Executor executor)
      throws IOException {
    List<String> first = new ArrayList<>();
    List<List<String>> blocks = blocks(executor, input(plans), first);
    String machine =
        first.stream().filter(line -> line.startsWith("# cowherd:")).findFirst().orElse("");
    int[] begins = new int[plans.size()];
    for (int p = 1; p < begins.length; p++) {
      begins[p] = begins[p - 1] + plans.get(p - 1).schedules().size();
    }
    return IntStream.range(0, plans.size())
        .parallel()
        .mapToObj(p -> compare(plans.get(p), model, blocks, begins[p], machine))
        .toList();
  }

  /**
   * Runs the runner; its lines, in blocks that begin with {@code #@}.
   *
   * @param first takes the lines before the first block
   */
  static List<List<String>> blocks(Executor executor, String input, List<String> first)
      throws IOException {
    List<List<String>> blocks = new ArrayList<>();
    executor.run(
        input,
        line -> {
          if (line.startsWith("#@")) {
            blocks.add(new ArrayList<>());
          }
          (blocks.isEmpty() ? first : blocks.getLast()).add(line);
        });
    return blocks;
  }

  private static String input(List<Plan> plans) {
    StringBuilder text = new StringBuilder();
    for (Plan plan : plans) {
      if (plan.carried() instanceof Carried.Runnable runnable && !plan.schedules().isEmpty()) {
        text.append(Runner.test(runnable));
        plan.schedules().forEach(schedule -> text.append(Runner.schedule(schedule)));
      }
    }
    return text.toString();
  }

  private static Result compare(
      Plan plan, Kernel model, List<List<String>> blocks, int begin, String machine) {
    List<Tried> tried = new ArrayList<>();
    for (int s = 0; s < plan.schedules().size(); s++) {
      List<Integer> schedule = plan.schedules().get(s);
      List<String> output = begin + s < blocks.size() ? blocks.get(begin + s) : List.of();
      tried.add(
          new Tried(schedule, machine, output, answer(plan, model, schedule, output, machine)));
    }
    return new Result(plan, tried);
  }

  /** The answer that another model would give to the same lines. */
  static Trial.Answer again(Plan plan, Tried tried, Kernel model) {
    return answer(plan, model, tried.schedule(), tried.output(), tried.kernelLine());
  }

  private static Trial.Answer answer(
      Plan plan, Kernel model, List<Integer> schedule, List<String> output, String machine) {
    return plan.carried() instanceof Carried.Runnable runnable && !output.isEmpty()
        ? Trial.compare(runnable.test(), model, schedule, output, machine, plan.copies())
        : new Trial.Answer.Untried("the runner ended before");
  }
}
