package cowherd.litmus;

import java.util.Arrays;
import java.util.Optional;

/** What a test expects of a kernel, and what a check answers. */
public enum Verdict {
  HOLDS("holds"),
  VIOLATED("violated"),
  HANGS("hangs"),
  /** a bound was reached */
  UNKNOWN("unknown"),
  /** the test touches something that the model does not cover */
  OUT_OF_MODEL("out-of-model"),
  /** nobody has said what should happen */
  UNDEFINED("undefined");

  private final String word;

  Verdict(String word) {
    this.word = word;
  }

  /** The word of the test language. */
  public String word() {
    return word;
  }

  /** The verdict of a word. */
  public static Optional<Verdict> of(String word) {
    return Arrays.stream(values()).filter(v -> v.word.equals(word)).findFirst();
  }
}
