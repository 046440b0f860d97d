package cowherd.litmus;

import java.util.List;

/**
 * What a test expects.
 *
 * @param verdict the verdict
 * @param properties which conditions are violated: words of {@link cowherd.operation.PropertyName},
 *     or of {@link Assertion.Kind} for the test's own conditions; empty when it is not said
 * @param inRace only some interleavings within a call show it
 * @param kinds kinds of memory that it speaks of, empty when of all; such a line beats one that
 *     speaks of all
 * @param kernels where; empty when {@code elsewhere}
 * @param elsewhere on all kernels that no other expectation of the test names
 * @param line 1-based line
 */
public record Expectation(
    Verdict verdict,
    List<String> properties,
    boolean inRace,
    List<String> kinds,
    List<KernelRange> kernels,
    boolean elsewhere,
    int line) {
  public Expectation {
    properties = List.copyOf(properties);
    kinds = List.copyOf(kinds);
    kernels = List.copyOf(kernels);
  }
}
