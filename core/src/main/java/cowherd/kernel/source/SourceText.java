package cowherd.kernel.source;

import java.util.Arrays;
import java.util.Optional;

/**
 * A named text that knows its lines. Offsets are UTF-16 units from 0; lines and columns count from
 * 1. Immutable.
 */
public final class SourceText {
  /** Columns of source text in an excerpt; longer lines are cut around the caret. */
  public static final int EXCERPT_COLUMNS_MAX = 96;

  /** Distance of tab stops in an excerpt. */
  static final int TAB_COLUMNS = 8;

  private static final String CUT = "...";

  private final String file;
  private final String text;
  private final int[] lineStarts;

  public SourceText(String file, String text) {
    this.file = file;
    this.text = text;
    this.lineStarts = lineStarts(text);
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[16];
    int count = 1;
    for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, count * 2);
      }
      starts[count++] = at + 1;
    }
    return Arrays.copyOf(starts, count);
  }

  /** The name of the file as the user knows it. */
  public String file() {
    return file;
  }

  /** The whole text. */
  public String text() {
    return text;
  }

  /** Number of lines, at least 1. */
  public int lines() {
    return lineStarts.length;
  }

  /** The 1-based line of an offset; the end of the text belongs to the last line. */
  public int line(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** The 1-based column of an offset. */
  public int column(int offset) {
    return offset - lineStarts[line(offset) - 1] + 1;
  }

  /** The text of a line (1-based), without its terminator. */
  public String lineText(int line) {
    int start = lineStarts[line - 1];
    int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
    if (end > start && text.charAt(end - 1) == '\r') {
      end--;
    }
    return text.substring(start, end);
  }

  /** A mistake at {@code offset}, {@code length} units long. */
  public Diagnostic diagnostic(int offset, int length, String message, String fix) {
    return new Diagnostic(file, line(offset), column(offset), length, message, fix);
  }

  /**
   * The diagnostic as a user reads it, lines ended by {@code \n}:
   *
   * <pre>
   * my.kernel:12:15: error: there is no fact `refcont`
   *   12 |     copy when refcont != 1;
   *      |               ^~~~~~~
   *      = did you mean `refcount`?
   * </pre>
   */
  public String render(Diagnostic diagnostic) {
    return render(diagnostic, Optional.of(this));
  }

  static String render(Diagnostic diagnostic, Optional<SourceText> source) {
    StringBuilder out = new StringBuilder(visible(diagnostic.headline())).append('\n');
    String number = Integer.toString(Math.max(diagnostic.line(), 1));
    String margin = "  " + " ".repeat(number.length());
    if (source.isPresent() && diagnostic.line() > 0 && diagnostic.line() <= source.get().lines()) {
      Excerpt excerpt = source.get().excerpt(diagnostic);
      out.append("  ").append(number).append(" | ").append(excerpt.text()).append('\n');
      out.append(margin).append(" | ").append(excerpt.marker()).append('\n');
    }
    if (!diagnostic.fix().isEmpty()) {
      out.append(margin).append(" = ").append(visible(diagnostic.fix())).append('\n');
    }
    return out.toString();
  }

  /** A line as it is shown, tabs expanded and cut to a window, and the marker below it. */
  private record Excerpt(String text, String marker) {}

  private Excerpt excerpt(Diagnostic diagnostic) {
    String line = lineText(diagnostic.line());
    int from = Math.min(diagnostic.column() - 1, line.length());
    int to = Math.min(from + diagnostic.length(), line.length());
    // Only a neighbourhood of the caret can be seen: a line of megabytes costs no more than a short
    // one. Tab stops then count from the start of the neighbourhood.
    int lead = Math.max(0, from - EXCERPT_COLUMNS_MAX);
    int tail = Math.min(line.length(), from + 2 * EXCERPT_COLUMNS_MAX);
    String before = expand(line.substring(lead, from), 0);
    String marked = expand(line.substring(from, Math.min(to, tail)), before.length());
    String after =
        expand(line.substring(Math.min(to, tail), tail), before.length() + marked.length());
    return window(before, marked, after, lead > 0, tail < line.length());
  }

  private static Excerpt window(
      String before, String marked, String after, boolean cutBefore, boolean cutAfter) {
    String all = before + marked + after;
    int caret = before.length();
    int start = 0;
    if (all.length() > EXCERPT_COLUMNS_MAX) {
      int margin = Math.max(0, EXCERPT_COLUMNS_MAX - Math.max(1, marked.length())) / 2;
      start = Math.clamp(caret - margin, 0, all.length() - EXCERPT_COLUMNS_MAX);
      start = Math.min(start, caret);
    }
    int end = Math.min(all.length(), start + EXCERPT_COLUMNS_MAX);
    String left = start > 0 || cutBefore ? CUT : "";
    String right = end < all.length() || cutAfter ? CUT : "";
    int underline = Math.min(caret + marked.length(), end) - caret;
    String marker =
        " ".repeat(left.length() + caret - start) + "^" + "~".repeat(Math.max(0, underline - 1));
    return new Excerpt(left + all.substring(start, end) + right, marker);
  }

  private static String expand(String part, int column) {
    StringBuilder out = new StringBuilder(part.length());
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '\t') {
        int at = column + out.length();
        out.append(" ".repeat(TAB_COLUMNS - at % TAB_COLUMNS));
      } else {
        out.append(visible(c));
      }
    }
    return out.toString();
  }

  private static String visible(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      out.append(visible(text.charAt(i)));
    }
    return out.toString();
  }

  /** Control characters could move the cursor or recolour a terminal: they are not repeated. */
  private static char visible(char c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '\uFFFD' : c;
  }
}
