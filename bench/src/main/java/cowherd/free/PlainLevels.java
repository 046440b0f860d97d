package cowherd.free;

import cowherd.search.Space;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The plainest exact search by levels: every state vector is kept, in the order of discovery, which
 * makes the frontier an interval of numbers. It is what the engine is checked against.
 */
final class PlainLevels {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final int CHUNK_STATES = 1 << 16;
  private static final int FIRST_SLOTS = 1 << 16;
  private static final int NO_STATE = -1;

  private final FreeSpace space;
  private final int bytes;
  private final List<byte[]> chunks = new ArrayList<>();
  private int[] slots = new int[FIRST_SLOTS];
  private int states;
  private long transitions;

  private PlainLevels(FreeSpace space) {
    this.space = space;
    this.bytes = space.bytes();
    Arrays.fill(slots, NO_STATE);
  }

  /** Visits every state. */
  static Counts run(FreeSpace space, boolean orbits) {
    PlainLevels levels = new PlainLevels(space);
    byte[] initial = new byte[levels.bytes];
    space.initial(initial);
    levels.add(initial);
    return levels.search(orbits);
  }

  /**
   * Visits every state, where the one page that there is in the beginning may have any frame, as
   * all later ones: then the graph is closed under renaming frames.
   */
  static Counts runFromAnyFrame(FreeSpace space, int frames) {
    PlainLevels levels = new PlainLevels(space);
    byte[] initial = new byte[levels.bytes];
    for (int frame = 0; frame < frames; frame++) {
      space.machine().state().chooseFree(frame);
      space.initial(initial);
      levels.add(initial);
    }
    return levels.search(false);
  }

  private Counts search(boolean orbits) {
    int levels = 0;
    int next = 0;
    long sum = 0;
    while (next < states) {
      levels++;
      for (int end = states; next < end; next++) {
        if (orbits) {
          space.machine().state().load(chunk(next), offset(next));
          sum = Math.addExact(sum, space.renamer().canonical().orbit(space.machine().state()));
        }
        space.expand(chunk(next), offset(next), Space.Edges.ALL, (vector, _, _) -> meet(vector));
      }
    }
    return new Counts(states, transitions, levels, sum);
  }

  private void meet(byte[] vector) {
    transitions++;
    add(vector);
  }

  private byte[] chunk(int state) {
    return chunks.get(state / CHUNK_STATES);
  }

  private int offset(int state) {
    return state % CHUNK_STATES * bytes;
  }

  private void add(byte[] vector) {
    int mask = slots.length - 1;
    int slot = hash(vector, 0) & mask;
    while (slots[slot] != NO_STATE) {
      int at = offset(slots[slot]);
      if (Arrays.equals(vector, 0, bytes, chunk(slots[slot]), at, at + bytes)) {
        return;
      }
      slot = slot + 1 & mask;
    }
    if (states % CHUNK_STATES == 0) {
      chunks.add(new byte[CHUNK_STATES * bytes]);
    }
    System.arraycopy(vector, 0, chunk(states), offset(states), bytes);
    slots[slot] = states++;
    if (states > slots.length / 2) {
      grow();
    }
  }

  private void grow() {
    int[] old = slots;
    slots = new int[old.length * 2];
    Arrays.fill(slots, NO_STATE);
    int mask = slots.length - 1;
    for (int state = 0; state < states; state++) {
      int slot = hash(chunk(state), offset(state)) & mask;
      while (slots[slot] != NO_STATE) {
        slot = slot + 1 & mask;
      }
      slots[slot] = state;
    }
  }

  private int hash(byte[] from, int offset) {
    long hash = 0;
    for (int at = offset; at < offset + bytes; at += Long.BYTES) {
      long word = (long) LONGS.get(from, at);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    return (int) (hash ^ hash >>> 32);
  }
}
