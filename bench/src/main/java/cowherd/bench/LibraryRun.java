package cowherd.bench;

import cowherd.bench.Corpus.Case;
import cowherd.explore.CheckResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The whole library on all kernels in one process, as {@code cowherd check litmus} does it: once in
 * a cold JVM, and once more when it is warm.
 */
final class LibraryRun {
  private static final int THREADS = 2;
  private static final int SLOWEST = 10;

  private LibraryRun() {}

  /** What one check cost. */
  private record Checked(Case one, CheckResult result) {
    double milliseconds() {
      return result.nanos() / 1e6;
    }
  }

  static void print(Corpus corpus) throws InterruptedException {
    System.out.printf(
        "The whole of litmus/ on all kernels, with witness and costs, %d threads (%s)%n",
        THREADS, Measure.load());
    System.out.printf(
        "  %-10s %8s %8s %9s %11s %9s %11s%n",
        "", "wall s", "cpu s", "verdicts", "verdicts/s", "states", "transitions");
    run("cold JVM", corpus);
    List<Checked> warm = run("warm JVM", corpus);
    System.out.println("  slowest of the warm run, ms (wall), states:");
    warm.stream()
        .sorted(Comparator.comparingDouble(Checked::milliseconds).reversed())
        .limit(SLOWEST)
        .forEach(c ->
            System.out.printf(
                "    %9.2f %9d  %s%n", c.milliseconds(), c.result().states(), c.one()));
  }

  private static List<Checked> run(String name, Corpus corpus) throws InterruptedException {
    long cpu = Measure.processCpuNanos();
    long begin = System.nanoTime();
    List<Checked> checked = checkAll(corpus.cases());
    double wall = Measure.seconds(System.nanoTime() - begin);
    System.out.printf(
        "  %-10s %8.2f %8.2f %9d %11.0f %9d %11d%n",
        name,
        wall,
        Measure.seconds(Measure.processCpuNanos() - cpu),
        checked.size(),
        checked.size() / wall,
        checked.stream().mapToLong(c -> c.result().states()).sum(),
        checked.stream().mapToLong(c -> c.result().transitions()).sum());
    return checked;
  }

  private static List<Checked> checkAll(List<Case> cases) throws InterruptedException {
    List<Checked> checked = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Checked>> futures =
          cases.stream().map(c -> threads.submit(() -> new Checked(c, c.check()))).toList();
      for (int i = 0; i < futures.size(); i++) {
        try {
          checked.add(futures.get(i).get());
        } catch (ExecutionException e) {
          System.out.println("  left out: " + cases.get(i) + ": " + e.getCause());
        }
      }
    }
    return checked;
  }
}
