package cowherd.search;

/** A transition system over byte vectors of one length. Every thread of a search has its own. */
public interface Space {
  /** Which steps of a state are wanted. */
  enum Edges {
    ALL,
    /** steps that begin a call */
    CALLS,
    /** all others */
    WITHIN_CALLS
  }

  /** Takes the successors of a state. */
  interface Sink {
    /**
     * A step.
     *
     * @param vector the state behind it; only valid during the call
     * @param action what identifies the step among those of its state, 0 to 2^24 - 1
     * @param broken not 0 when the step, or the state behind it, is what is searched for
     */
    void successor(byte[] vector, int action, int broken);
  }

  /** Bytes of a state, a multiple of 8. */
  int bytes();

  /** Writes the initial state. */
  void initial(byte[] into);

  /** Tells steps of a state, always in the same order. */
  void expand(byte[] vector, int offset, Edges edges, Sink sink);
}
