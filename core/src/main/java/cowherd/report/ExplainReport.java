package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Hang;
import cowherd.explore.Options;
import cowherd.explore.Trace;
import cowherd.explore.Trace.MemoryView;
import cowherd.explore.Trace.TraceStep;
import cowherd.kernel.Rule;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Program;
import cowherd.report.Explanation.Shown;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A run, told: one column for each thread that acts, the memory after each step that changed it,
 * the rules that decided, and at the end what went wrong.
 */
public final class ExplainReport {
  private static final String MEMORY = "     memory  ";
  private static final String RULE = "     rule    ";
  private static final String BREAKS = "     breaks  ";
  private static final String LEGEND =
      "Memory: A.x -> #1 R: A maps x to page #1, read-only (RW: writable); mapcount counts the page"
          + " tables that map the page, refcount all references";
  private static final String LEGEND_PIN = ", a pin as " + Options.PIN_BIAS_DEFAULT;
  private static final String MORE = "             ";

  private final Explanation explanation;
  private final Look look;
  private final Detail detail;
  private final LitmusTest test;
  private final CheckResult result;
  private final ShortNames names;
  private final StringBuilder out = new StringBuilder();
  private Optional<MemoryView> shownMemory = Optional.empty();

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
    this.names = new ShortNames(test.program());
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
      case HOLDS -> "In the " + states + " of all interleavings nothing is broken." + reach();
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

  // ---- the run

  private void run(Trace trace, List<Condition> toldAtTheEnd) {
    Program program = test.program();
    List<CallSpan> spans = CallSpan.of(program, trace);
    Swimlanes lanes = new Swimlanes(spans, actors(program), look.columns());
    MemoryTable memory = new MemoryTable(trace, names);
    if (!memory.isEmpty()) {
      paragraph("", LEGEND + (memory.hasPins() ? LEGEND_PIN : "") + ".");
    }
    out.append('\n');
    lanes.heading(look).forEach(line -> out.append(line).append('\n'));
    memory(memory, trace.start());
    int number = 0;
    for (CallSpan span : spans) {
      List<Piece> pieces = pieces(span);
      if (!pieces.isEmpty()) {
        number++;
        span(Integer.toString(number), span, pieces, lanes, memory, toldAtTheEnd);
      }
    }
  }

  private static List<String> actors(Program program) {
    int count = program.threads().size() + program.actors().size();
    List<String> actors = new ArrayList<>();
    for (int actor = 0; actor < count; actor++) {
      actors.add(CallSpan.actorName(program, actor));
    }
    return actors;
  }

  private void span(
      String number,
      CallSpan span,
      List<Piece> pieces,
      Swimlanes lanes,
      MemoryTable memory,
      List<Condition> toldAtTheEnd) {
    String title = (span.begins() || span.call().isEmpty() ? "" : "... ") + span.call();
    boolean first = true;
    for (Piece piece : pieces) {
      String says = Lines.visible(String.join("; ", piece.says()));
      String text = first && !title.isEmpty() ? title + (says.isEmpty() ? "" : ": ") + says : says;
      int indent = first ? 0 : 2;
      if (!text.isEmpty()) {
        String shownNumber = first ? number : "";
        lanes
            .row(shownNumber, span.actor(), indent, Lines.visible(text))
            .forEach(line -> out.append(line).append('\n'));
      }
      piece.rules().forEach(this::rule);
      piece.memory().forEach(view -> memory(memory, view));
      piece.broken().stream()
          .filter(condition -> !toldAtTheEnd.contains(condition))
          .forEach(this::broken);
      first = false;
    }
  }

  /** Steps of a call that are told together. */
  private record Piece(
      List<String> says, List<Rule> rules, List<MemoryView> memory, List<Condition> broken) {}

  private List<Piece> pieces(CallSpan span) {
    List<Piece> pieces = new ArrayList<>();
    List<String> says = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (TraceStep step : span.steps()) {
      step.says().stream().filter(this::isTold).forEach(says::add);
      step.rules().stream()
          .filter(rule -> detail == Detail.ALL_STEPS || RuleLine.decides(rule))
          .forEach(rules::add);
      if (step.changed() || !step.broken().isEmpty() || detail == Detail.ALL_STEPS) {
        List<MemoryView> memory = step.changed() ? List.of(step.memory()) : List.of();
        pieces.add(new Piece(List.copyOf(says), List.copyOf(rules), memory, step.broken()));
        says.clear();
        rules.clear();
      }
    }
    boolean more = !says.isEmpty() || !rules.isEmpty();
    if (more || pieces.isEmpty() && !span.call().isEmpty()) {
      pieces.add(new Piece(says, rules, List.of(), List.of()));
    }
    return pieces;
  }

  /** How many pages a reference got is no news, unless it is an error. */
  private boolean isTold(String says) {
    String[] sides = says.split(" = ", 2);
    return detail == Detail.ALL_STEPS
        || sides.length < 2
        || !names.isReference(sides[0])
        || sides[1].startsWith("-");
  }

  private void memory(MemoryTable memory, MemoryView view) {
    String prefix = look.paint(Ink.FAINT, MEMORY);
    int columns = look.columns() - MEMORY.length();
    for (String line : memory.lines(view, shownMemory.orElse(view), columns, look)) {
      out.append(prefix).append(line).append('\n');
      prefix = MORE;
    }
    shownMemory = Optional.of(view);
  }

  private void rule(Rule rule) {
    StringBuilder text = new StringBuilder();
    Lines.paragraph(text, RULE, MORE, RuleLine.text(result.kernel(), rule), look.columns());
    out.append(look.paint(Ink.FAINT, RULE)).append(text, RULE.length(), text.length());
  }

  private void broken(Condition condition) {
    StringBuilder text = new StringBuilder();
    Lines.paragraph(text, BREAKS, MORE, Words.condition(condition), look.columns());
    out.append(look.paint(Ink.BAD, text.toString().stripTrailing())).append('\n');
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
