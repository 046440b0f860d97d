package cowherd.report;

import java.util.List;

/**
 * What a real kernel was seen to do under one schedule of a test, and what its model says of it.
 *
 * @param test the name of the test
 * @param kernel the release of the kernel
 * @param model the kernel file that speaks for it
 * @param schedule the threads in the order of their calls
 * @param seen what was seen, as {@code A.r=1}
 * @param allowed what the model allows to see of the same names
 * @param answer how the two compare
 * @param why which call cannot be made, or why the model does not cover it; or empty
 * @param file the file of the observation, as the user knows it
 * @param line its line there, from 1
 */
public record Observed(
    String test,
    String kernel,
    String model,
    String schedule,
    String seen,
    List<String> allowed,
    Answer answer,
    String why,
    String file,
    int line) {
  public Observed {
    allowed = List.copyOf(allowed);
  }

  /** How an observation compares with its model. */
  public enum Answer {
    /** the model allows it */
    AGREES,
    /** the model forbids it */
    CONTRADICTS,
    /** the model does not cover it */
    UNTOLD
  }

  /** Whether the model forbids it. */
  public boolean contradicts() {
    return answer == Answer.CONTRADICTS;
  }
}
