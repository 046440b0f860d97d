package cowherd.explore;

import java.util.Arrays;

/**
 * The transitions of an explored state space, in the order of their source states. State 0 is the
 * initial one.
 */
final class Graph {
  // bits of the information of an edge
  static final int ACTOR_BITS = 6;
  static final int ACTOR_MASK = (1 << ACTOR_BITS) - 1;
  static final int CHOICE_SHIFT = ACTOR_BITS;
  static final int CHOICE_MASK = 0xff;
  static final int CALL = 1 << 14;
  static final int FAULTS_SHIFT = 15;
  static final int COPIES_SHIFT = 18;
  static final int NEEDLESS_SHIFT = 21;
  static final int FLUSHES_SHIFT = 24;
  static final int SPLITS_SHIFT = 27;
  static final int COST_MASK = 7;

  private int[] starts = new int[1 << 6];
  private int[] targets = new int[1 << 8];
  private int[] info = new int[1 << 8];
  private int states;
  private int edges;

  /** Begins the edges of the next state. */
  void nextSource() {
    if (states == starts.length) {
      starts = Arrays.copyOf(starts, states * 2);
    }
    starts[states++] = edges;
  }

  void edge(int target, int information) {
    if (edges == targets.length) {
      targets = Arrays.copyOf(targets, edges * 2);
      info = Arrays.copyOf(info, edges * 2);
    }
    targets[edges] = target;
    info[edges++] = information;
  }

  /** States whose edges are known. */
  int states() {
    return states;
  }

  int edges() {
    return edges;
  }

  int first(int state) {
    return starts[state];
  }

  /** One past the last edge of a state. */
  int end(int state) {
    return state + 1 < states ? starts[state + 1] : edges;
  }

  int target(int edge) {
    return targets[edge];
  }

  int info(int edge) {
    return info[edge];
  }

  boolean startsCall(int edge) {
    return (info[edge] & CALL) != 0;
  }

  int cost(int edge, int shift) {
    return info[edge] >> shift & COST_MASK;
  }

  long memoryBytes() {
    return 4L * starts.length + 8L * targets.length;
  }

  long growthBytes() {
    return 4L * starts.length + 8L * targets.length;
  }
}
