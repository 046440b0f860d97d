package cowherd.reality;

import cowherd.emit.Stress.Answer;
import cowherd.emit.Stress.Seen;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.reality.StressRun.Result;
import cowherd.report.Json;
import cowherd.report.Lines;
import cowherd.report.Look;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What free runs on a real kernel came to, as text and as JSON lines. */
public final class StressReport {
  private final Kernel model;
  private final Look look;
  private final int repetitions;

  /** Against a model, so many repetitions asked for. */
  public StressReport(Kernel model, Look look, int repetitions) {
    this.model = model;
    this.look = look;
    this.repetitions = repetitions;
  }

  /**
   * Counts of tests.
   *
   * @param witnesses outcomes that were seen and that only a race inside of calls gives
   * @param never outcomes that the model allows and nobody saw
   */
  public record Counts(
      int tests,
      int agree,
      int disagree,
      long runs,
      long lost,
      long refused,
      int witnesses,
      int never,
      Map<String, Integer> skipped,
      Map<String, Integer> untried) {
    /** Of results. */
    public static Counts of(List<Result> results) {
      int agree = 0;
      int disagree = 0;
      long runs = 0;
      long lost = 0;
      long refused = 0;
      int witnesses = 0;
      int never = 0;
      Map<String, Integer> skipped = new TreeMap<>();
      Map<String, Integer> untried = new TreeMap<>();
      for (Result result : results) {
        if (!result.skipped().isEmpty()) {
          skipped.merge(result.skipped(), 1, Integer::sum);
        }
        switch (result.answer().orElse(null)) {
          case null -> {}
          case Answer.Untried(String reason) -> untried.merge(reason, 1, Integer::sum);
          case Answer.Compared c -> {
            agree += c.forbidden().isEmpty() ? 1 : 0;
            disagree += c.forbidden().isEmpty() ? 0 : 1;
            runs += c.runs();
            lost += c.lost();
            refused += c.refused();
            witnesses += c.witnesses().size();
            never += c.never().size();
          }
        }
      }
      return new Counts(
          results.size(), agree, disagree, runs, lost, refused, witnesses, never, skipped, untried);
    }
  }

  /** All results: what the model forbids, then witnesses, then counts. */
  public String text(List<Result> results) {
    StringBuilder out = new StringBuilder();
    StringBuilder witnesses = new StringBuilder();
    List<String> early = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    int processors = 0;
    for (Result result : results) {
      if (result.answer().orElse(null) instanceof Answer.Compared compared) {
        processors = Math.max(processors, compared.processors());
        if (!compared.forbidden().isEmpty()) {
          disagreement(out, result.test(), compared);
        }
        witnesses(witnesses, result.test(), compared);
        if (compared.lost() > 0) {
          lost.add("%s (%s)".formatted(result.test().name(), compared.lostWhy()));
        }
        if (compared.runs() + compared.lost() < repetitions) {
          early.add("%s (%,d)".formatted(result.test().name(), compared.runs()));
        }
      }
    }
    out.append(witnesses);
    out.append(out.isEmpty() ? "" : "\n");
    counts(out, Counts.of(results), processors, early, lost);
    return out.toString();
  }

  private void disagreement(StringBuilder out, LitmusTest test, Answer.Compared compared) {
    out.append(look.paint(Ink.BAD, "The kernel did what the model forbids: "));
    out.append("%s  %s:%d\n".formatted(test.name(), test.file(), test.line()));
    for (Seen seen : compared.forbidden()) {
      paragraph(
          out,
          "  seen     ",
          "%s: %,d of %,d, first in run %,d; %s"
              .formatted(
                  told(seen.outcome()),
                  seen.count(),
                  compared.runs(),
                  seen.first(),
                  String.join("; ", seen.differs())));
    }
    for (String allowed : compared.allowed()) {
      long count =
          compared.seen().stream()
              .filter(s -> s.outcome().equals(allowed))
              .mapToLong(Seen::count)
              .sum();
      paragraph(out, "  allowed  ", "%s: %,d".formatted(told(allowed), count));
    }
    out.append("  again    cowherd run --stress %d %s\n\n".formatted(repetitions, test.file()));
  }

  private void witnesses(StringBuilder out, LitmusTest test, Answer.Compared compared) {
    for (Seen seen : compared.witnesses()) {
      paragraph(
          out,
          test.name() + ": ",
          "%s: seen %,d of %,d: a race inside of calls"
              .formatted(told(seen.outcome()), seen.count(), compared.runs()));
    }
  }

  private void paragraph(StringBuilder out, String begin, String text) {
    Lines.paragraph(out, begin, "           ", text, look.columns());
  }

  private static String told(String outcome) {
    return outcome.isEmpty() ? "(no registers)" : outcome;
  }

  private void counts(
      StringBuilder out, Counts c, int processors, List<String> early, List<String> lost) {
    out.append(
        "%,d tests, %,d ran freely: %,d agree, %,d disagree; %,d runs on %s\n"
            .formatted(
                c.tests,
                c.agree + c.disagree,
                c.agree,
                c.disagree,
                c.runs,
                processors == 1
                    ? "one CPU: races need a thread that is preempted inside of a call"
                    : processors + " CPUs"));
    out.append(
        "%,d outcomes are witnesses of a race inside of calls; %,d were never seen though the model allows them\n"
            .formatted(c.witnesses, c.never));
    if (c.lost > 0) {
      Lines.paragraph(
          out,
          "%,d runs did not come to rest and count as not tried: ".formatted(c.lost),
          "  ",
          String.join("; ", lost),
          look.columns());
    }
    if (c.refused > 0) {
      out.append("%,d runs in which MADV_PAGEOUT took no page say nothing\n".formatted(c.refused));
    }
    if (!early.isEmpty()) {
      Lines.paragraph(
          out,
          "Fewer runs, because of --stress-seconds or too many lost ones: ",
          "  ",
          String.join(", ", early),
          look.columns());
    }
    Reasons.append(out, "tests not run", c.skipped, look);
    Reasons.append(out, "tests not compared", c.untried, look);
  }

  /** One object for each test. */
  public String json(List<Result> results) {
    StringBuilder out = new StringBuilder();
    for (Result result : results) {
      LitmusTest test = result.test();
      Json json = ConformanceReport.begin(test, model);
      switch (result.answer().orElse(null)) {
        case null -> json.field("answer", "skipped").field("reason", result.skipped());
        case Answer.Untried(String reason) ->
            json.field("answer", "untried").field("reason", reason);
        case Answer.Compared c -> {
          json.field("answer", c.forbidden().isEmpty() ? "agrees" : "disagrees")
              .field("runs", c.runs())
              .field("lost", c.lost())
              .field("lostWhy", c.lostWhy())
              .field("refused", c.refused())
              .field("processors", c.processors());
          json.name("outcomes").open('[');
          c.forbidden().forEach(seen -> outcome(json, seen, false));
          c.seen().forEach(seen -> outcome(json, seen, true));
          json.close(']').field("never", List.copyOf(c.never()));
        }
      }
      out.append(json.close('}')).append('\n');
    }
    return out.toString();
  }

  private static void outcome(Json json, Seen seen, boolean allowed) {
    json.open('{')
        .field("outcome", seen.outcome())
        .field("count", seen.count())
        .field("first", seen.first())
        .field("allowed", allowed)
        .field("race", seen.isRace());
    if (!allowed) {
      json.field("differs", seen.differs());
    }
    json.close('}');
  }
}
