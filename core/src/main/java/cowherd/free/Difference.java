package cowherd.free;

import cowherd.explore.CheckResult;
import cowherd.kernel.Rule;
import java.util.List;
import java.util.Optional;

/**
 * A shortest program on which two kernels differ.
 *
 * @param source its text as a test without expectations
 * @param what what differs
 * @param sentence the same in words
 * @param first the first rule of the one kernel that decided otherwise; empty when it asks none
 * @param second the rule of the other
 * @param results the checks of the test on every built-in kernel; empty when the test does not show
 *     the difference by its verdict
 */
public record Difference(
    String source,
    Contrast.Differs what,
    String sentence,
    Optional<Rule> first,
    Optional<Rule> second,
    List<CheckResult> results) {
  public Difference {
    results = List.copyOf(results);
  }
}
