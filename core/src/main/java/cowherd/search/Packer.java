package cowherd.search;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Packs states: only the bits that have ever differed from the initial state are kept, in as few
 * longs as they need. Exact: a state that differs in another bit does not fit, which {@link #read}
 * tells, and a {@link #widened} packer takes the place of this one. Kept is the difference to the
 * initial state, and bits that are added later stand behind the others: so what was packed before
 * stays as it is, as long as the number of longs does.
 */
final class Packer {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long[] base;

  /** Pieces of the packed state: bits of a lane. A lane may have several pieces. */
  private final int[] lanes;

  private final long[] masks;
  private final int[] counts;

  /** Per lane: the bits that are kept. */
  private final long[] kept;

  private final int longs;

  private Packer(long[] base, int[] lanes, long[] masks) {
    this.base = base;
    this.lanes = lanes;
    this.masks = masks;
    counts = Arrays.stream(masks).mapToInt(Long::bitCount).toArray();
    kept = new long[base.length];
    for (int i = 0; i < lanes.length; i++) {
      kept[lanes[i]] |= masks[i];
    }
    longs = Math.max(1, (Arrays.stream(counts).sum() + Long.SIZE - 1) / Long.SIZE);
  }

  /** For the initial state alone. */
  static Packer of(byte[] initial) {
    if (initial.length > LANES_MAX * Long.BYTES) {
      throw new IllegalArgumentException("Packer.of: a state of more than " + LANES_MAX * 8);
    }
    long[] base = new long[initial.length / Long.BYTES];
    for (int i = 0; i < base.length; i++) {
      base[i] = lane(initial, 0, i);
    }
    return new Packer(base, new int[0], new long[0]);
  }

  /** The packer of some pieces, as {@link #pieces} gave them. */
  Packer withPieces(long[] pieces) {
    int count = pieces.length / 2;
    int[] newLanes = new int[count];
    for (int i = 0; i < count; i++) {
      newLanes[i] = (int) pieces[i];
    }
    return new Packer(base, newLanes, Arrays.copyOfRange(pieces, count, pieces.length));
  }

  /** What is kept, in its order: lanes, then masks. */
  long[] pieces() {
    long[] pieces = new long[2 * lanes.length];
    for (int i = 0; i < lanes.length; i++) {
      pieces[i] = lanes[i];
      pieces[lanes.length + i] = masks[i];
    }
    return pieces;
  }

  /** Longs of a packed state. */
  int longs() {
    return longs;
  }

  /** Bits that are kept. */
  int bits() {
    return Arrays.stream(counts).sum();
  }

  private static long lane(byte[] vector, int offset, int lane) {
    return (long) LONGS.get(vector, offset + lane * Long.BYTES);
  }

  /** Adds the bits in which a state differs to some masks. */
  void addBits(byte[] vector, int offset, long[] into) {
    for (int i = 0; i < base.length; i++) {
      into[i] |= lane(vector, offset, i) ^ base[i];
    }
  }

  /** A packer for these bits too: behind the others if there is room, else all sorted anew. */
  Packer widened(long[] more) {
    Packer appended = appended(more);
    if (appended.longs == longs) {
      return appended;
    }
    long[] all = kept.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] |= more[i];
    }
    return new Packer(base, new int[0], new long[0]).appended(all);
  }

  private Packer appended(long[] more) {
    int[] newLanes = Arrays.copyOf(lanes, lanes.length + base.length);
    long[] newMasks = Arrays.copyOf(masks, masks.length + base.length);
    int count = lanes.length;
    for (int i = 0; i < base.length; i++) {
      if ((more[i] & ~kept[i]) != 0) {
        newLanes[count] = i;
        newMasks[count++] = more[i] & ~kept[i];
      }
    }
    return new Packer(base, Arrays.copyOf(newLanes, count), Arrays.copyOf(newMasks, count));
  }

  /** Whether what this one packed can be read by another one as it is. */
  boolean isBeginningOf(Packer other) {
    return longs == other.longs
        && Arrays.equals(lanes, Arrays.copyOf(other.lanes, lanes.length))
        && Arrays.equals(masks, Arrays.copyOf(other.masks, masks.length));
  }

  // ---- lanes: a state as longs, each the difference to the initial state

  /**
   * Reads a state as lanes.
   *
   * @return whether it fits: whether it differs from the initial state in no other bit than those
   *     that are kept
   */
  boolean read(byte[] vector, int offset, long[] into) {
    long outside = 0;
    for (int i = 0; i < base.length; i++) {
      long difference = lane(vector, offset, i) ^ base[i];
      into[i] = difference;
      outside |= difference & ~kept[i];
    }
    return outside == 0;
  }

  /** Packs lanes that fit. */
  void pack(long[] from, long[] out, int at) {
    int to = at;
    int filled = 0;
    long word = 0;
    for (int i = 0; i < lanes.length; i++) {
      int count = counts[i];
      long bits = Long.compress(from[lanes[i]], masks[i]);
      word |= bits << filled;
      filled += count;
      if (filled >= Long.SIZE) {
        out[to++] = word;
        filled -= Long.SIZE;
        word = filled == 0 ? 0 : bits >>> count - filled;
      }
    }
    if (to < at + longs) {
      out[to] = word;
    }
  }

  void unpack(long[] in, int at, long[] into) {
    Arrays.fill(into, 0);
    int from = at;
    int used = 0;
    for (int i = 0; i < lanes.length; i++) {
      int count = counts[i];
      long bits = in[from] >>> used;
      used += count;
      if (used >= Long.SIZE) {
        used -= Long.SIZE;
        from++;
        if (used > 0) {
          bits |= in[from] << count - used;
        }
      }
      into[lanes[i]] |= Long.expand(bits, masks[i]);
    }
  }

  /** Writes lanes as a state. */
  void write(long[] from, byte[] vector, int offset) {
    for (int i = 0; i < base.length; i++) {
      LONGS.set(vector, offset + i * Long.BYTES, from[i] ^ base[i]);
    }
  }

  /**
   * The hash of a state: a sum of products with fixed random numbers, folded, then mixed. It does
   * not depend on what is kept, as a lane without a difference adds nothing.
   */
  static long hash(long[] from) {
    long sum = 0;
    for (int i = 0; i < from.length; i++) {
      long lane = from[i];
      sum += lane * FACTORS[i] ^ Math.unsignedMultiplyHigh(lane, FACTORS[i]);
    }
    sum = (sum ^ sum >>> 32) * 0x9FB21C651E98DF25L;
    sum = (sum ^ sum >>> 29) * 0x9E3779B97F4A7C15L;
    return sum ^ sum >>> 32;
  }

  private static final int LANES_MAX = 512;
  private static final long[] FACTORS = factors();

  private static long[] factors() {
    SplittableRandom random = new SplittableRandom(0x636f7768657264L);
    long[] factors = new long[LANES_MAX];
    Arrays.setAll(factors, _ -> random.nextLong() | 1);
    return factors;
  }
}
