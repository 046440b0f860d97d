package cowherd.report;

import cowherd.free.Found;
import cowherd.free.Hunt;
import cowherd.free.Reduction;
import cowherd.litmus.Formatter;
import cowherd.operation.PropertyName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a hunt found, as a file of the test language: the programs as tests with the verdicts of
 * every kernel as expectations, and everything else as comments.
 */
public final class HuntReport {
  private static final double NANOS = 1e9;

  private HuntReport() {}

  /**
   * The text.
   *
   * @param kernel how the user calls the kernel
   * @param nanos time it took, nanoseconds
   */
  public static String text(Hunt.Request request, Hunt.Result result, String kernel, long nanos) {
    List<String> blocks = new ArrayList<>();
    blocks.add(FreeText.comment(List.of(question(request, kernel))));
    for (int i = 0; i < result.found().size(); i++) {
      blocks.add(found(result.found().get(i)));
    }
    blocks.add(FreeText.comment(answer(request, result, nanos)));
    return String.join("\n", blocks);
  }

  /** A program as a test: its text, and the verdict of every kernel. */
  public static String found(Found found) {
    List<String> shortest = new ArrayList<>();
    shortest.add(
        String.format(
            Locale.ROOT,
            "%s is broken by a program of %s; the shortest run has %s.",
            found.property().word(),
            FreeText.count(found.calls(), "call"),
            FreeText.count(found.steps(), "step")));
    String text =
        FreeText.comment(shortest)
            + found.source()
            + "\n"
            + new ExpectationText().of(found.results().subList(1, found.results().size()));
    return Formatter.format("found", text) instanceof Formatter.Formatted formatted
        ? formatted.text()
        : text;
  }

  private static String question(Hunt.Request request, String kernel) {
    return "cowherd hunt " + kernel + ": every program of " + FreeText.configuration(request.configuration(), request.maxCalls()) + ".";
  }

  private static List<String> answer(Hunt.Request request, Hunt.Result result, long nanos) {
    List<String> lines = new ArrayList<>();
    String properties =
        request.properties().stream()
            .sorted()
            .map(PropertyName::word)
            .collect(Collectors.joining(", "));
    boolean several = request.properties().size() > 1;
    if (result.stopped().isEmpty() && result.found().isEmpty()) {
      lines.add(
          properties
              + (several ? " hold" : " holds")
              + " for every such program: nothing is left to explore.");
    } else if (result.stopped().isEmpty()) {
      lines.add(
          "Nothing is left to explore: every such program that breaks "
              + properties
              + " contains one of these "
              + result.found().size()
              + ".");
    } else if (result.found().isEmpty()) {
      lines.add("Unknown: stopped by " + result.stopped().get() + " before anything was found.");
    } else {
      lines.add("Stopped by " + result.stopped().get() + ": there may be others.");
    }
    lines.add(size(result, nanos));
    lines.addAll(assumptions(request, result));
    return lines;
  }

  private static String size(Hunt.Result result, long nanos) {
    return String.format(
        Locale.ROOT,
        "%s states, %s transitions, %.1f s.",
        FreeText.grouped(result.states()),
        FreeText.grouped(result.transitions()),
        nanos / NANOS);
  }

  private static List<String> assumptions(Hunt.Request request, Hunt.Result result) {
    List<String> lines = new ArrayList<>();
    lines.add("Assumed: sequential consistency, and the atomic steps of the model.");
    String names =
        request.reductions().stream().sorted().map(Reduction::word).collect(Collectors.joining(", "));
    lines.add("Reductions: " + (names.isEmpty() ? "none" : "names of " + names) + ".");
    if (!result.outOfModel().isEmpty()) {
      lines.add(FreeText.leftOut(result.outOfModel()));
    }
    return lines;
  }

  /** One JSON object a line: each program, then the summary. */
  public static String json(Hunt.Request request, Hunt.Result result, String kernel, long nanos) {
    StringBuilder out = new StringBuilder();
    for (Found found : result.found()) {
      Json json = new Json().open('{');
      json.field("kernel", kernel);
      json.field("property", found.property().word());
      json.field("calls", found.calls());
      json.field("steps", found.steps());
      json.field("test", found(found));
      out.append(json.close('}')).append('\n');
    }
    Json json = new Json().open('{');
    json.field("kernel", kernel);
    json.field("properties", request.properties().stream().sorted().map(PropertyName::word).toList());
    json.field("configuration", FreeText.configuration(request.configuration(), request.maxCalls()));
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
