package cowherd.report;

import cowherd.report.Look.Ink;
import java.util.List;

/** A table whose last column is wrapped when it is too wide. */
public final class Tables {
  private static final int GAP = 2;
  private static final int LAST_COLUMN_MIN = 24;

  private Tables() {}

  /**
   * @param heading one word for each column
   * @param rows as many cells as the heading
   */
  public static String text(List<String> heading, List<List<String>> rows, Look look, Ink ink) {
    int last = heading.size() - 1;
    int[] widths = new int[last];
    for (int column = 0; column < last; column++) {
      widths[column] = Lines.width(heading.get(column));
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], Lines.width(row.get(column)));
      }
    }
    int indent = 0;
    for (int width : widths) {
      indent += width + GAP;
    }
    StringBuilder out = new StringBuilder();
    out.append(look.paint(ink, start(heading, widths) + heading.get(last))).append('\n');
    for (List<String> row : rows) {
      String text = start(row, widths);
      int room = Math.max(LAST_COLUMN_MIN, look.columns() - indent);
      for (String line : Lines.wrap(row.get(last), room)) {
        out.append(Lines.trimmed(text + line)).append('\n');
        text = " ".repeat(indent);
      }
    }
    return out.toString();
  }

  private static String start(List<String> row, int[] widths) {
    StringBuilder out = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      out.append(Lines.pad(row.get(column), widths[column] + GAP));
    }
    return out.toString();
  }
}
