package cowherd.cli;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Graded;
import cowherd.explore.Minimiser;
import cowherd.explore.Minimiser.Minimised;
import cowherd.explore.Replay;
import cowherd.explore.Run;
import cowherd.explore.Trace;
import cowherd.explore.Witnesses;
import cowherd.litmus.Assertion;
import cowherd.report.Explanation;
import cowherd.report.Explanation.Shown;
import cowherd.report.KernelColumn;
import java.util.List;
import java.util.Optional;

/**
 * Finds the run that explains a result.
 *
 * @param search how to search
 * @param wanted the name of the condition that the run is to break
 * @param minimise whether calls that are not needed are left out
 */
record Runs(SearchOptions search, Optional<String> wanted, boolean minimise) {
  /** The result with its run; of the minimised test if that is wanted. */
  Explanation explanation(KernelColumn column, Graded graded) {
    Optional<Minimised> minimised =
        minimise
            ? Minimiser.minimise(graded.result(), search.options(), search.bounds())
            : Optional.empty();
    if (minimised.isEmpty()) {
      return new Explanation(column, graded, shown(graded.result()), List.of());
    }
    CheckResult smaller = minimised.get().result();
    Graded same = new Graded(smaller, graded.expectation(), graded.grade());
    return new Explanation(column, same, shown(smaller), minimised.get().removed());
  }

  private Shown shown(CheckResult result) {
    return switch (result.verdict()) {
      case VIOLATED -> breaks(result);
      case HANGS ->
          result
              .witness()
              .<Shown>map(run -> new Shown.Hangs(trace(result, run)))
              .orElseGet(Shown.Nothing::new);
      case HOLDS -> reaches(result);
      case UNKNOWN, OUT_OF_MODEL, UNDEFINED -> new Shown.Nothing();
    };
  }

  private Shown breaks(CheckResult result) {
    if (result.broken().isEmpty()) {
      return new Shown.Nothing();
    }
    Condition condition = chosen(result.broken());
    Optional<Run> run =
        condition.equals(result.broken().getFirst()) && result.witness().isPresent()
            ? result.witness()
            : Witnesses.breaking(result, search.options(), search.bounds(), condition);
    return run.<Shown>map(r -> new Shown.Breaks(condition, trace(result, r)))
        .orElseGet(Shown.Nothing::new);
  }

  /** What the user asks for; else what the test says itself, which its reader knows. */
  private Condition chosen(List<Condition> broken) {
    if (wanted.isPresent()) {
      return broken.stream()
          .filter(condition -> condition.name().equals(wanted.get()))
          .findFirst()
          .orElseThrow(() -> notBroken(broken));
    }
    return broken.stream()
        .filter(condition -> !minimise && Assertion.Kind.of(condition.name()).isPresent())
        .findFirst()
        .orElse(broken.getFirst());
  }

  private UserError notBroken(List<Condition> broken) {
    List<String> names = broken.stream().map(Condition::name).distinct().toList();
    return new UserError(
        "`" + wanted.orElse("") + "` is not broken here",
        "what is broken: " + String.join(", ", names));
  }

  private Shown reaches(CheckResult result) {
    for (Condition condition : Witnesses.reachable(result)) {
      Optional<Run> run = Witnesses.reaching(result, search.options(), search.bounds(), condition);
      if (run.isPresent()) {
        return new Shown.Reaches(condition, trace(result, run.get()));
      }
    }
    return new Shown.Nothing();
  }

  private Trace trace(CheckResult result, Run run) {
    return Replay.trace(result.test(), result.kernel(), search.options(), run);
  }
}
