package cowherd.free;

/**
 * A move of a run call by call.
 *
 * @param thread who moves
 * @param item the item of the menu, or {@link #GOES_ON} when a call that waited goes on
 */
record Move(int thread, int item) {
  static final int GOES_ON = -1;

  boolean begins() {
    return item != GOES_ON;
  }
}
