package cowherd.reality;

import cowherd.emit.Carried;
import cowherd.emit.ObservedParser;
import cowherd.emit.Trial;
import cowherd.reality.Conformance.Result;
import cowherd.reality.Conformance.Tried;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a kernel answered, as a file of observations (docs/observed.md). */
public final class Recording {
  private static final Pattern KERNEL = Pattern.compile("kernel (\\S+), ([^;]*);");

  private Recording() {}

  /**
   * The file.
   *
   * @param how where the kernel ran
   * @param model what speaks for it: a name, or a path from the file's folder
   */
  public static String text(List<Result> results, String how, String model) {
    StringBuilder lines = new StringBuilder();
    String release = "unknown";
    String user = "";
    for (Result result : results) {
      for (Tried tried : result.tried()) {
        Matcher matcher = KERNEL.matcher(tried.kernelLine());
        if (matcher.find()) {
          release = matcher.group(1);
          user = matcher.group(2);
        }
        lines.append(line(result, tried));
      }
    }
    return "// What Linux %s answered, call by call; written by `cowherd run --record`.\n\n"
            .formatted(release)
        + "kernel %s \"%s, %s\"\nmodel %s\nsource \"cowherd run --record\"\n\n"
            .formatted(release, how, user, model)
        + lines;
  }

  private static String line(Result result, Tried tried) {
    if (!(result.plan().carried() instanceof Carried.Runnable runnable)
        || tried.answer() instanceof Trial.Answer.Untried
        || tried.schedule().isEmpty()
        || tried.schedule().size() > ObservedParser.CALLS_MAX) {
      return "";
    }
    String seen = Trial.answered(runnable.test(), tried.schedule(), tried.output());
    List<String> threads =
        ConformanceReport.schedule(result.plan(), Trial.begun(tried.schedule(), tried.output()));
    return seen.isEmpty() || threads.isEmpty()
        ? ""
        : runnable.test().name() + "  " + String.join(" ", threads) + " -> " + seen + "\n";
  }
}
