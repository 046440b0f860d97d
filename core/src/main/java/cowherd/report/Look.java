package cowherd.report;

/**
 * How a report for people looks.
 *
 * @param columns width of a line, {@link #COLUMNS_MIN} to {@link #COLUMNS_MAX}
 * @param colour whether escape sequences for colours may be used
 */
public record Look(int columns, boolean colour) {
  /** Narrowest line. */
  public static final int COLUMNS_MIN = 60;

  /** Widest line. */
  public static final int COLUMNS_MAX = 240;

  /** Width where nobody says otherwise. */
  public static final int COLUMNS_DEFAULT = 100;

  /** For a pipe or a file. */
  public static final Look PLAIN = new Look(COLUMNS_DEFAULT, false);

  public Look {
    columns = Math.clamp(columns, COLUMNS_MIN, COLUMNS_MAX);
  }

  /** What a piece of text is, which decides about its colour. */
  public enum Ink {
    HEADING("1"),
    GOOD("32"),
    BAD("31"),
    ALARM("1;31"),
    DOUBT("33"),
    FAINT("2");

    private final String code;

    Ink(String code) {
      this.code = code;
    }
  }

  /** The text in its colour; its width does not change. */
  public String paint(Ink ink, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + ink.code + "m" + text + "\u001b[0m" : text;
  }
}
