package cowherd.explore;

import cowherd.operation.Machine;
import cowherd.operation.Waiting;
import cowherd.operation.Waiting.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says why a state has no way to the end: who waits for whom, or which steps go round. */
final class HangReport {
  private final Machine machine;
  private final List<Wait> waits;

  private HangReport(Machine machine) {
    this.machine = machine;
    this.waits = new Waiting(machine).all();
  }

  /** Describes the state at the end of a run. */
  static Hang describe(Exploration e, Analysis analysis, List<Integer> run) {
    int state = analysis.lastState(run);
    if (analysis.allWait(state, e.test().program().threads().size())) {
      e.machine().state().load(e.store().chunk(state), e.store().offset(state));
      HangReport report = new HangReport(e.machine());
      return new Hang(false, report.lines(), report.sentence());
    }
    return loop(e, analysis, state);
  }

  private static Hang loop(Exploration e, Analysis analysis, int state) {
    int s = state;
    Optional<List<Integer>> loop = analysis.loopThrough(s);
    while (loop.isEmpty()) {
      s = e.graph().target(e.graph().first(s));
      loop = analysis.loopThrough(s);
    }
    List<String> lines = new ArrayList<>();
    for (Run.Step step : analysis.asRun(loop.get()).steps()) {
      lines.add(e.machine().threadName(step.actor()));
    }
    String who = String.join(", ", lines.stream().distinct().toList());
    return new Hang(
        true, lines, "endless loop of " + lines.size() + " steps: " + who + " never gets on");
  }

  private List<String> lines() {
    return waits.stream().map(w -> name(w) + " " + w.what() + " — " + on(w)).toList();
  }

  private String name(Wait wait) {
    return machine.threadName(wait.actor());
  }

  private String on(Wait wait) {
    if (wait.on().isEmpty()) {
      return "nobody can end it";
    }
    if (wait.on().equals(List.of(wait.actor()))) {
      return "only " + name(wait) + " itself could end it";
    }
    return "could be ended by "
        + String.join(", ", wait.on().stream().map(machine::threadName).toList());
  }

  private Optional<Wait> waitOf(int actor) {
    return waits.stream().filter(w -> w.actor() == actor).findFirst();
  }

  /** The first wait-for cycle, or who waits for nobody, in one sentence. */
  private String sentence() {
    for (Wait start : waits) {
      List<Wait> cycle = cycleFrom(start);
      if (!cycle.isEmpty()) {
        return sentence(cycle);
      }
    }
    return waits.stream()
        .filter(w -> w.on().isEmpty())
        .findFirst()
        .or(() -> waits.stream().findFirst())
        .map(w -> name(w) + " " + w.what() + ", and nobody can end it")
        .orElse("no thread can move");
  }

  /** The waits that go round, following the first actor that could end each. */
  private List<Wait> cycleFrom(Wait start) {
    List<Wait> seen = new ArrayList<>();
    Optional<Wait> at = Optional.of(start);
    while (at.isPresent()) {
      Wait wait = at.get();
      int before = seen.indexOf(wait);
      if (before >= 0) {
        return seen.subList(before, seen.size());
      }
      seen.add(wait);
      at = wait.on().isEmpty() ? Optional.empty() : waitOf(wait.on().getFirst());
    }
    return List.of();
  }

  private String sentence(List<Wait> cycle) {
    Wait first = cycle.getFirst();
    if (cycle.size() == 1) {
      return name(first)
          + " "
          + first.what()
          + ", and only "
          + name(first)
          + " itself could give it: it waits for itself";
    }
    String parts = String.join("; ", cycle.stream().map(w -> name(w) + " " + w.what()).toList());
    return "wait-for cycle: " + parts + "; only " + name(first) + " could end that";
  }
}
