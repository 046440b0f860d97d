package cowherd.bench;

import cowherd.free.Census;
import cowherd.free.Configuration;
import cowherd.free.Hunt;
import cowherd.free.Operations;
import cowherd.free.Reduction;
import cowherd.kernel.KernelLibrary;
import cowherd.search.SearchOptions;
import cowherd.search.SearchOptions.Bounds;
import cowherd.search.SearchOptions.Order;
import cowherd.search.SearchResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Counts the states of a configuration of free programs, as the twins of bench/peers do. It prints
 * one line: {@code states=N trans=N levels=N cpu=S wall=S mb=N}.
 *
 * <pre>
 *   PeerCount KERNEL PROCESSES THREADS PAGES REFERENCES FRAMES [exact | fingerprints]
 *     [any-frame] [frames] [jobs=N]
 * </pre>
 */
final class PeerCount {
  /** The calls of the twins, in the order in which they number them. */
  private static final List<String> CALLS =
      List.of("x = v", "fork(B)", "munmap(x)", "k = get_user_pages(x, FOLL_GET)", "put(k)");

  private static final double NANOS = 1e9;

  private PeerCount() {}

  public static void main(String[] args)
      throws Operations.Unknown, Hunt.Refused, IOException {
    List<String> words = List.of(args).subList(6, args.length);
    int jobs =
        words.stream()
            .filter(w -> w.startsWith("jobs="))
            .mapToInt(w -> Integer.parseInt(w.substring(5)))
            .findFirst()
            .orElse(1);
    Configuration configuration =
        new Configuration(
            number(args, 1),
            number(args, 2),
            number(args, 3),
            1,
            number(args, 4),
            1,
            true,
            Operations.of(CALLS));
    Set<Reduction> reductions = EnumSet.noneOf(Reduction.class);
    if (words.contains("frames")) {
      reductions.add(Reduction.FRAMES);
    }
    Census.Request request =
        new Census.Request(
            KernelLibrary.builtIn().get(args[0]),
            configuration,
            number(args, 5),
            words.contains("any-frame"),
            reductions);
    boolean exact = !words.contains("fingerprints");
    Bounds bounds =
        new Bounds(Long.MAX_VALUE, Long.MAX_VALUE / 4, Duration.ofDays(1), () -> false);
    SearchOptions options =
        new SearchOptions(
            Order.STEPS,
            exact,
            jobs,
            Integer.MAX_VALUE,
            bounds,
            exact ? Optional.empty() : Optional.of(Path.of(System.getProperty("java.io.tmpdir"))),
            Optional.empty());
    long begin = System.nanoTime();
    SearchResult result = Census.run(request, options);
    System.out.printf(
        Locale.ROOT,
        "states=%d trans=%d levels=%d cpu=%.2f wall=%.2f mb=%d bits=%d%n",
        result.states(),
        result.transitions(),
        result.levels(),
        processSeconds(),
        (System.nanoTime() - begin) / NANOS,
        result.memoryBytes() >> 20,
        result.bitsPerState());
  }

  private static int number(String[] args, int index) {
    return Integer.parseInt(args[index]);
  }

  /** CPU seconds of the whole process: compiling and collecting garbage included. */
  private static double processSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean bean
        ? bean.getProcessCpuTime() / NANOS
        : -1;
  }
}
