package cowherd.kernel;

/** Where a decision reads the facts of the moment from. */
public interface Facts {
  /**
   * The value of a fact now.
   *
   * @param fact {@link Fact#ordinal()}
   * @return 0 or 1 for a truth value, a count otherwise
   */
  int value(int fact);
}
