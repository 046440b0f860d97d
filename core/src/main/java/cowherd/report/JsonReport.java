package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Costs;
import cowherd.explore.Grade;
import cowherd.explore.Graded;
import cowherd.explore.Hang;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A run of {@code check} as JSON lines: one object for each test and kernel. */
public final class JsonReport {
  private JsonReport() {}

  /** All objects, each on a line of its own. */
  public static String text(CheckRun run) {
    StringBuilder out = new StringBuilder();
    for (int test = 0; test < run.tests().size(); test++) {
      for (int k = 0; k < run.kernels().size(); k++) {
        out.append(line(run.kernels().get(k), run.cell(test, k))).append('\n');
      }
    }
    return out.toString();
  }

  /** One object, without a newline. */
  static String line(KernelColumn kernel, CheckCell cell) {
    Json json = new Json().open('{');
    verdict(json, kernel, cell.graded());
    CheckResult result = cell.graded().result();
    json.field("states", result.states());
    json.field("transitions", result.transitions());
    json.field("levels", result.levels());
    json.name("witness");
    witness(json, cell.witness());
    json.name("hang");
    hang(json, result);
    json.name("costs");
    costs(json, result);
    json.field("actors", result.actors());
    json.field("reason", result.reason());
    if (!cell.observed().isEmpty()) {
      json.name("observed");
      observed(json, cell.observed());
    }
    json.name("seconds").raw(String.format(Locale.ROOT, "%.6f", result.nanos() / 1e9));
    return json.close('}').toString();
  }

  /** Who, where, and what came out: the fields that {@code explain} has as well. */
  static void verdict(Json json, KernelColumn kernel, Graded graded) {
    CheckResult result = graded.result();
    LitmusTest test = result.test();
    json.field("test", test.name());
    json.field("kind", Optional.of(test.kind()).filter(kind -> !kind.isEmpty()));
    json.field("story", test.story());
    json.field("file", test.file());
    json.field("line", test.line());
    json.field("kernel", kernel.label());
    json.field("resolved", kernel.file());
    json.field("verdict", result.verdict().word());
    json.field("expected", graded.expectation().map(e -> e.verdict().word()));
    json.field(
        "expectedProperties", graded.expectation().map(e -> e.properties()).orElse(List.of()));
    json.name("asExpected").raw(asExpected(graded.grade()));
    json.field("grade", graded.grade().word());
    json.name("broken");
    conditions(json, result.broken());
    json.name("unreached");
    conditions(json, result.unreached());
    json.name("inRace");
    if (result.verdict() == Verdict.VIOLATED) {
      json.value(result.inRace());
    } else {
      json.nothing();
    }
  }

  private static String asExpected(Grade grade) {
    return switch (grade) {
      case AS_EXPECTED -> "true";
      case NOT_AS_EXPECTED -> "false";
      case UNDEFINED, NO_EXPECTATION, UNKNOWN, OUT_OF_MODEL -> "null";
    };
  }

  private static void conditions(Json json, List<Condition> conditions) {
    json.open('[');
    for (Condition condition : conditions) {
      json.open('{');
      json.field("name", condition.name());
      json.field("text", condition.text());
      json.field("because", condition.because());
      json.close('}');
    }
    json.close(']');
  }

  private static void witness(Json json, List<WitnessCall> calls) {
    if (calls.isEmpty()) {
      json.nothing();
      return;
    }
    json.open('[');
    for (WitnessCall call : calls) {
      json.open('{').field("actor", call.actor()).field("call", call.call());
      json.field("begins", call.begins()).field("ends", call.ends()).close('}');
    }
    json.close(']');
  }

  private static void observed(Json json, List<Observed> all) {
    json.open('[');
    for (Observed o : all) {
      json.open('{').field("kernel", o.kernel()).field("schedule", o.schedule());
      json.field("seen", o.seen()).field("allowed", o.allowed()).name("agrees");
      json.raw(
          switch (o.answer()) {
            case AGREES -> "true";
            case CONTRADICTS -> "false";
            case UNTOLD -> "null";
          });
      json.field("why", o.why()).field("file", o.file()).field("line", o.line()).close('}');
    }
    json.close(']');
  }

  static void hang(Json json, CheckResult result) {
    if (result.hang().isEmpty()) {
      json.nothing();
      return;
    }
    Hang hang = result.hang().get();
    json.open('{').field("loop", hang.loop()).field("sentence", hang.sentence());
    json.field("lines", hang.lines()).close('}');
  }

  private static void costs(Json json, CheckResult result) {
    if (result.costs().isEmpty()) {
      json.nothing();
      return;
    }
    Costs costs = result.costs().get();
    json.open('{');
    range(json, "faults", costs.faults());
    range(json, "copies", costs.copies());
    range(json, "needlessCopies", costs.needlessCopies());
    range(json, "flushes", costs.flushes());
    range(json, "splits", costs.splits());
    json.close('}');
  }

  /** Least and most; a most that does not exist is null. */
  private static void range(Json json, String name, Costs.Range range) {
    json.name(name).open('{').field("least", range.least()).name("most");
    if (range.most() == Costs.UNBOUNDED) {
      json.nothing();
    } else {
      json.value(range.most());
    }
    json.close('}');
  }
}
