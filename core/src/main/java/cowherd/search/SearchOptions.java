package cowherd.search;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * How a search goes.
 *
 * @param order which states come first
 * @param exact whether states are compared whole; else by 64 bits of their hash, and two states
 *     with the same bits are taken for one
 * @param threads at least 1
 * @param maxCalls most calls of a path, with {@link Order#CALLS}
 * @param bounds what stops it
 * @param spill a folder for what memory has no room for; only with fingerprints
 * @param checkpoint a folder in which the search is kept, and from which it goes on
 */
public record SearchOptions(
    Order order,
    boolean exact,
    int threads,
    int maxCalls,
    Bounds bounds,
    Optional<Path> spill,
    Optional<Checkpoint> checkpoint) {

  /** The same with checkpoints in a folder below. */
  public SearchOptions withCheckpointBelow(String name) {
    return new SearchOptions(
        order,
        exact,
        threads,
        maxCalls,
        bounds,
        spill,
        checkpoint.map(c -> new Checkpoint(c.folder().resolve(name), c.every(), c.identity())));
  }

  /** Which states come first. */
  public enum Order {
    /** fewest steps */
    STEPS,
    /** fewest calls, then fewest steps */
    CALLS
  }

  /**
   * What stops a search before it is complete.
   *
   * @param states most states
   * @param memoryBytes most memory for states and frontier
   * @param time most time
   * @param interrupted asked now and then
   */
  public record Bounds(long states, long memoryBytes, Duration time, BooleanSupplier interrupted) {}

  /**
   * Where a search is kept.
   *
   * @param folder its folder; made when it is not there
   * @param every least time between two checkpoints
   * @param identity what is searched: another search is not taken for this one
   */
  public record Checkpoint(Path folder, Duration every, String identity) {}
}
