package cowherd.search;

import java.util.Random;

/**
 * Walks at random before a search, to learn which bits differ from the initial state: then few
 * states have to be packed anew later. What it sees is not counted.
 */
final class Scout {
  private static final int WALKS = 300;
  private static final int STEPS = 150;

  private Scout() {}

  static Packer look(Space space, Packer packer, byte[] initial) {
    Random random = new Random(1);
    long[] bits = new long[initial.length / Long.BYTES];
    byte[] at = new byte[initial.length];
    byte[] next = new byte[initial.length];
    int[] seen = new int[1];
    for (int walk = 0; walk < WALKS; walk++) {
      System.arraycopy(initial, 0, at, 0, at.length);
      for (int step = 0; step < STEPS; step++) {
        seen[0] = 0;
        space.expand(
            at,
            0,
            Space.Edges.ALL,
            (vector, action, broken) -> {
              packer.addBits(vector, 0, bits);
              if (broken == 0 && random.nextInt(++seen[0]) == 0) {
                System.arraycopy(vector, 0, next, 0, next.length);
              }
            });
        if (seen[0] == 0) {
          break;
        }
        System.arraycopy(next, 0, at, 0, at.length);
      }
    }
    return packer.widened(bits);
  }
}
