package cowherd.explore;

import cowherd.litmus.Assertion;
import cowherd.litmus.LitmusTest;
import cowherd.machine.State;
import cowherd.operation.Evaluator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Shortest runs that show one condition of a test, for those who ask for a particular one. Each
 * explores the test again.
 */
public final class Witnesses {
  private Witnesses() {}

  /** The {@code sometimes} conditions that some complete run fulfils. */
  public static List<Condition> reachable(CheckResult result) {
    Conditions conditions = new Conditions(result.test());
    return conditions.of(conditions.sometimes()).stream()
        .filter(condition -> !result.unreached().contains(condition))
        .toList();
  }

  /** A shortest run that breaks a condition of the result. */
  public static Optional<Run> breaking(
      CheckResult result, Options options, Bounds bounds, Condition condition) {
    Exploration e = Search.run(result.test(), result.kernel(), options, bounds);
    int bit = condition.bit();
    return shortest(
        e,
        state -> (e.stateBroken().getOrDefault(state, 0) >> bit & 1) != 0,
        edge -> (e.edgeBroken().getOrDefault(edge, 0) >> bit & 1) != 0);
  }

  /** A shortest complete run that fulfils a {@code sometimes} condition of the result. */
  public static Optional<Run> reaching(
      CheckResult result, Options options, Bounds bounds, Condition condition) {
    Exploration e = Search.run(result.test(), result.kernel(), options, bounds);
    Assertion assertion = own(result.test(), condition);
    State s = e.machine().state();
    IntPredicate fulfils =
        state -> {
          if (!e.complete().get(state)) {
            return false;
          }
          s.load(e.store().chunk(state), e.store().offset(state));
          return Evaluator.evaluate(assertion.condition(), s) != 0;
        };
    return shortest(e, fulfils, edge -> false);
  }

  private static Assertion own(LitmusTest test, Condition condition) {
    return test.assertions().get(condition.bit() - Conditions.OWN);
  }

  private static Optional<Run> shortest(Exploration e, IntPredicate state, IntPredicate edge) {
    Analysis analysis = new Analysis(e);
    return analysis.shortest(state, edge).map(analysis::asRun);
  }
}
