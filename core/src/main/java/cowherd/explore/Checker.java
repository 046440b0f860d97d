package cowherd.explore;

import cowherd.kernel.DecisionPoint;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
  public static CheckResult check(LitmusTest test, Kernel kernel, Options options, Bounds bounds) {
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
        test,
        kernel,
        Verdict.UNKNOWN,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        reason,
        0,
        0,
        0,
        Optional.empty(),
        List.of(),
        System.nanoTime() - begin);
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
      hang = Optional.of(HangReport.describe(e, analysis, toHang));
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
    Options byCalls = new Options(options.symmetry(), Options.Granularity.CALLS, options.pinBias());
    Exploration e = Search.run(test, kernel, byCalls, bounds);
    return (brokenBits(e) & broken) != 0;
  }

  private static Optional<List<Integer>> runToBroken(Exploration e, Analysis analysis, int bit) {
    return analysis.shortest(
        state -> (e.stateBroken().getOrDefault(state, 0) >> bit & 1) != 0,
        edge -> (e.edgeBroken().getOrDefault(edge, 0) >> bit & 1) != 0);
  }

  // ---- hanging

  private static List<Integer> runToHang(Exploration e, Analysis analysis, BitSet stuck) {
    int threads = e.test().program().threads().size();
    Optional<List<Integer>> waiting =
        analysis.shortest(s -> stuck.get(s) && analysis.allWait(s, threads), edge -> false);
    return waiting.orElseGet(
        () -> analysis.shortest(s -> stuck.get(s), edge -> false).orElseThrow());
  }

  // ---- coverage

  /** Decisions that the mechanism asked while a test was explored. */
  public static Set<DecisionPoint> askedDecisions(LitmusTest test, Kernel kernel, Bounds bounds) {
    Exploration e = Search.run(test, kernel, Options.DEFAULT, bounds);
    Set<DecisionPoint> asked = java.util.EnumSet.noneOf(DecisionPoint.class);
    for (DecisionPoint point : DecisionPoint.values()) {
      if (e.machine().asked(point)) {
        asked.add(point);
      }
    }
    return asked;
  }

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
