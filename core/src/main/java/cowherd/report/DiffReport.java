package cowherd.report;

import cowherd.free.Diff;
import cowherd.free.Difference;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.litmus.Formatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where two kernels differ, as a file of the test language: the programs as tests, and everything
 * else as comments.
 */
public final class DiffReport {
  private static final double NANOS = 1e9;

  private DiffReport() {}

  /** The text. */
  public static String text(
      Diff.Request request, Diff.Result result, List<String> kernels, long nanos) {
    List<String> blocks = new ArrayList<>();
    blocks.add(
        FreeText.comment(
            List.of(
                "cowherd diff "
                    + String.join(" ", kernels)
                    + ": every program of "
                    + FreeText.configuration(request.configuration(), request.maxCalls())
                    + "."
                    + " Call by call: each runs as far as it gets without waiting.")));
    int number = 1;
    for (Difference difference : result.found()) {
      blocks.add(difference(request, difference, kernels, number++));
    }
    blocks.add(FreeText.comment(answer(request, result, nanos)));
    return String.join("\n", blocks);
  }

  private static String difference(
      Diff.Request request, Difference difference, List<String> kernels, int number) {
    List<String> lines = new ArrayList<>();
    lines.add(number + ". " + difference.sentence() + ": " + rules(request, difference, kernels));
    if (difference.results().isEmpty() && !request.costs()) {
      lines.add("The verdict of the test does not show it: it must be run in this order.");
    }
    String text = FreeText.comment(lines) + difference.source();
    if (!difference.results().isEmpty()) {
      text += "\n" + new ExpectationText().of(difference.results());
    }
    return Formatter.formatted(text);
  }

  /** One sentence that names the rules. */
  static String rules(Diff.Request request, Difference difference, List<String> kernels) {
    String first = rule(request.kernels().get(0), difference.cause().first(), kernels.get(0));
    String second = rule(request.kernels().get(1), difference.cause().second(), kernels.get(1));
    String alone = difference.cause().alone() ? "" : " (not that decision alone)";
    return first + ", " + second + alone + ".";
  }

  private static String rule(Kernel kernel, Optional<Rule> rule, String label) {
    return rule.map(r ->
            label
                + " decides on "
                + r.decision().phrase()
                + ": `"
                + r.text()
                + "`"
                + source(kernel, r))
        .orElse(label + " does not ask");
  }

  private static String source(Kernel kernel, Rule rule) {
    String both = (RuleLine.function(kernel, rule) + " " + RuleLine.commit(kernel, rule)).strip();
    return both.isEmpty() ? "" : " (" + both + ")";
  }

  private static List<String> answer(Diff.Request request, Diff.Result result, long nanos) {
    List<String> lines = new ArrayList<>();
    String what = request.costs() ? "in copies and faults " : "";
    if (result.stopped().isPresent()) {
      lines.add("Stopped by " + result.stopped().get() + ": there may be others.");
    } else if (result.found().isEmpty()) {
      lines.add("No difference " + what + "in this configuration: nothing is left to explore.");
    } else {
      lines.add(
          "Nothing is left to explore: every such program on which they differ "
              + what
              + "contains one of these "
              + result.found().size()
              + ".");
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "%s pairs of states, %s calls, %.1f s.",
            FreeText.grouped(result.states()),
            FreeText.grouped(result.transitions()),
            nanos / NANOS));
    if (!result.outOfModel().isEmpty()) {
      lines.add(FreeText.leftOut(result.outOfModel()));
    }
    return lines;
  }

  /** One JSON object a line: each program, then the summary. */
  public static String json(
      Diff.Request request, Diff.Result result, List<String> kernels, long nanos) {
    StringBuilder out = new StringBuilder();
    int number = 1;
    for (Difference difference : result.found()) {
      Json json = new Json().open('{');
      json.field("kernels", kernels);
      json.field("difference", difference.sentence());
      json.field("rules", rules(request, difference, kernels));
      json.field("test", difference(request, difference, kernels, number++));
      out.append(json.close('}')).append('\n');
    }
    Json json = new Json().open('{');
    json.field("kernels", kernels);
    json.field(
        "configuration", FreeText.configuration(request.configuration(), request.maxCalls()));
    json.field("exhausted", result.stopped().isEmpty());
    json.field("stopped", result.stopped().orElse(""));
    json.field("found", result.found().size());
    json.field("states", result.states());
    json.field("transitions", result.transitions());
    json.field("outOfModel", List.copyOf(result.outOfModel()));
    json.name("seconds").raw(String.format(Locale.ROOT, "%.3f", nanos / NANOS));
    return out.append(json.close('}')).append('\n').toString();
  }
}
