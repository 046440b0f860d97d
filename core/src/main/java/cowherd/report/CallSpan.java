package cowherd.report;

import cowherd.explore.Trace;
import cowherd.explore.Trace.TraceStep;
import cowherd.operation.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Neighbouring steps of a run that belong to one call of one actor.
 *
 * @param actor the thread or background actor
 * @param call the call as it is written; empty for background actors and for what is no call
 * @param begins whether the call begins here
 * @param ends whether the call ends here
 * @param steps the steps, at least one
 */
public record CallSpan(
    String actor, String call, boolean begins, boolean ends, List<TraceStep> steps) {
  public CallSpan {
    steps = List.copyOf(steps);
  }

  /** A run, call by call. */
  public static List<CallSpan> of(Program program, Trace trace) {
    List<CallSpan> spans = new ArrayList<>();
    List<TraceStep> open = new ArrayList<>();
    for (TraceStep step : trace.steps()) {
      if (!open.isEmpty() && !goesOn(open.getLast(), step)) {
        spans.add(span(program, open));
        open.clear();
      }
      open.add(step);
    }
    if (!open.isEmpty()) {
      spans.add(span(program, open));
    }
    return spans;
  }

  private static boolean goesOn(TraceStep last, TraceStep next) {
    return last.actor() == next.actor()
        && last.call().equals(next.call())
        && !next.begins()
        && !(last.ends() && !next.call().isEmpty());
  }

  private static CallSpan span(Program program, List<TraceStep> steps) {
    TraceStep first = steps.getFirst();
    return new CallSpan(
        actorName(program, first.actor()),
        first.call(),
        first.begins(),
        steps.getLast().ends(),
        steps);
  }

  /** The name of an actor of a trace. */
  static String actorName(Program program, int actor) {
    int threads = program.threads().size();
    return actor < threads
        ? program.threads().get(actor).name()
        : program.actors().get(actor - threads).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
