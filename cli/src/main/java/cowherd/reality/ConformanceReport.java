package cowherd.reality;

import cowherd.emit.Carried;
import cowherd.emit.Trial.Answer;
import cowherd.emit.Trial.Row;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Program.ThreadInfo;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import cowherd.reality.Conformance.Tried;
import cowherd.report.Json;
import cowherd.report.Lines;
import cowherd.report.Look;
import cowherd.report.Look.Ink;
import cowherd.report.RuleLine;
import cowherd.report.Tables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run on a real kernel came to, as text and as JSON lines. */
public final class ConformanceReport {
  private static final int FULL_REPORTS = 1;

  private final Kernel model;
  private final Look look;

  /** Against a model. */
  public ConformanceReport(Kernel model, Look look) {
    this.model = model;
    this.look = look;
  }

  /**
   * Counts.
   *
   * @param truncated tests that have more schedules than were run
   * @param unseen outcomes that the model allows for schedules that were run, and nobody saw
   */
  public record Counts(
      int tests,
      int agree,
      int disagree,
      int unseen,
      List<String> truncated,
      Map<String, Integer> testsSkipped,
      Map<String, Integer> untried) {
    /** Of results. */
    public static Counts of(List<Result> results) {
      int agree = 0;
      int disagree = 0;
      int unseen = 0;
      List<String> truncated = new ArrayList<>();
      Map<String, Integer> skipped = new TreeMap<>();
      Map<String, Integer> untried = new TreeMap<>();
      for (Result result : results) {
        if (!result.plan().whole()) {
          truncated.add(test(result.plan()).name());
        }
        if (!result.plan().skipped().isEmpty()) {
          skipped.merge(result.plan().skipped(), 1, Integer::sum);
        }
        for (Tried tried : result.tried()) {
          switch (tried.answer()) {
            case Answer.Agrees agrees -> {
              agree++;
              unseen += agrees.allowed().size() - 1;
            }
            case Answer.Disagrees _ -> disagree++;
            case Answer.Untried(String reason) -> untried.merge(reason, 1, Integer::sum);
          }
        }
      }
      return new Counts(results.size(), agree, disagree, unseen, truncated, skipped, untried);
    }
  }

  /** All results: disagreements, the first of them whole, then counts. */
  public String text(List<Result> results) {
    StringBuilder out = new StringBuilder();
    int told = 0;
    for (Result result : results) {
      for (Tried tried : result.tried()) {
        if (tried.answer() instanceof Answer.Disagrees disagrees) {
          if (told++ < FULL_REPORTS) {
            out.append(disagreement(result.plan(), tried, disagrees));
          } else {
            out.append(line(result.plan(), tried, disagrees));
          }
        }
      }
    }
    return out.append(told > 0 ? "\n" : "").append(counts(Counts.of(results))).toString();
  }

  /** What the kernel did in every schedule, call by call, and how often it did the same. */
  public String histories(List<Result> results) {
    StringBuilder out = new StringBuilder();
    for (Result result : results) {
      Map<List<Integer>, Map<List<List<String>>, Integer>> seen = new LinkedHashMap<>();
      for (Tried tried : result.tried()) {
        if (tried.answer() instanceof Answer.Agrees agrees) {
          List<List<String>> rows =
              agrees.history().stream().map(row -> List.of(row.call(), row.kernel())).toList();
          seen.computeIfAbsent(tried.schedule(), _ -> new LinkedHashMap<>())
              .merge(rows, 1, Integer::sum);
        }
      }
      seen.forEach((schedule, histories) -> {
        int all = histories.values().stream().mapToInt(n -> n).sum();
        histories.forEach((rows, times) -> {
          out.append(look.paint(Ink.HEADING, test(result.plan()).name()));
          out.append("  ").append(String.join(" ", schedule(result.plan(), schedule)));
          out.append(all > 1 ? "  %,d of %,d times\n".formatted(times, all) : "\n");
          out.append(Tables.text(List.of("call", "seen"), rows, look, Ink.HEADING)).append('\n');
        });
      });
    }
    return out.toString();
  }

  private static LitmusTest test(Plan plan) {
    return plan.test().orElseThrow(() -> new IllegalStateException("ConformanceReport: no test"));
  }

  /** The names of the threads, in the order of the grants. */
  static List<String> schedule(Plan plan, List<Integer> schedule) {
    List<ThreadInfo> threads =
        plan.carried() instanceof Carried.Runnable runnable
            ? runnable.test().program().threads()
            : test(plan).program().threads();
    return schedule.stream().map(t -> threads.get(t).name()).toList();
  }

  private String line(Plan plan, Tried tried, Answer.Disagrees disagrees) {
    return "%s: %s: disagrees in %s; schedule %s\n"
        .formatted(
            test(plan).file(),
            test(plan).name(),
            String.join(", ", disagrees.what()),
            String.join(" ", schedule(plan, tried.schedule())));
  }

  /** One disagreement, whole. */
  public String disagreement(Plan plan, Tried tried, Answer.Disagrees disagrees) {
    StringBuilder out = new StringBuilder();
    LitmusTest test = test(plan);
    out.append(look.paint(Ink.BAD, "The kernel did what the model forbids: ")).append(test.name());
    out.append("  ").append(test.file()).append(':').append(test.line()).append('\n');
    out.append("  kernel    ").append(tried.kernelLine().replace("# cowherd: kernel ", ""));
    out.append("\n  model     ").append(model.name()).append('\n');
    Lines.paragraph(
        out,
        "  schedule  ",
        "            ",
        String.join(" ", schedule(plan, tried.schedule())),
        look.columns());
    if (plan.carried() instanceof Carried.Runnable runnable && !runnable.carriers().isEmpty()) {
      out.append("  carried   ").append(String.join("; ", runnable.carriers())).append('\n');
    }
    out.append('\n');
    List<List<String>> rows = new ArrayList<>();
    for (int n = 0; n < disagrees.history().size(); n++) {
      Row row = disagrees.history().get(n);
      String number = n == 0 ? "" : String.valueOf(n);
      boolean last = n == disagrees.history().size() - 1;
      if (row.model().equals(row.kernel()) && !last) {
        rows.add(List.of(number, row.call(), row.model()));
      } else {
        rows.add(List.of(number, row.call(), "model:  " + row.model()));
        rows.add(List.of("", "", "kernel: " + row.kernel()));
      }
    }
    out.append(Tables.text(List.of("", "call", "seen"), rows, look, Ink.HEADING));
    Lines.paragraph(
        out, "\nThey differ in ", "  ", String.join(", ", disagrees.what()) + ".", look.columns());
    List<String> rules =
        disagrees.rules().stream()
            .filter(RuleLine::decides)
            .map(rule -> RuleLine.text(model, rule))
            .toList();
    if (!rules.isEmpty()) {
      out.append("The model's rules in that call:\n");
      rules.forEach(rule -> Lines.paragraph(out, "  ", "    ", rule, look.columns()));
    }
    return out.toString();
  }

  private String counts(Counts c) {
    StringBuilder out = new StringBuilder();
    int schedules = c.agree + c.disagree + c.untried.values().stream().mapToInt(n -> n).sum();
    out.append(
        "%,d tests, %,d schedules: %,d agree, %,d disagree"
            .formatted(c.tests, schedules, c.agree, c.disagree));
    out.append(
        c.unseen > 0
            ? "; %,d outcomes that the model allows were not seen".formatted(c.unseen)
            : "");
    out.append('\n');
    if (!c.truncated.isEmpty()) {
      out.append("More schedules (--schedules), or calls without an end: ");
      out.append(String.join(", ", c.truncated)).append('\n');
    }
    Reasons.append(out, "tests not run", c.testsSkipped, look);
    Reasons.append(out, "schedules not tried", c.untried, look);
    return out.toString();
  }

  /** One object a schedule, and one for each test that was not run. */
  public String json(List<Result> results) {
    StringBuilder out = new StringBuilder();
    for (Result result : results) {
      LitmusTest test = test(result.plan());
      if (!result.plan().skipped().isEmpty()) {
        Json json = begin(test, model);
        out.append(
            json.field("answer", "skipped").field("reason", result.plan().skipped()).close('}'));
        out.append('\n');
      }
      for (Tried tried : result.tried()) {
        Json json = begin(test, model);
        json.field("schedule", schedule(result.plan(), tried.schedule()));
        switch (tried.answer()) {
          case Answer.Agrees agrees ->
              json.field("answer", "agrees")
                  .field("outcome", agrees.outcome())
                  .field("allowed", List.copyOf(agrees.allowed()));
          case Answer.Untried(String reason) ->
              json.field("answer", "untried").field("reason", reason);
          case Answer.Disagrees d -> {
            json.field("answer", "disagrees").field("differs", d.what()).name("history").open('[');
            for (Row row : d.history()) {
              json.open('{').field("call", row.call()).field("model", row.model());
              json.field("kernel", row.kernel()).close('}');
            }
            json.close(']');
          }
        }
        out.append(json.close('}')).append('\n');
      }
    }
    return out.toString();
  }

  /** The object of a test, as far as all have the same. */
  static Json begin(LitmusTest test, Kernel model) {
    return new Json()
        .open('{')
        .field("file", test.file())
        .field("test", test.name())
        .field("model", model.name());
  }
}
