package cowherd.free;

/** Takes the successors of a state. */
interface Sink {
  /**
   * A step.
   *
   * @param vector the state behind it; only valid during the call
   * @param action actor and choice, see {@link FreeSpace#actor}
   * @param startsCall whether the step begins a call
   * @param broken properties that the step breaks, or that do not hold in the state behind it
   */
  void successor(byte[] vector, int action, boolean startsCall, int broken);
}
