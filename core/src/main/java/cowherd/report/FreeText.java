package cowherd.report;

import cowherd.free.Configuration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Words that the reports on free programs share. */
final class FreeText {
  private static final String COMMENT = "// ";

  private FreeText() {}

  /** Lines as comments of the test language. */
  static String comment(List<String> lines) {
    StringBuilder out = new StringBuilder();
    for (String line : lines) {
      Lines.paragraph(out, COMMENT, COMMENT + "  ", Lines.visible(line), Look.COLUMNS_DEFAULT);
    }
    return out.toString();
  }

  /** What the programs of a configuration are. */
  static String configuration(Configuration c, int maxCalls) {
    String calls =
        maxCalls == Integer.MAX_VALUE
            ? "any number of calls"
            : "at most " + count(maxCalls, "call");
    List<String> actors = c.operations().actorNames();
    return c.text()
        + "; "
        + calls
        + " from "
        + String.join(", ", c.operations().names())
        + "; background actors: "
        + (actors.isEmpty() ? "none" : String.join(", ", actors));
  }

  static String leftOut(Set<String> outOfModel) {
    return "Left out, as the model does not cover it: " + String.join("; ", outOfModel) + ".";
  }

  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** A number with blanks between groups of three digits. */
  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
  }
}
