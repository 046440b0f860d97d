package cowherd.report;

import java.util.ArrayList;
import java.util.List;

/** Lays text out in lines of a fixed width. */
public final class Lines {
  private Lines() {}

  /** Columns that a text without escape sequences takes. */
  public static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** The text, filled up with blanks on its right. */
  public static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - width(text)));
  }

  /** A text that cannot move the cursor or recolour the terminal, on one line. */
  public static String visible(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == '\n' || c == '\t' ? ' ' : c)
        .map(c -> Character.isISOControl(c) || isFormat(c) ? 0xFFFD : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  private static boolean isFormat(int c) {
    return Character.getType(c) == Character.FORMAT;
  }

  /** Without the blanks at its end. */
  public static String trimmed(String text) {
    return text.stripTrailing();
  }

  /**
   * Breaks a text at blanks; a word that is too long is cut.
   *
   * @param columns most columns of a line, at least 1
   * @return at least one line
   */
  public static List<String> wrap(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && width(line.toString()) + 1 + width(word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      String rest = word;
      while (width(rest) > columns) {
        int cut = rest.offsetByCodePoints(0, columns);
        lines.add(rest.substring(0, cut));
        rest = rest.substring(cut);
      }
      line.append(line.isEmpty() ? "" : " ").append(rest);
    }
    lines.add(line.toString());
    return lines;
  }

  /** A text, wrapped, after a prefix; the further lines are indented. */
  public static void paragraph(
      StringBuilder out, String first, String indent, String text, int columns) {
    int room = Math.max(20, columns - Math.max(width(first), width(indent)));
    String prefix = first;
    for (String line : wrap(text, room)) {
      out.append(trimmed(prefix + line)).append('\n');
      prefix = indent;
    }
  }
}
