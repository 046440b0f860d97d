package cowherd.reality;

import cowherd.report.Lines;
import cowherd.report.Look;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Why something was not done, and how often, the most frequent reason first. */
final class Reasons {
  private Reasons() {}

  /** Appends a paragraph for each reason below a line that says what; nothing for no reasons. */
  static void append(StringBuilder out, String what, Map<String, Integer> reasons, Look look) {
    if (reasons.isEmpty()) {
      return;
    }
    int sum = reasons.values().stream().mapToInt(n -> n).sum();
    out.append("\n%,d %s:\n".formatted(sum, what));
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(reasons.entrySet());
    sorted.sort(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()));
    for (Map.Entry<String, Integer> reason : sorted) {
      Lines.paragraph(
          out, "%6d  ".formatted(reason.getValue()), "        ", reason.getKey(), look.columns());
    }
  }
}
