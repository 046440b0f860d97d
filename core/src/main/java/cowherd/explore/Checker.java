package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.kernel.DecisionPoint;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import cowherd.machine.State;
import cowherd.operation.Evaluator;
import cowherd.operation.Expr;
import cowherd.operation.Machine;
import cowherd.operation.Waiting;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Checks one test on one kernel: explores every interleaving and judges. */
public final class Checker {
  private final LitmusTest test;
  private final Kernel kernel;
  private final Options options;
  private final Bounds bounds;
  private final boolean witnessWanted;

  private Checker(
      LitmusTest test, Kernel kernel, Options options, Bounds bounds, boolean witnessWanted) {
    this.test = test;
    this.kernel = kernel;
    this.options = options;
    this.bounds = bounds;
    this.witnessWanted = witnessWanted;
  }

  /** Checks with a witness for what is broken. */
  public static CheckResult check(
      LitmusTest test, Kernel kernel, Options options, Bounds bounds) {
    return new Checker(test, kernel, options, bounds, true).check();
  }

  /** The verdict alone: no witness, no costs, no look at the granularity of calls. */
  public static CheckResult verdict(
      LitmusTest test, Kernel kernel, Options options, Bounds bounds) {
    return new Checker(test, kernel, options, bounds, false).check();
  }

  private CheckResult check() {
    long begin = System.nanoTime();
    Exploration e;
    try {
      e = Search.run(test, kernel, options, bounds);
    } catch (OutOfMemoryError error) {
      return unknown("the Java heap (-Xmx, or a smaller --max-memory)", begin);
    }
    return judge(e, begin);
  }

  private CheckResult unknown(String reason, long begin) {
    return new CheckResult(
        test, kernel, Verdict.UNKNOWN, List.of(), List.of(), Optional.empty(), Optional.empty(),
        false, reason, 0, 0, 0, Optional.empty(), List.of(), System.nanoTime() - begin);
  }

  private CheckResult judge(Exploration e, long begin) {
    Conditions conditions = new Conditions(test);
    Analysis analysis = new Analysis(e);
    boolean whole = e.stopped().isEmpty() && e.outOfModel().isEmpty();
    BitSet stuck = whole ? analysis.stuck() : new BitSet();
    boolean hangs = !stuck.isEmpty() && !test.toleratesHang();
    int broken = brokenBits(e);
    int unreached = whole ? conditions.sometimes() & ~e.reached() : 0;
    Verdict verdict = verdict(e, hangs, broken, unreached);
    Optional<List<Integer>> run = Optional.empty();
    Optional<Hang> hang = Optional.empty();
    if (verdict == Verdict.HANGS) {
      List<Integer> toHang = runToHang(e, analysis, stuck);
      hang = Optional.of(describe(e, analysis, toHang));
      run = Optional.of(toHang);
    } else if (verdict == Verdict.VIOLATED && broken != 0 && witnessWanted) {
      run = runToBroken(e, analysis, Integer.numberOfTrailingZeros(broken));
    }
    boolean inRace =
        witnessWanted
            && verdict == Verdict.VIOLATED
            && options.granularity() == Options.Granularity.STEPS
            && unreached == 0
            && !brokenByCalls(broken);
    Optional<Costs> costs =
        whole && witnessWanted && !hangs ? Optional.of(analysis.costs()) : Optional.empty();
    return new CheckResult(
        test,
        kernel,
        verdict,
        conditions.of(broken),
        conditions.of(unreached),
        hang,
        run.map(analysis::asRun),
        inRace,
        e.outOfModel().or(e::stopped).orElse(""),
        e.store().size(),
        e.graph().edges(),
        e.levels(),
        costs,
        e.machine().backgroundActors(),
        System.nanoTime() - begin);
  }

  private static Verdict verdict(Exploration e, boolean hangs, int broken, int unreached) {
    if (e.outOfModel().isPresent()) {
      return Verdict.OUT_OF_MODEL;
    }
    if (hangs) {
      return Verdict.HANGS;
    }
    if (broken != 0 || unreached != 0) {
      return Verdict.VIOLATED;
    }
    return e.stopped().isPresent() ? Verdict.UNKNOWN : Verdict.HOLDS;
  }

  private static int brokenBits(Exploration e) {
    int bits = 0;
    for (int b : e.stateBroken().values()) {
      bits |= b;
    }
    for (int b : e.edgeBroken().values()) {
      bits |= b;
    }
    return bits;
  }

  private boolean brokenByCalls(int broken) {
    Options byCalls =
        new Options(options.symmetry(), Options.Granularity.CALLS, options.pinBias());
    Exploration e = Search.run(test, kernel, byCalls, bounds);
    return (brokenBits(e) & broken) != 0;
  }

  private static Optional<List<Integer>> runToBroken(Exploration e, Analysis analysis, int bit) {
    return analysis.shortest(
        state -> (e.stateBroken().getOrDefault(state, 0) >> bit & 1) != 0,
        edge -> (e.edgeBroken().getOrDefault(edge, 0) >> bit & 1) != 0);
  }

  /**
   * A shortest complete run at whose end a condition is true.
   *
   * @param condition usually that of a {@code sometimes}
   * @return nothing when no complete run within the bounds fulfils it, or outside the model
   */
  public static Optional<Run> runFulfilling(
      LitmusTest test, Kernel kernel, Options options, Bounds bounds, Expr condition) {
    Exploration e = Search.run(test, kernel, options, bounds);
    Analysis analysis = new Analysis(e);
    State state = e.machine().state();
    return analysis
        .shortest(
            s -> {
              if (!e.complete().get(s)) {
                return false;
              }
              state.load(e.store().chunk(s), e.store().offset(s));
              return Evaluator.evaluate(condition, state) != 0;
            },
            edge -> false)
        .map(analysis::asRun);
  }

  // ---- hanging

  private static List<Integer> runToHang(Exploration e, Analysis analysis, BitSet stuck) {
    int threads = e.test().program().threads().size();
    Optional<List<Integer>> waiting =
        analysis.shortest(s -> stuck.get(s) && analysis.allWait(s, threads), edge -> false);
    return waiting.orElseGet(
        () -> analysis.shortest(s -> stuck.get(s), edge -> false).orElseThrow());
  }

  private static Hang describe(Exploration e, Analysis analysis, List<Integer> run) {
    int state = analysis.lastState(run);
    if (analysis.allWait(state, e.test().program().threads().size())) {
      e.machine().state().load(e.store().chunk(state), e.store().offset(state));
      return waiting(e.machine());
    }
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

  private static Hang waiting(Machine machine) {
    List<Waiting.Wait> waits = new Waiting(machine).all();
    List<String> lines = new ArrayList<>();
    Map<Integer, Waiting.Wait> byActor = new TreeMap<>();
    for (Waiting.Wait wait : waits) {
      byActor.put(wait.actor(), wait);
      lines.add(machine.threadName(wait.actor()) + " " + wait.what() + " — " + on(machine, wait));
    }
    return new Hang(false, lines, sentence(machine, byActor));
  }

  private static String on(Machine machine, Waiting.Wait wait) {
    if (wait.on().isEmpty()) {
      return "nobody can end it";
    }
    if (wait.on().equals(List.of(wait.actor()))) {
      return "only " + machine.threadName(wait.actor()) + " itself could end it";
    }
    return "could be ended by "
        + String.join(", ", wait.on().stream().map(machine::threadName).toList());
  }

  /** The cycle, if the waits form one. */
  private static String sentence(Machine machine, Map<Integer, Waiting.Wait> waits) {
    for (int start : waits.keySet()) {
      List<Integer> cycle = new ArrayList<>();
      int at = start;
      while (waits.containsKey(at) && !cycle.contains(at)) {
        cycle.add(at);
        List<Integer> on = waits.get(at).on();
        if (on.isEmpty()) {
          break;
        }
        at = on.getFirst();
      }
      if (cycle.contains(at) && waits.containsKey(at) && !waits.get(at).on().isEmpty()) {
        List<Integer> loop = cycle.subList(cycle.indexOf(at), cycle.size());
        return cycleSentence(machine, loop, waits);
      }
    }
    return waits.values().stream()
        .findFirst()
        .map(w -> machine.threadName(w.actor()) + " " + w.what() + ", and nobody can end it")
        .orElse("no thread can move");
  }

  private static String cycleSentence(
      Machine machine, List<Integer> cycle, Map<Integer, Waiting.Wait> waits) {
    if (cycle.size() == 1) {
      int actor = cycle.getFirst();
      return machine.threadName(actor)
          + " "
          + waits.get(actor).what()
          + ", and only "
          + machine.threadName(actor)
          + " itself could give it: it waits for itself";
    }
    List<String> parts = new ArrayList<>();
    for (int actor : cycle) {
      parts.add(machine.threadName(actor) + " " + waits.get(actor).what());
    }
    return "wait-for cycle: "
        + String.join("; ", parts)
        + "; only "
        + machine.threadName(cycle.getFirst())
        + " could end that";
  }

  // ---- coverage

  /** Rules of a kernel that fired while a test was explored, by decision and number. */
  public static Set<String> firedRules(LitmusTest test, Kernel kernel, Bounds bounds) {
    Exploration e = Search.run(test, kernel, Options.DEFAULT, bounds);
    Set<String> fired = new java.util.TreeSet<>();
    for (DecisionPoint point : DecisionPoint.values()) {
      for (int rule = 0; rule < kernel.decision(point).size(); rule++) {
        if (e.machine().fired(point, rule)) {
          fired.add(kernel.decision(point).rule(rule).name());
        }
      }
    }
    return fired;
  }
}
