package cowherd.bench;

import cowherd.bench.Corpus.Case;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Exhaustive verdicts per second of one thread in a warm JVM: the base-page rows, each test on the
 * kernels before, between and after the changes of the rules. Thread CPU time, medians.
 */
final class VerdictRate {
  private static final List<String> FOLDERS = List.of("seeds", "leak", "pins");
  private static final List<String> KERNELS = List.of("v5.7", "v5.9", "v6.2");

  /** Two processes, five calls: fork, get_user_pages, a read through it, munmap, a store. */
  private static final String FIVE_CALLS = "unmap-takeover";

  private static final int AIM_MICROSECONDS = 100;
  private static final int ROUNDS = 7;
  private static final long WARM_UP_NANOS = 8_000_000_000L;
  private static final int REPEATS_OF_A_ROUND = 5;
  private static final int REPEATS_OF_FIVE_CALLS = 400;

  private VerdictRate() {}

  static void print(Corpus corpus) {
    List<Case> cases = corpus.cases(FOLDERS, KERNELS);
    System.out.printf(
        "Exhaustive verdicts in a warm JVM: %s on %s, one thread, CPU time,"
            + " median of %d rounds (%s)%n",
        String.join(", ", FOLDERS), String.join(", ", KERNELS), ROUNDS, Measure.load());
    print("verdict alone", cases, Case::verdict);
    print("witness, costs", cases, Case::check);
    System.out.printf(
        "  %s, two processes, five calls (aim: under %d microseconds)%n",
        FIVE_CALLS, AIM_MICROSECONDS);
    for (Case one : cases) {
      if (one.test().name().equals(FIVE_CALLS)) {
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
          rounds[round] = microseconds(one, REPEATS_OF_FIVE_CALLS, Case::verdict);
        }
        System.out.printf(
            "    %-6s %7.1f microseconds per verdict (least %.1f), %d states, %d transitions%n",
            one.kernel().name(),
            Measure.median(rounds),
            Measure.least(rounds),
            one.verdict().states(),
            one.verdict().transitions());
      }
    }
  }

  private static void print(String name, List<Case> cases, Consumer<Case> check) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    while (System.nanoTime() < end) {
      cases.forEach(check);
    }
    double[][] rounds = new double[cases.size()][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < cases.size(); i++) {
        rounds[i][round] = microseconds(cases.get(i), REPEATS_OF_A_ROUND, check);
      }
    }
    double[] medians = Arrays.stream(rounds).mapToDouble(Measure::median).toArray();
    System.out.printf(
        "  %-15s %4d cases, %7.0f verdicts per CPU second;"
            + " microseconds: median %.1f, least %.1f, most %.1f%n",
        name,
        cases.size(),
        cases.size() * 1e6 / Arrays.stream(medians).sum(),
        Measure.median(medians),
        Measure.least(medians),
        Arrays.stream(medians).max().orElse(Double.NaN));
  }

  private static double microseconds(Case one, int repeats, Consumer<Case> check) {
    long begin = Measure.threadCpuNanos();
    for (int i = 0; i < repeats; i++) {
      check.accept(one);
    }
    return (Measure.threadCpuNanos() - begin) / 1e3 / repeats;
  }
}
