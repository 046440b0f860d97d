package cowherd.emit;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a kernel was seen to do.
 *
 * @param test the name of the test; of a test for several kinds of memory, {@code name/kind}
 * @param schedule the threads in the order in which they made a call, each call one word
 * @param outcome what was seen after the last call; what is not named was not looked at
 */
public record Observation(Word test, List<Word> schedule, List<Seen> outcome) {
  public Observation {
    schedule = List.copyOf(schedule);
    outcome = List.copyOf(outcome);
  }

  /**
   * A word of a file.
   *
   * @param offset where it stands, UTF-16 units from 0
   */
  public record Word(String text, int offset) {}

  /** A register, a word of memory or of a file, or a thread that sleeps, and its value. */
  public record Seen(Word name, Word value) {
    /** As it is written. */
    public String text() {
      return name.text() + "=" + value.text();
    }
  }

  /** The schedule as it is written. */
  public String scheduleText() {
    return schedule.stream().map(Word::text).collect(Collectors.joining(" "));
  }

  /** The outcome as it is written. */
  public String outcomeText() {
    return outcome.stream().map(Seen::text).collect(Collectors.joining(" "));
  }
}
