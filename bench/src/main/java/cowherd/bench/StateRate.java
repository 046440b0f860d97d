package cowherd.bench;

import cowherd.bench.Corpus.Case;
import cowherd.explore.CheckResult;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * States and transitions per CPU second of one thread: on the largest test of the library, and on
 * {@code large.litmus}, which no cache holds and which is here only to be large.
 */
final class StateRate {
  private static final String LARGE = "large.litmus";
  private static final String LARGE_KERNEL = "v5.9";
  private static final int ROUNDS = 7;
  private static final int ROUNDS_LARGE = 5;
  private static final long ROUND_NANOS = 300_000_000L;
  private static final long WARM_UP_NANOS = 4_000_000_000L;

  private StateRate() {}

  static void print(Corpus corpus) throws IOException {
    System.out.printf(
        "States per CPU second, verdict alone, one thread, CPU time (%s)%n", Measure.load());
    Case largest =
        corpus.cases().stream()
            .max(Comparator.comparingInt(one -> one.verdict().states()))
            .orElseThrow();
    print(largest, ROUNDS, WARM_UP_NANOS);
    Kernel kernel =
        corpus.kernels().stream()
            .filter(k -> k.name().equals(LARGE_KERNEL))
            .findFirst()
            .orElseThrow();
    print(new Case(large(), kernel), ROUNDS_LARGE, 0);
  }

  private static LitmusTest large() throws IOException {
    try (InputStream in = StateRate.class.getResourceAsStream(LARGE)) {
      if (in == null) {
        throw new IllegalStateException("StateRate.large: no " + LARGE);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<LitmusTest> tests = LitmusParser.parse(LARGE, text).tests();
      return tests.getFirst();
    }
  }

  private static void print(Case one, int rounds, long warmUpNanos) {
    long end = System.nanoTime() + warmUpNanos;
    CheckResult result = one.verdict();
    while (System.nanoTime() < end) {
      result = one.verdict();
    }
    double[] nanos = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      nanos[round] = nanosPerVerdict(one);
    }
    double median = Measure.median(nanos);
    System.out.printf(
        "  %s: %d states, %d transitions, %s%n",
        one, result.states(), result.transitions(), result.verdict());
    System.out.printf(
        "    %.0f states, %.0f transitions per CPU second; %.0f ns per transition;"
            + " %.3f ms per verdict (least %.3f)%n",
        result.states() / median * 1e9,
        result.transitions() / median * 1e9,
        median / result.transitions(),
        median / 1e6,
        Measure.least(nanos) / 1e6);
  }

  private static double nanosPerVerdict(Case one) {
    long begin = Measure.threadCpuNanos();
    long used = 0;
    int verdicts = 0;
    while (used < ROUND_NANOS) {
      one.verdict();
      verdicts++;
      used = Measure.threadCpuNanos() - begin;
    }
    return (double) used / verdicts;
  }
}
