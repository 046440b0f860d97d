package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Options;
import cowherd.explore.Trace;
import cowherd.explore.Trace.MemoryView;
import cowherd.explore.Trace.TraceStep;
import cowherd.kernel.Rule;
import cowherd.operation.Program;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a run: what each actor does in its own column, and across the columns the rules that
 * decided and the memory after each step that changed it.
 */
final class RunReport {
  private static final String MEMORY = "     memory  ";
  private static final String RULE = "     rule    ";
  private static final String BREAKS = "     breaks  ";
  private static final String MORE = "             ";
  private static final String LEGEND =
      "Memory: A.x -> #1 R: A maps x to page #1, read-only (RW: writable); mapcount counts the page"
          + " tables that map the page, refcount all references";
  private static final String LEGEND_PIN = ", a pin as " + Options.PIN_BIAS_DEFAULT;

  private final CheckResult result;
  private final Look look;
  private final boolean allSteps;
  private final List<Condition> toldAtTheEnd;
  private final ShortNames names;
  private final StringBuilder out = new StringBuilder();
  private List<String> lastMemory = List.of();

  /**
   * A report.
   *
   * @param allSteps whether steps that neither change memory nor decide have lines of their own
   * @param toldAtTheEnd conditions whose breaking is told elsewhere
   */
  RunReport(CheckResult result, Look look, boolean allSteps, List<Condition> toldAtTheEnd) {
    this.result = result;
    this.look = look;
    this.allSteps = allSteps;
    this.toldAtTheEnd = toldAtTheEnd;
    this.names = new ShortNames(result.test().program());
  }

  String text(Trace trace) {
    Program program = result.test().program();
    List<CallSpan> spans = CallSpan.of(program, trace);
    Swimlanes lanes = new Swimlanes(spans, actors(program), look.columns());
    MemoryTable memory = new MemoryTable(trace, names);
    if (!memory.isEmpty()) {
      String legend = LEGEND + (memory.hasPins() ? LEGEND_PIN : "") + ".";
      Lines.paragraph(out, "", "  ", legend, look.columns());
    }
    out.append('\n');
    lanes.heading(look).forEach(this::line);
    memory(memory, trace.start(), trace.start());
    int number = 0;
    MemoryView before = trace.start();
    for (CallSpan span : spans) {
      List<Piece> pieces = pieces(span);
      if (!pieces.isEmpty()) {
        number++;
        first(Integer.toString(number), span, pieces.getFirst(), lanes);
      }
      for (Piece piece : pieces) {
        if (piece != pieces.getFirst() && !piece.says().isEmpty()) {
          lanes.row("", span.actor(), 2, piece.text()).forEach(this::line);
        }
        piece.rules().forEach(this::rule);
        for (MemoryView view : piece.memory()) {
          memory(memory, view, before);
          before = view;
        }
        broken(piece);
      }
    }
    return out.toString();
  }

  private static List<String> actors(Program program) {
    int count = program.threads().size() + program.actors().size();
    List<String> actors = new ArrayList<>();
    for (int actor = 0; actor < count; actor++) {
      actors.add(CallSpan.actorName(program, actor));
    }
    return actors;
  }

  private void line(String line) {
    out.append(line).append('\n');
  }

  /** The row in which a call begins, or goes on after others have moved. */
  private void first(String number, CallSpan span, Piece piece, Swimlanes lanes) {
    String call = (span.begins() || span.call().isEmpty() ? "" : "... ") + span.call();
    String between = call.isEmpty() || piece.says().isEmpty() ? "" : ": ";
    String text = Lines.visible(call) + between + piece.text();
    lanes.row(number, span.actor(), 0, text).forEach(this::line);
  }

  // ---- pieces

  /** Steps of a call that are told together. */
  private record Piece(
      List<String> says, List<Rule> rules, List<MemoryView> memory, List<Condition> broken) {
    Piece {
      says = List.copyOf(says);
      rules = List.copyOf(rules);
    }

    String text() {
      return Lines.visible(String.join("; ", says));
    }
  }

  private List<Piece> pieces(CallSpan span) {
    List<Piece> pieces = new ArrayList<>();
    List<String> says = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (TraceStep step : span.steps()) {
      step.says().stream().filter(this::isTold).forEach(says::add);
      step.rules().stream().filter(rule -> allSteps || RuleLine.decides(rule)).forEach(rules::add);
      if (step.changed() || !step.broken().isEmpty() || allSteps) {
        List<MemoryView> memory = step.changed() ? List.of(step.memory()) : List.of();
        pieces.add(new Piece(says, rules, memory, step.broken()));
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
    return allSteps || sides.length < 2 || !names.isReference(sides[0]) || sides[1].startsWith("-");
  }

  // ---- lines across the columns

  private void memory(MemoryTable memory, MemoryView view, MemoryView before) {
    int columns = look.columns() - MEMORY.length();
    List<String> lines = memory.lines(view, before, columns, look);
    if (!lines.equals(lastMemory)) {
      String prefix = look.paint(Ink.FAINT, MEMORY);
      for (String line : lines) {
        line(prefix + line);
        prefix = MORE;
      }
      lastMemory = lines;
    }
  }

  private void rule(Rule rule) {
    StringBuilder text = new StringBuilder();
    Lines.paragraph(text, RULE, MORE, RuleLine.text(result.kernel(), rule), look.columns());
    out.append(look.paint(Ink.FAINT, RULE)).append(text, RULE.length(), text.length());
  }

  private void broken(Piece piece) {
    for (Condition condition : piece.broken()) {
      if (!toldAtTheEnd.contains(condition)) {
        StringBuilder text = new StringBuilder();
        Lines.paragraph(text, BREAKS, MORE, Words.condition(condition), look.columns());
        line(look.paint(Ink.BAD, text.toString().stripTrailing()));
      }
    }
  }
}
