package cowherd.cli;

/** Mistakes in files, as a user reads them. Exit status 2. */
final class Mistakes extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String text;

  /**
   * @param text rendered diagnostics
   */
  Mistakes(String text) {
    super("mistakes in a file", null, false, false);
    this.text = text;
  }

  String text() {
    return text;
  }
}
