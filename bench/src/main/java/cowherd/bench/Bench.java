package cowherd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Prints the figures of docs/benchmarks.md; {@code ./bench/run} starts it.
 *
 * <pre>
 *   Bench ROOT [library | verdicts | states | process]...
 * </pre>
 */
public final class Bench {
  private static final List<String> SECTIONS = List.of("library", "verdicts", "states", "process");
  private static final int EX_USAGE = 2;

  private Bench() {}

  /**
   * Measures and prints.
   *
   * @param arguments the root of the repository, then the sections; all when none is named
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> sections =
        List.of(arguments).subList(Math.min(1, arguments.length), arguments.length);
    if (arguments.length == 0 || !SECTIONS.containsAll(sections)) {
      System.err.println("usage: bench/run [" + String.join(" | ", SECTIONS) + "]...");
      System.exit(EX_USAGE);
    }
    Path root = Path.of(arguments[0]);
    Corpus corpus = Corpus.read(root.resolve("litmus"));
    System.out.printf(
        "%d tests, %d kernels; Java %s, %d processors, %s%n",
        corpus.tests().size(),
        corpus.kernels().size(),
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        Measure.load());
    for (String section : sections.isEmpty() ? SECTIONS : sections) {
      System.out.println();
      switch (section) {
        case "library" -> LibraryRun.print(corpus);
        case "verdicts" -> VerdictRate.print(corpus);
        case "states" -> StateRate.print(corpus);
        default -> ProcessTime.print(root);
      }
    }
  }
}
