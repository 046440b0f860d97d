package cowherd.kernel.source;

/**
 * A mistake in a source text.
 *
 * @param file the name of the file as the user knows it
 * @param line 1-based; 0 when the file as a whole is meant
 * @param column 1-based, in UTF-16 units of the line; 0 when the file as a whole is meant
 * @param length how many UTF-16 units are underlined; 0 for a position between characters
 * @param message what is wrong, a clause without a full stop
 * @param fix what to write instead, or empty
 */
public record Diagnostic(
    String file, int line, int column, int length, String message, String fix) {

  public Diagnostic {
    if (line < 0 || column < 0 || length < 0 || (line == 0) != (column == 0)) {
      throw new IllegalArgumentException("Diagnostic: no such position");
    }
  }

  /** A mistake that concerns the file as a whole. */
  public static Diagnostic ofFile(String file, String message, String fix) {
    return new Diagnostic(file, 0, 0, 0, message, fix);
  }

  /** One line without the excerpt: {@code file:line:column: error: message}. */
  public String headline() {
    String place = line == 0 ? file : file + ":" + line + ":" + column;
    return place + ": error: " + message;
  }
}
