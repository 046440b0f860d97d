package cowherd.explore;

/** How a verdict compares with what the test expects. */
public enum Grade {
  /** the expectation holds */
  AS_EXPECTED("as-expected"),
  /** it does not */
  NOT_AS_EXPECTED("not-as-expected"),
  /** the test says {@code expect undefined}: nobody has said what should happen */
  UNDEFINED("undefined"),
  /** the test expects nothing of this kernel */
  NO_EXPECTATION("no-expectation"),
  /** a bound was reached before the expectation could be judged */
  UNKNOWN("unknown"),
  /** the test touches something that the model of this kernel does not cover */
  OUT_OF_MODEL("out-of-model");

  private final String word;

  Grade(String word) {
    this.word = word;
  }

  /** The word of the JSON output. */
  public String word() {
    return word;
  }
}
