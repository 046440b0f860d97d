package cowherd.explore;

import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Everything that an exploration tells about a test, without the names of frames and swap entries:
 * two explorations of the same test must agree on it whatever their reductions.
 *
 * @param outOfModel what the model does not cover, or empty
 * @param hangs whether some state cannot reach the end of the run
 * @param broken conditions that some run breaks
 * @param reached {@code sometimes} conditions that some run fulfils
 * @param outcomes what complete runs end in
 * @param costs cheapest and dearest complete run
 * @param shortest calls and steps of a shortest run that breaks a condition, by condition
 */
record Judged(
    String outOfModel,
    boolean hangs,
    int broken,
    int reached,
    Set<String> outcomes,
    Optional<Costs> costs,
    Map<Integer, String> shortest) {

  static Judged of(Exploration e) {
    if (e.outOfModel().isPresent()) {
      return new Judged(e.outOfModel().get(), false, 0, 0, Set.of(), Optional.empty(), Map.of());
    }
    Analysis analysis = new Analysis(e);
    BitSet stuck = analysis.stuck();
    Optional<Costs> costs = stuck.isEmpty() ? Optional.of(analysis.costs()) : Optional.empty();
    int broken = broken(e);
    Map<Integer, String> shortest = new TreeMap<>();
    for (int bit = 0; bit < Integer.SIZE - 1; bit++) {
      if ((broken >> bit & 1) != 0) {
        shortest.put(bit, shortest(e, analysis, bit));
      }
    }
    return new Judged("", !stuck.isEmpty(), broken, e.reached(), Outcomes.of(e), costs, shortest);
  }

  /** Conditions that some state or some transition breaks. */
  static int broken(Exploration e) {
    int bits = 0;
    for (int b : e.stateBroken().values()) {
      bits |= b;
    }
    for (int b : e.edgeBroken().values()) {
      bits |= b;
    }
    return bits;
  }

  private static String shortest(Exploration e, Analysis analysis, int bit) {
    Run run =
        analysis.asRun(
            analysis
                .shortest(
                    s -> (e.stateBroken().getOrDefault(s, 0) >> bit & 1) != 0,
                    t -> (e.edgeBroken().getOrDefault(t, 0) >> bit & 1) != 0)
                .orElseThrow());
    return run.calls() + " calls, " + run.steps().size() + " steps";
  }
}
