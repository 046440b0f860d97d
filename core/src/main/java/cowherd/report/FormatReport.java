package cowherd.report;

/** What {@code fmt} did with a file. */
public final class FormatReport {
  private FormatReport() {}

  /** One JSON object on a line. */
  public static String json(String file, boolean changed) {
    return new Json().open('{').field("file", file).field("changed", changed).close('}') + "\n";
  }
}
