package cowherd.free;

import cowherd.explore.CheckResult;
import java.util.List;

/**
 * A shortest program on which two kernels differ.
 *
 * @param source its text as a test without expectations
 * @param sentence what differs, in words
 * @param cause the rules that made the difference
 * @param results the checks of the test on every built-in kernel; empty when the test does not show
 *     the difference by its verdict
 */
public record Difference(String source, String sentence, Cause cause, List<CheckResult> results) {
  public Difference {
    results = List.copyOf(results);
  }
}
