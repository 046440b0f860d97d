package cowherd.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A call of a run, or the part of it that runs without another actor in between.
 *
 * @param actor the thread or background actor
 * @param call the call as it is written; for background actors, what they do
 * @param begins whether the call begins here
 * @param ends whether the call ends here
 */
public record WitnessCall(String actor, String call, boolean begins, boolean ends) {

  /** The calls of a run, in order; what is no call and says nothing is left out. */
  public static List<WitnessCall> of(List<CallSpan> spans) {
    return spans.stream()
        .map(span -> new WitnessCall(span.actor(), what(span), span.begins(), span.ends()))
        .filter(call -> !call.call.isEmpty())
        .toList();
  }

  private static String what(CallSpan span) {
    return span.call().isEmpty()
        ? span.steps().stream()
            .flatMap(step -> step.says().stream())
            .collect(Collectors.joining(", "))
        : span.call();
  }

  /** A run in one line; a call that others cut in two has dots where it is cut. */
  static String line(List<WitnessCall> calls) {
    return calls.stream()
        .map(c -> c.actor + ": " + (c.begins ? "" : "... ") + c.call + (c.ends ? "" : " ..."))
        .collect(Collectors.joining("; "));
  }
}
