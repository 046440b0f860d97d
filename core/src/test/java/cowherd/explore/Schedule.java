package cowherd.explore;

import cowherd.explore.Trace.FolioView;
import cowherd.explore.Trace.TraceStep;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One interleaving of a test on a kernel, driven actor by actor: each part moves an actor until one
 * of its steps says something. What the steps say and which rules decided comes from {@link
 * Replay}, so that a schedule is also a run that {@code explain} could tell.
 */
final class Schedule {
  private static final int STEPS_MAX = 200;

  private final LitmusTest test;
  private final Kernel kernel;
  private final List<Run.Step> steps = new ArrayList<>();
  private Trace trace;
  private int partBegin;

  private Schedule(LitmusTest test, Kernel kernel) {
    this.test = test;
    this.kernel = kernel;
    this.trace = told(List.of());
  }

  static Schedule of(LitmusTest test, String kernel) {
    return new Schedule(test, Tests.kernel(kernel));
  }

  /** Moves an actor until one of its steps says this. */
  Schedule until(String actor, String says) {
    partBegin = steps.size();
    do {
      if (steps.size() > STEPS_MAX || !move(actor)) {
        throw new AssertionError(
            actor + " never says `" + says + "` on " + kernel.name() + ", but\n" + text());
      }
    } while (!last().says().contains(says));
    return this;
  }

  /** Moves an actor as far as it gets without the others: to its end, or until it waits. */
  Schedule asFarAsItGets(String actor) {
    partBegin = steps.size();
    int limit = steps.size() + STEPS_MAX;
    while (steps.size() < limit && move(actor)) {}
    return this;
  }

  private boolean move(String actor) {
    List<Run.Step> more = new ArrayList<>(steps);
    more.add(new Run.Step(actor(actor), 0));
    try {
      trace = told(more);
    } catch (IllegalArgumentException cannotMove) {
      return false;
    }
    steps.add(more.getLast());
    return true;
  }

  private Trace told(List<Run.Step> run) {
    return Replay.trace(test, kernel, Options.DEFAULT, new Run(run, 0));
  }

  private int actor(String name) {
    for (int t = 0; t < test.program().threads().size(); t++) {
      if (test.program().threads().get(t).name().equals(name)) {
        return t;
      }
    }
    throw new IllegalArgumentException("Schedule.actor: no thread " + name);
  }

  TraceStep last() {
    return trace.steps().getLast();
  }

  /** The rules of a decision that fired in the last part, as they are written. */
  List<String> rules(DecisionPoint decision) {
    return trace.steps().subList(partBegin, steps.size()).stream()
        .flatMap(step -> step.rules().stream())
        .filter(rule -> rule.decision() == decision)
        .map(Rule::text)
        .toList();
  }

  /** What the steps of the last part said. */
  List<String> says() {
    return trace.steps().subList(partBegin, steps.size()).stream()
        .flatMap(step -> step.says().stream())
        .toList();
  }

  /** What the last part broke. */
  List<String> broken() {
    return trace.steps().subList(partBegin, steps.size()).stream()
        .flatMap(step -> step.broken().stream())
        .map(Condition::name)
        .toList();
  }

  /** What the whole run broke. */
  List<String> brokenSoFar() {
    return trace.steps().stream()
        .flatMap(step -> step.broken().stream())
        .map(Condition::name)
        .toList();
  }

  /** The only folio of that number, after the last step; a folio keeps its number. */
  Optional<FolioView> folio(int number) {
    return last().memory().folios().stream().filter(f -> f.number() == number).findFirst();
  }

  /** Registers that are set, {@code A.r = 1}. */
  List<String> registers() {
    return trace.registers();
  }

  Run run() {
    return new Run(steps, 0);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (TraceStep step : trace.steps()) {
      text.append(step.actor()).append(' ').append(step.call()).append(": ").append(step.says());
      text.append(' ').append(step.rules().stream().map(Rule::name).toList()).append('\n');
    }
    return text.toString();
  }
}
