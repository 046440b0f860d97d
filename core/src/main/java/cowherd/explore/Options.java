package cowherd.explore;

/**
 * How a state space is explored.
 *
 * @param symmetry what is done about the names of frames
 * @param granularity what is one step
 * @param pinBias how much a pin adds to a refcount (GUP_PIN_COUNTING_BIAS, 1024 in the kernel);
 *     that many ordinary references look like a pin
 */
public record Options(Symmetry symmetry, Granularity granularity, int pinBias) {
  /** A pin adds this much when nobody says otherwise. */
  public static final int PIN_BIAS_DEFAULT = 16;

  /** Frame symmetry, atomic steps. */
  public static final Options DEFAULT =
      new Options(Symmetry.FRAMES, Granularity.STEPS, PIN_BIAS_DEFAULT);

  /** What is done about the names of frames and swap entries. */
  public enum Symmetry {
    /** they are renamed in the order of first appearance */
    FRAMES,
    /** the allocator takes the lowest free one, nothing is renamed */
    NONE,
    /** the allocator takes any free one, nothing is renamed: what {@link #FRAMES} reduces */
    ANY_FREE_FRAME
  }

  /** What is one step. */
  public enum Granularity {
    /** the atomic steps of the kernel */
    STEPS,
    /** a whole call, as far as it gets without waiting: a weaker question, not a reduction */
    CALLS
  }
}
