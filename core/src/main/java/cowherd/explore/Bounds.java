package cowherd.explore;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What stops a search before it is complete.
 *
 * @param states most states
 * @param memoryBytes most memory for the states and transitions of one search
 * @param time most time for one search
 * @param interrupted asked now and then; true stops the search
 */
public record Bounds(long states, long memoryBytes, Duration time, BooleanSupplier interrupted) {
  /** Most states when nobody says otherwise. */
  public static final long STATES_DEFAULT = 50_000_000;

  /** Share of the heap that a search may use when nobody says otherwise, percent. */
  public static final int HEAP_PERCENT_DEFAULT = 70;

  /** The bounds when nobody says otherwise: of states and of memory, not of time. */
  public static Bounds defaults() {
    return new Bounds(
        STATES_DEFAULT,
        Runtime.getRuntime().maxMemory() / 100 * HEAP_PERCENT_DEFAULT,
        Duration.ofDays(365),
        () -> false);
  }
}
