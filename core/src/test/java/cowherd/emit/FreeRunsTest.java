package cowherd.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.library.Library;
import cowherd.litmus.Assertion;
import cowherd.litmus.LitmusTest;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The outcomes of free runs are those that a check finds, and more than calls alone have. */
class FreeRunsTest {
  private static final int STATES_MAX = 20_000;
  private static final int TESTS = 150;

  private static Kernel kernel(String name) {
    return KernelLibrary.builtIn().get(name);
  }

  private static LitmusTest carried(String name) {
    LitmusTest test =
        Library.tests().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    return ((Carried.Runnable) Carriers.carry(test)).test();
  }

  @Test
  void aRaceInsideOfCallsHasMoreOutcomesThanCalls() {
    FreeRuns before = FreeRuns.of(carried("direct-read-races-fork"), kernel("v6.1"), STATES_MAX);
    assertThat(before.byCalls()).containsExactly("A.r=5");
    assertThat(before.outcomes()).containsExactly("A.r=1", "A.r=5");
    FreeRuns after = FreeRuns.of(carried("direct-read-races-fork"), kernel("v6.5"), STATES_MAX);
    assertThat(after.outcomes()).containsExactly("A.r=5");
  }

  @Test
  void memoryThatAConditionNamesIsPartOfTheOutcome() {
    FreeRuns runs = FreeRuns.of(carried("unregister-lets-go"), kernel("v6.5"), STATES_MAX);
    assertThat(runs.outcomes()).containsExactly("A.x=2");
    FreeRuns later = FreeRuns.of(carried("unregister-lets-go"), kernel("v6.6"), STATES_MAX);
    assertThat(later.outcomes()).containsExactly("A.x=2", "A=sleeps A.x=1");
  }

  @Test
  void tooManyStatesAreNoAnswer() {
    LitmusTest test = carried("direct-read-races-fork");
    assertThatThrownBy(() -> FreeRuns.of(test, kernel("v6.1"), 20))
        .isInstanceOf(FreeRuns.TooMany.class)
        .hasMessage("more than 20 states");
  }

  /** "One of these outcomes, always" holds, and without any of them it does not. */
  @Test
  void aCheckFindsTheSameOutcomes() {
    int compared = 0;
    int races = 0;
    for (String name : List.of("v6.1", "v6.15")) {
      for (LitmusTest test : Library.tests()) {
        if (compared >= TESTS || !(Carriers.carry(test) instanceof Carried.Runnable runnable)) {
          continue;
        }
        LitmusTest carried = runnable.test();
        if (!isComparable(carried.program())) {
          continue;
        }
        FreeRuns runs;
        try {
          runs = FreeRuns.of(carried, kernel(name), STATES_MAX);
        } catch (FreeRuns.TooMany | cowherd.operation.Machine.OutOfModel e) {
          continue;
        }
        Set<List<Integer>> outcomes = new LinkedHashSet<>();
        runs.ends().forEach(end -> outcomes.add(end.registers()));
        boolean isSet = outcomes.stream().noneMatch(o -> o.contains(Value.UNSET));
        boolean ended = runs.ends().stream().allMatch(e -> e.threads().matches("e*"));
        if (!isSet || !ended || outcomes.size() > 6) {
          continue;
        }
        assertThat(breaks(carried, kernel(name), outcomes)).as(test.name()).isFalse();
        for (List<Integer> outcome : outcomes) {
          Set<List<Integer>> fewer = new LinkedHashSet<>(outcomes);
          fewer.remove(outcome);
          assertThat(breaks(carried, kernel(name), fewer)).as(test.name()).isTrue();
        }
        compared++;
        races += outcomes.size() > 1 ? 1 : 0;
      }
    }
    assertThat(compared).isEqualTo(TESTS);
    assertThat(races).isGreaterThan(10);
  }

  private static boolean isComparable(Program program) {
    boolean swaps =
        program.threads().stream()
            .flatMap(t -> t.code().stream())
            .anyMatch(i -> i.op() == Op.MADVISE && i.flags() == CallFlags.MADV_PAGEOUT);
    boolean several = program.threads().stream().filter(t -> !t.code().isEmpty()).count() > 1;
    return several && !swaps && program.threads().stream().noneMatch(Program.ThreadInfo::daemon);
  }

  private static boolean breaks(LitmusTest test, Kernel kernel, Set<List<Integer>> outcomes) {
    Expr any = new Expr.Constant(0);
    for (List<Integer> outcome : outcomes) {
      Expr all = new Expr.Constant(1);
      for (int r = 0; r < outcome.size(); r++) {
        Expr equal =
            new Expr.Binary(
                Expr.Operator.EQUAL, new Expr.Register(r), new Expr.Constant(outcome.get(r)));
        all = new Expr.Binary(Expr.Operator.AND, all, equal);
      }
      any = new Expr.Binary(Expr.Operator.OR, any, all);
    }
    List<Assertion> one = new ArrayList<>();
    one.add(new Assertion(Assertion.Kind.ALWAYS, any, "", "one of the outcomes", 1));
    LitmusTest asked =
        new LitmusTest(
            test.name(),
            test.story(),
            test.sources(),
            test.file(),
            test.line(),
            test.program(),
            one,
            test.expectations(),
            test.tolerated(),
            test.toleratesHang(),
            test.sourceText());
    CheckResult result = Checker.verdict(asked, kernel, Options.DEFAULT, Bounds.defaults());
    return result.broken().stream().anyMatch(c -> c.text().equals("one of the outcomes"));
  }
}
