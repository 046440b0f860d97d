package cowherd.cli;

import cowherd.explore.Bounds;
import cowherd.search.SearchOptions;
import cowherd.search.SearchOptions.Checkpoint;
import cowherd.search.SearchOptions.Order;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Options of the engine for large searches. */
final class EngineOptions {
  private static final int THREADS_MAX = 64;
  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(45);

  private EngineOptions() {}

  static Usage describe(Usage usage) {
    return cowherd.cli.SearchOptions.describeBounds(usage, "none")
        .value("--jobs", "N", "Threads of the search (default: one for each processor).")
        .flag(
            "--fingerprints",
            "Keep 64 bits of each state and not the state: less memory; the result says how likely"
                + " it is that two states were taken for one.")
        .value(
            "--spill",
            "DIR",
            "With --fingerprints: where blocks of the frontier go when memory is short (default: the"
                + " folder for temporary files).")
        .value(
            "--checkpoint",
            "DIR",
            "Keep the search in this folder, and go on from there when it holds this one already.");
  }

  /**
   * The options.
   *
   * @param identity what is searched
   */
  static SearchOptions of(Terminal terminal, Arguments arguments, Order order, String identity) {
    Bounds bounds = cowherd.cli.SearchOptions.bounds(terminal, arguments);
    boolean exact = !arguments.has("--fingerprints");
    int processors = Runtime.getRuntime().availableProcessors();
    String temporary = System.getProperty("java.io.tmpdir", ".");
    Optional<Path> spill =
        exact
            ? Optional.empty()
            : Optional.of(Path.of(arguments.value("--spill").orElse(temporary)));
    return new SearchOptions(
        order,
        exact,
        (int) arguments.number("--jobs", processors, 1, THREADS_MAX),
        FreeOptions.maxCalls(arguments),
        new SearchOptions.Bounds(
            arguments.has("--max-states") ? bounds.states() : Long.MAX_VALUE,
            bounds.memoryBytes(),
            bounds.time(),
            bounds.interrupted()),
        spill,
        arguments
            .value("--checkpoint")
            .map(folder -> new Checkpoint(Path.of(folder), CHECKPOINT_EVERY, identity)));
  }
}
