package cowherd.report;

import cowherd.explore.Condition;
import cowherd.explore.Graded;
import cowherd.explore.Trace;
import java.util.List;

/**
 * A result and the run that explains it.
 *
 * @param kernel the kernel
 * @param graded the result; of the minimised test when calls were left out
 * @param shown what the run shows
 * @param leftOut calls that were left out because the result does not need them
 */
public record Explanation(KernelColumn kernel, Graded graded, Shown shown, List<String> leftOut) {
  public Explanation {
    leftOut = List.copyOf(leftOut);
  }

  /** What a run shows. */
  public sealed interface Shown {
    /** The run breaks a condition. */
    record Breaks(Condition condition, Trace trace) implements Shown {}

    /** From its last state the run cannot end. */
    record Hangs(Trace trace) implements Shown {}

    /** The run fulfils a {@code sometimes} condition. */
    record Reaches(Condition condition, Trace trace) implements Shown {}

    /** There is no run to show. */
    record Nothing() implements Shown {}
  }
}
