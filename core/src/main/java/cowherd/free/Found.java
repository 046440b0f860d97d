package cowherd.free;

import cowherd.explore.CheckResult;
import cowherd.operation.PropertyName;
import java.util.List;

/**
 * A shortest program that breaks a property.
 *
 * @param property what it breaks
 * @param source its text as a test without expectations
 * @param calls calls that begin in the run that was found
 * @param steps atomic steps of that run
 * @param results the check of the test on the kernel that was searched, then on every built-in one
 */
public record Found(
    PropertyName property, String source, int calls, int steps, List<CheckResult> results) {
  public Found {
    results = List.copyOf(results);
  }

  /** The check on the kernel that was searched. */
  public CheckResult here() {
    return results.getFirst();
  }
}
