package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What a check of one test on one kernel found.
 *
 * @param test the test
 * @param kernel the kernel
 * @param verdict the verdict
 * @param broken what is violated; each has a run that breaks it
 * @param unreached {@code sometimes} conditions that no complete run fulfils
 * @param hang why it hangs
 * @param witness a shortest run to the hang or to the first broken condition
 * @param inRace whether no run at the granularity of calls breaks a condition; only for violations
 * @param reason which bound was reached, or what is outside the model; else empty
 * @param states distinct states
 * @param transitions transitions
 * @param levels breadth-first levels
 * @param costs cheapest and dearest complete run; empty when the search is not complete
 * @param actors background actors that were on
 * @param nanos time of the search and of the analysis, nanoseconds
 */
public record CheckResult(
    LitmusTest test,
    Kernel kernel,
    Verdict verdict,
    List<Condition> broken,
    List<Condition> unreached,
    Optional<Hang> hang,
    Optional<Run> witness,
    boolean inRace,
    String reason,
    int states,
    int transitions,
    int levels,
    Optional<Costs> costs,
    List<String> actors,
    long nanos) {
  public CheckResult {
    broken = List.copyOf(broken);
    unreached = List.copyOf(unreached);
    actors = List.copyOf(actors);
  }
}
