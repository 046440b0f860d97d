package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Hang;
import cowherd.explore.Trace;
import cowherd.litmus.LitmusTest;
import cowherd.report.Explanation.Shown;
import cowherd.report.Look.Ink;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A run, told: one column for each thread that acts, the memory after each step that changed it,
 * the rules that decided, and at the end what went wrong.
 */
public final class ExplainReport {
  private static final String LEGEND =
      "Memory: A.x -> #1 R: A maps x to page #1, read-only (RW: writable); mapcount counts the page"
          + " tables that map the page, refcount all references";

  private final Explanation explanation;
  private final Look look;
  private final Detail detail;
  private final LitmusTest test;
  private final CheckResult result;
  private final StringBuilder out = new StringBuilder();

  /** How much of a run is told. */
  public enum Detail {
    /** steps of a call that neither change memory nor decide are folded into one line */
    FOLDED,
    /** every step and every rule */
    ALL_STEPS
  }

  private ExplainReport(Explanation explanation, Look look, Detail detail) {
    this.explanation = explanation;
    this.look = look;
    this.detail = detail;
    this.result = explanation.graded().result();
    this.test = result.test();
  }

  /** The report for people. */
  public static String text(Explanation explanation, Look look, Detail detail) {
    ExplainReport report = new ExplainReport(explanation, look, detail);
    report.header();
    switch (explanation.shown()) {
      case Shown.Breaks(Condition condition, Trace trace) -> {
        report.run(trace, List.of(condition));
        report.wrong(condition, trace);
      }
      case Shown.Hangs(Trace trace) -> {
        report.run(trace, List.of());
        report.result.hang().ifPresent(report::hang);
      }
      case Shown.Reaches(Condition condition, Trace trace) -> {
        report.run(trace, List.of());
        report.reached(condition, trace);
      }
      case Shown.Nothing() -> {}
    }
    return report.out.toString();
  }

  // ---- before the run

  private void header() {
    String verdict = result.verdict().word().toUpperCase(Locale.ROOT);
    String kernel = explanation.kernel().label();
    out.append(look.paint(Ink.HEADING, Lines.visible(test.name() + " on " + kernel + ": ")));
    out.append(look.paint(ink(), verdict)).append('\n');
    paragraph("  ", Lines.visible(test.story()));
    paragraph("  ", Lines.visible(kernel + ": " + result.kernel().story()));
    if (!explanation.kernel().note().isEmpty()) {
      paragraph("  ", Lines.visible(explanation.kernel().note()));
    }
    if (!result.actors().isEmpty()) {
      paragraph("  ", "background actors: " + String.join(", ", result.actors()));
    }
    if (!explanation.leftOut().isEmpty()) {
      String calls = String.join("; ", explanation.leftOut());
      paragraph("  ", Lines.visible("not needed for it, and left out: " + calls));
    }
    paragraph("", sentence());
  }

  private Ink ink() {
    return switch (result.verdict()) {
      case HOLDS -> Ink.GOOD;
      case VIOLATED, HANGS -> Ink.ALARM;
      case UNKNOWN, OUT_OF_MODEL, UNDEFINED -> Ink.DOUBT;
    };
  }

  private void paragraph(String indent, String text) {
    if (!text.isEmpty()) {
      Lines.paragraph(out, indent, indent + "  ", text, look.columns());
    }
  }

  private String sentence() {
    String states = Words.count(result.states(), "state");
    return switch (result.verdict()) {
      case HOLDS -> "Nothing is broken in the " + states + " of all interleavings." + reach();
      case VIOLATED -> violated();
      case HANGS -> "This run leads to where no continuation ends:";
      case UNKNOWN ->
          "The search was cut short by "
              + Lines.visible(result.reason())
              + ", after "
              + states
              + "; nothing wrong was found until then.";
      case OUT_OF_MODEL -> "Outside the model: " + Lines.visible(result.reason());
      case UNDEFINED -> "";
    };
  }

  private String reach() {
    return switch (explanation.shown()) {
      case Shown.Reaches(Condition condition, Trace _) ->
          " This run shows " + Lines.visible(condition.text()) + ":";
      case Shown.Breaks _, Shown.Hangs _, Shown.Nothing _ -> "";
    };
  }

  private String violated() {
    String race =
        result.inRace() ? " Whole calls in any order do not show it: it takes a race." : "";
    return switch (explanation.shown()) {
      case Shown.Breaks(Condition condition, Trace _) ->
          "This run breaks " + Lines.visible(condition.text()) + ":" + race;
      case Shown.Hangs _, Shown.Reaches _, Shown.Nothing _ -> {
        List<String> never = result.unreached().stream().map(Words::condition).toList();
        yield "No complete run shows "
            + String.join(", nor ", never)
            + " ("
            + Words.count(result.states(), "state")
            + ", all interleavings).";
      }
    };
  }

  private void run(Trace trace, List<Condition> toldAtTheEnd) {
    out.append(new RunReport(result, look, detail == Detail.ALL_STEPS, toldAtTheEnd).text(trace));
  }

  // ---- after the run

  private void wrong(Condition condition, Trace trace) {
    String because = condition.because().isEmpty() ? "" : ": \"" + condition.because() + "\"";
    String sentence =
        Words.isOwn(condition)
            ? values(condition, trace) + "the test says " + condition.text() + because
            : "the last step breaks " + condition.text() + because;
    end("Wrong: ", Ink.ALARM, sentence + ".");
  }

  private void reached(Condition condition, Trace trace) {
    end(
        "Reached: ",
        Ink.GOOD,
        values(condition, trace) + "the test asks for " + condition.text() + ".");
  }

  private void hang(Hang hang) {
    out.append('\n');
    if (hang.lines().size() > 1 && !hang.loop()) {
      hang.lines().forEach(line -> paragraph("  ", Lines.visible(line)));
    }
    end("Wrong: ", Ink.ALARM, hang.sentence() + ".");
  }

  private void end(String title, Ink ink, String sentence) {
    StringBuilder text = new StringBuilder();
    Lines.paragraph(text, title, "  ", Lines.visible(sentence), look.columns());
    String lines = text.toString();
    out.append(look.paint(ink, title.strip()));
    out.append(lines.substring(title.strip().length()));
  }

  /** The registers that a condition asks for: {@code A.reader.r = 2 at the end, and}. */
  private static String values(Condition condition, Trace trace) {
    List<String> asked =
        trace.registers().stream()
            .filter(register -> asks(condition.text(), register.split(" = ", 2)[0]))
            .toList();
    return asked.isEmpty() ? "" : String.join(", ", asked) + " at the end, and ";
  }

  private static boolean asks(String condition, String register) {
    return Pattern.compile("\\b" + Pattern.quote(register) + "\\b").matcher(condition).find();
  }
}
