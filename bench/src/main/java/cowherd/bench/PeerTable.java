package cowherd.bench;

import cowherd.free.Counts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** The runs of all peers on one row, and what is printed of them. */
final class PeerTable {
  private final PeerRow row;
  private final SequencedMap<String, List<Peer.Sample>> samples = new LinkedHashMap<>();

  PeerTable(PeerRow row) {
    this.row = row;
  }

  void add(String peer, Peer.Sample sample) {
    samples.computeIfAbsent(peer, _ -> new ArrayList<>()).add(sample);
  }

  int runs(String peer) {
    return samples.getOrDefault(peer, List.of()).size();
  }

  double cpuSeconds(String peer) {
    return median(samples.getOrDefault(peer, List.of()));
  }

  /**
   * Whether two counts are of the same graph. Of states whose frames were renamed, the states that
   * they stand for and the levels are compared: these are what renaming keeps.
   */
  static boolean sameGraph(Counts one, Counts other) {
    if (one.orbits() == 0 && other.orbits() == 0 && one.transitions() != other.transitions()) {
      return false;
    }
    long stateCount = one.orbits() == 0 ? one.states() : one.orbits();
    long otherCount = other.orbits() == 0 ? other.states() : other.orbits();
    return stateCount == otherCount && one.levels() == other.levels();
  }

  /** Whether all runs of all peers have counted the same graph. */
  boolean equal() {
    Counts first = samples.firstEntry().getValue().getFirst().counts();
    return samples.values().stream()
        .flatMap(List::stream)
        .allMatch(sample -> sameGraph(first, sample.counts()));
  }

  private static double median(List<Peer.Sample> runs) {
    return Measure.median(runs.stream().mapToDouble(Peer.Sample::cpuSeconds).toArray());
  }

  private double others() {
    double[] cpus =
        samples.values().stream()
            .flatMap(List::stream)
            .mapToDouble(sample -> sample.process().othersCpus())
            .toArray();
    return Arrays.stream(cpus).max().orElse(0);
  }

  void print() {
    System.out.printf("%s: %s%n", row.name(), row.text());
    System.out.printf(
        "  %-24s %11s %12s %7s %9s %13s %8s %5s%n",
        "", "states", "transitions", "levels", "CPU s", "states/CPU s", "peak MB", "runs");
    samples.forEach(PeerTable::printLine);
    System.out.printf(
        "  counts equal: %s; %s, others kept up to %.1f processors busy%n",
        equal() ? "yes" : "NO", Measure.load(), others());
    printRatios();
    System.out.println();
  }

  private static void printLine(String peer, List<Peer.Sample> runs) {
    Counts counts = runs.getFirst().counts();
    double peak =
        Measure.median(runs.stream().mapToDouble(r -> r.process().peakMegabytes()).toArray());
    System.out.printf(
        "  %-24s %11d %12d %7d %9.2f %13.0f %8.0f %5d%s%n",
        peer,
        counts.states(),
        counts.transitions(),
        counts.levels(),
        median(runs),
        counts.states() / median(runs),
        peak,
        runs.size(),
        remark(counts));
  }

  private static String remark(Counts counts) {
    return (counts.orbits() == 0 ? "" : "  stand for " + counts.orbits() + " states")
        + (counts.collision() == 0
            ? ""
            : "  a collision: below %.0e".formatted(counts.collision()));
  }

  /** CPU time of each other peer in that of Cowherd's: the median of the rounds. */
  private void printRatios() {
    for (Map.Entry<String, List<Peer.Sample>> cowherd : samples.entrySet()) {
      for (Map.Entry<String, List<Peer.Sample>> other : samples.entrySet()) {
        if (cowherd.getKey().startsWith("Cowherd") && !other.getKey().startsWith("Cowherd")) {
          System.out.printf(
              "  CPU time, %s : %s = %.2f%n",
              other.getKey(), cowherd.getKey(), ratio(other.getValue(), cowherd.getValue()));
        }
      }
    }
  }

  private static double ratio(List<Peer.Sample> above, List<Peer.Sample> below) {
    int rounds = Math.min(above.size(), below.size());
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      ratios[i] = above.get(i).cpuSeconds() / below.get(i).cpuSeconds();
    }
    return Measure.median(ratios);
  }
}
