package cowherd.library;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Grader;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The test library {@code litmus/} and the built-in kernels. Files are read once; verdicts of the
 * whole library are found once, by {@link #THREADS} threads, and kept for every test class of this
 * JVM.
 */
public final class Library {
  /** Threads that check. */
  public static final int THREADS = 2;

  private static final KernelLibrary KERNELS = KernelLibrary.builtIn();

  private Library() {}

  /** One test on one kernel. */
  public record Case(LitmusTest test, String kernel) {
    @Override
    public String toString() {
      return test.file() + " on " + kernel;
    }
  }

  /** What checking a case gave. */
  public sealed interface Outcome {
    /** A verdict. */
    record Checked(CheckResult result) implements Outcome {}

    /** The engine broke. */
    record Broken(String why) implements Outcome {}

    /** The result of a check that did not break. */
    default CheckResult result() {
      return switch (this) {
        case Checked(CheckResult result) -> result;
        case Broken(String why) -> throw new IllegalStateException(why);
      };
    }
  }

  private static final class Sources {
    private static final List<LitmusParser.Result> ALL = read();
  }

  private static final class Outcomes {
    private static final Map<Case, Outcome> ALL = checkAll();
  }

  /** The folder {@code litmus/} of this repository. */
  public static Path folder() {
    Path at = Path.of("").toAbsolutePath();
    for (Path p = at; p != null; p = p.getParent()) {
      if (Files.isDirectory(p.resolve("litmus/seeds"))) {
        return p.resolve("litmus");
      }
    }
    throw new IllegalStateException("Library.folder: no litmus/seeds above " + at);
  }

  /** What the parser made of each file, in the order of their paths. */
  public static List<LitmusParser.Result> files() {
    return Sources.ALL;
  }

  /** All tests, in the order of their files. */
  public static List<LitmusTest> tests() {
    return files().stream().flatMap(file -> file.tests().stream()).toList();
  }

  /** The names of the built-in kernels, oldest first. */
  public static List<String> kernels() {
    return KERNELS.names();
  }

  /** A built-in kernel. */
  public static Kernel kernel(String name) {
    return KERNELS.get(name);
  }

  /** What grades the results of a test. */
  public static Grader grader(LitmusTest test) {
    return Grader.of(test, KERNELS, Set.of());
  }

  /** A result in a line. */
  static String told(CheckResult result) {
    List<String> broken = new ArrayList<>();
    result.broken().forEach(condition -> broken.add(condition.text()));
    result.unreached().forEach(condition -> broken.add("never " + condition.text()));
    String race = result.inRace() ? " in a race" : "";
    String hang = result.hang().map(h -> " (" + h.sentence() + ")").orElse("");
    return result.verdict().word() + race + " " + broken + hang + " " + result.reason();
  }

  /** Every test on every built-in kernel, checked with witness and costs. */
  public static Map<Case, Outcome> outcomes() {
    return Outcomes.ALL;
  }

  private static List<LitmusParser.Result> read() {
    Path folder = folder();
    try (Stream<Path> paths = Files.walk(folder)) {
      List<LitmusParser.Result> results = new ArrayList<>();
      for (Path path : paths.filter(p -> p.toString().endsWith(".litmus")).sorted().toList()) {
        String name = folder.relativize(path).toString();
        results.add(LitmusParser.parse(name, Files.readString(path)));
      }
      return List.copyOf(results);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<Case, Outcome> checkAll() {
    Map<Case, Future<Outcome>> futures = new LinkedHashMap<>();
    Map<Case, Outcome> outcomes = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (LitmusTest test : tests()) {
        for (String kernel : kernels()) {
          Case one = new Case(test, kernel);
          futures.put(one, threads.submit(() -> check(one)));
        }
      }
      for (Map.Entry<Case, Future<Outcome>> entry : futures.entrySet()) {
        outcomes.put(entry.getKey(), entry.getValue().get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return outcomes;
  }

  /** Checks one case; an engine that throws is an outcome, so that the others are still judged. */
  private static Outcome check(Case one) {
    try {
      return new Outcome.Checked(
          Checker.check(one.test(), kernel(one.kernel()), Options.DEFAULT, Bounds.defaults()));
    } catch (RuntimeException e) {
      return new Outcome.Broken(one + ": " + e);
    }
  }
}
