package cowherd.report;

import cowherd.free.Found;
import cowherd.free.Hunt;
import cowherd.free.Reduction;
import cowherd.litmus.Formatter;
import cowherd.operation.PropertyName;
import cowherd.search.SearchOptions;
import cowherd.search.SearchResult;
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
   * How a hunt was asked for.
   *
   * @param kernel how the user calls the kernel
   * @param options how the search went
   * @param nanos time it took, nanoseconds
   */
  public record Asked(String kernel, SearchOptions options, long nanos) {}

  /**
   * The text.
   *
   * @param asked how it was asked for
   */
  public static String text(Hunt.Request request, Hunt.Result result, Asked asked) {
    List<String> blocks = new ArrayList<>();
    blocks.add(FreeText.comment(List.of(question(request, asked))));
    for (int i = 0; i < result.found().size(); i++) {
      blocks.add(found(result.found().get(i)));
    }
    blocks.add(FreeText.comment(answer(request, result, asked)));
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
    return Formatter.formatted(text);
  }

  private static String question(Hunt.Request request, Asked asked) {
    return "cowherd hunt "
        + asked.kernel()
        + ": every program of "
        + FreeText.configuration(request.configuration(), asked.options().maxCalls())
        + ".";
  }

  private static List<String> answer(Hunt.Request request, Hunt.Result result, Asked asked) {
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
    lines.addAll(figures(result.search(), asked));
    lines.addAll(assumptions(request, result));
    return lines;
  }

  private static List<String> figures(SearchResult search, Asked asked) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s states of %d bits, %s transitions, %s, %.1f s, %d MB.",
            FreeText.grouped(search.states()),
            search.bitsPerState(),
            FreeText.grouped(search.transitions()),
            FreeText.count(search.levels(), "level"),
            asked.nanos() / NANOS,
            (search.memoryBytes() >> 20) + 1));
    if (!asked.options().exact()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "By fingerprints of 64 bits: two different states were taken for one with a probability"
                  + " of at most %.1e.",
              search.collision()));
    }
    return lines;
  }

  private static List<String> assumptions(Hunt.Request request, Hunt.Result result) {
    List<String> lines = new ArrayList<>();
    lines.add("Assumed: sequential consistency, and the atomic steps of the model.");
    String names =
        request.reductions().stream()
            .sorted()
            .map(Reduction::word)
            .collect(Collectors.joining(", "));
    lines.add("Reductions: " + (names.isEmpty() ? "none" : "names of " + names) + ".");
    if (!result.outOfModel().isEmpty()) {
      lines.add(FreeText.leftOut(result.outOfModel()));
    }
    return lines;
  }

  /** One JSON object a line: each program, then the summary. */
  public static String json(Hunt.Request request, Hunt.Result result, Asked asked) {
    StringBuilder out = new StringBuilder();
    for (Found found : result.found()) {
      Json json = new Json().open('{');
      json.field("kernel", asked.kernel());
      json.field("property", found.property().word());
      json.field("calls", found.calls());
      json.field("steps", found.steps());
      json.field("test", found(found));
      out.append(json.close('}')).append('\n');
    }
    Json json = new Json().open('{');
    json.field("kernel", asked.kernel());
    json.field(
        "properties", request.properties().stream().sorted().map(PropertyName::word).toList());
    json.field(
        "configuration",
        FreeText.configuration(request.configuration(), asked.options().maxCalls()));
    json.field("exhausted", result.stopped().isEmpty());
    json.field("stopped", result.stopped().orElse(""));
    json.field("found", result.found().size());
    json.field("states", result.search().states());
    json.field("transitions", result.search().transitions());
    json.field("levels", result.search().levels());
    json.field("exact", asked.options().exact());
    json.name("collision").raw(String.format(Locale.ROOT, "%.3e", result.search().collision()));
    json.field("memoryBytes", result.search().memoryBytes());
    json.field("outOfModel", List.copyOf(result.outOfModel()));
    json.name("seconds").raw(String.format(Locale.ROOT, "%.3f", asked.nanos() / NANOS));
    return out.append(json.close('}')).append('\n').toString();
  }
}
