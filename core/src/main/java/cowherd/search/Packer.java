package cowherd.search;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Packs states: only the bits that have ever differed from the initial state are kept, in the order
 * of the vector, in as few longs as they need. Exact: a state that differs in another bit does not
 * {@link #fits fit}, and a {@link #widened} packer takes the place of this one.
 */
final class Packer {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long[] base;
  private final long[] masks;
  private final int longs;

  private Packer(long[] base, long[] masks) {
    this.base = base;
    this.masks = masks;
    int bits = 0;
    for (long mask : masks) {
      bits += Long.bitCount(mask);
    }
    longs = Math.max(1, (bits + Long.SIZE - 1) / Long.SIZE);
  }

  /** For the initial state alone. */
  static Packer of(byte[] initial) {
    long[] base = new long[initial.length / Long.BYTES];
    for (int i = 0; i < base.length; i++) {
      base[i] = lane(initial, 0, i);
    }
    return new Packer(base, new long[base.length]);
  }

  /** The packer of some masks, as {@link #masks} gave them. */
  Packer withMasks(long[] newMasks) {
    return new Packer(base, newMasks.clone());
  }

  /** Which bits are kept. */
  long[] masks() {
    return masks.clone();
  }

  /** Longs of a packed state. */
  int longs() {
    return longs;
  }

  private static long lane(byte[] vector, int offset, int lane) {
    return (long) LONGS.get(vector, offset + lane * Long.BYTES);
  }

  boolean fits(byte[] vector, int offset) {
    long outside = 0;
    for (int i = 0; i < base.length; i++) {
      outside |= (lane(vector, offset, i) ^ base[i]) & ~masks[i];
    }
    return outside == 0;
  }

  /** Adds the bits in which a state differs to some masks. */
  void addBits(byte[] vector, int offset, long[] into) {
    for (int i = 0; i < base.length; i++) {
      into[i] |= lane(vector, offset, i) ^ base[i];
    }
  }

  /** A packer for these bits too. */
  Packer widened(long[] more) {
    long[] wider = masks.clone();
    for (int i = 0; i < wider.length; i++) {
      wider[i] |= more[i];
    }
    return new Packer(base, wider);
  }

  void pack(byte[] vector, int offset, long[] out, int at) {
    int to = at;
    int filled = 0;
    long word = 0;
    for (int i = 0; i < masks.length; i++) {
      long mask = masks[i];
      if (mask == 0) {
        continue;
      }
      long bits = Long.compress(lane(vector, offset, i), mask);
      word |= bits << filled;
      filled += Long.bitCount(mask);
      if (filled >= Long.SIZE) {
        out[to++] = word;
        filled -= Long.SIZE;
        int taken = Long.bitCount(mask) - filled;
        word = taken == Long.SIZE ? 0 : bits >>> taken;
      }
    }
    if (to < at + longs) {
      out[to] = word;
    }
  }

  void unpack(long[] in, int at, byte[] vector, int offset) {
    int from = at;
    int used = 0;
    for (int i = 0; i < masks.length; i++) {
      long mask = masks[i];
      long lane = base[i];
      if (mask != 0) {
        int count = Long.bitCount(mask);
        long bits = in[from] >>> used;
        used += count;
        if (used >= Long.SIZE) {
          used -= Long.SIZE;
          from++;
          if (used > 0) {
            bits |= in[from] << count - used;
          }
        }
        lane = base[i] & ~mask | Long.expand(bits, mask);
      }
      LONGS.set(vector, offset + i * Long.BYTES, lane);
    }
  }

  /** The hash of a state; it does not depend on what is kept. */
  static long hash(byte[] vector, int offset, int bytes) {
    long a = 0x9E3779B97F4A7C15L;
    long b = 0xC2B2AE3D27D4EB4FL;
    int i = 0;
    for (; i + 2 * Long.BYTES <= bytes; i += 2 * Long.BYTES) {
      a = (a ^ (long) LONGS.get(vector, offset + i)) * 0xFF51AFD7ED558CCDL;
      b = (b ^ (long) LONGS.get(vector, offset + i + Long.BYTES)) * 0xC4CEB9FE1A85EC53L;
      a ^= a >>> 29;
      b ^= b >>> 31;
    }
    if (i < bytes) {
      a = (a ^ (long) LONGS.get(vector, offset + i)) * 0xFF51AFD7ED558CCDL;
      a ^= a >>> 29;
    }
    long h = (a ^ Long.rotateLeft(b, 23)) * 0x9FB21C651E98DF25L;
    h ^= h >>> 32;
    h *= 0x9E3779B97F4A7C15L;
    return h ^ h >>> 29;
  }
}
