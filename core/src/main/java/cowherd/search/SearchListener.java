package cowherd.search;

/** Hears how a search goes. */
public interface SearchListener {
  /**
   * How far it is.
   *
   * @param states distinct states so far
   * @param frontier states of the level at hand that are still to be expanded, and those found from
   *     it
   * @param level the level
   * @param left an estimate of the states that are still to be found, -1 when nothing can be said:
   *     it takes the levels to go on shrinking as the last ones did
   */
  record Progress(long states, long frontier, int level, long left) {}

  /** A hit; false ends the search. */
  boolean hit(Hit hit);

  /** Told about once a second. */
  void progress(Progress progress);
}
