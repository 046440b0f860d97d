package cowherd.search;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Packs states: only the bits that have ever differed from the initial state are kept, in as few
 * longs as they need. Exact: a state that differs in another bit does not fit, which {@link #read}
 * tells, and a {@link #widened} packer takes the place of this one. Kept is the difference to the
 * initial state; lanes are rotated and laid over each other where their bits do not meet, and bits
 * that are added later go where there is room: so what was packed before stays as it is, as long as
 * there is.
 */
final class Packer {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long[] base;

  /**
   * Pieces of the packed state, sorted by the long that they stand in: bits of a lane, rotated to
   * where there is room. A lane may have several pieces.
   */
  private final int[] lanes;

  private final long[] masks;
  private final int[] rotations;

  /** Per long of the packed state: its first piece; then the number of pieces. */
  private final int[] firsts;

  /** Per long of the packed state: the bits that are taken. */
  private final long[] taken;

  /** Per lane: the bits that are kept. */
  private final long[] kept;

  /** A piece: bits of a lane, and where they go. */
  private record Piece(int lane, long mask, int word, int rotation) {}

  private Packer(long[] base, List<Piece> pieces) {
    this.base = base;
    List<Piece> sorted = new ArrayList<>(pieces);
    sorted.sort(Comparator.comparingInt(Piece::word));
    lanes = sorted.stream().mapToInt(Piece::lane).toArray();
    masks = sorted.stream().mapToLong(Piece::mask).toArray();
    rotations = sorted.stream().mapToInt(Piece::rotation).toArray();
    int longs = Math.max(1, sorted.isEmpty() ? 0 : sorted.getLast().word + 1);
    firsts = new int[longs + 1];
    taken = new long[longs];
    kept = new long[base.length];
    for (Piece piece : sorted) {
      taken[piece.word] |= Long.rotateLeft(piece.mask, piece.rotation);
      kept[piece.lane] |= piece.mask;
    }
    for (int w = 0; w <= longs; w++) {
      int word = w;
      firsts[w] = (int) sorted.stream().filter(p -> p.word < word).count();
    }
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
    return new Packer(base, List.of());
  }

  private List<Piece> list() {
    List<Piece> all = new ArrayList<>();
    for (int w = 0; w < taken.length; w++) {
      for (int i = firsts[w]; i < firsts[w + 1]; i++) {
        all.add(new Piece(lanes[i], masks[i], w, rotations[i]));
      }
    }
    return all;
  }

  /** The packer of some pieces, as {@link #pieces} gave them. */
  Packer withPieces(long[] pieces) {
    List<Piece> all = new ArrayList<>();
    for (int i = 0; i < pieces.length; i += 4) {
      all.add(new Piece((int) pieces[i], pieces[i + 1], (int) pieces[i + 2], (int) pieces[i + 3]));
    }
    return new Packer(base, all);
  }

  /** What is kept and where: lane, mask, word and rotation of each piece. */
  long[] pieces() {
    return list().stream()
        .flatMapToLong(p -> LongStream.of(p.lane, p.mask, p.word, p.rotation))
        .toArray();
  }

  /** Longs of a packed state. */
  int longs() {
    return taken.length;
  }

  /** Bits that are kept. */
  int bits() {
    return Arrays.stream(kept).map(Long::bitCount).mapToInt(n -> (int) n).sum();
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

  /** A packer for these bits too: beside the others if there is room, else all placed anew. */
  Packer widened(long[] more) {
    List<Piece> beside = list();
    long[] room = taken.clone();
    boolean fits = true;
    for (int lane = 0; lane < base.length && fits; lane++) {
      long bits = more[lane] & ~kept[lane];
      fits = bits == 0 || place(lane, bits, room, beside);
    }
    if (fits) {
      return new Packer(base, beside);
    }
    long[] all = kept.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] |= more[i];
    }
    return placed(all);
  }

  /** Places lanes with many bits first: those with few fill the gaps. */
  private Packer placed(long[] bits) {
    List<Integer> order = new ArrayList<>();
    for (int lane = 0; lane < bits.length; lane++) {
      if (bits[lane] != 0) {
        order.add(lane);
      }
    }
    order.sort(Comparator.comparingInt((Integer lane) -> -Long.bitCount(bits[lane])));
    int all = order.stream().mapToInt(lane -> Long.bitCount(bits[lane])).sum();
    int words = (all + Long.SIZE - 1) / Long.SIZE;
    List<Piece> pieces = new ArrayList<>();
    long[] room = new long[words];
    for (int lane : order) {
      placeOrSplit(lane, bits[lane], room, pieces);
    }
    return new Packer(base, pieces);
  }

  /** There is room for every single bit; the fewer pieces, the faster. */
  private static void placeOrSplit(int lane, long bits, long[] room, List<Piece> pieces) {
    if (!place(lane, bits, room, pieces)) {
      long low = bits;
      for (int half = Long.bitCount(bits) / 2; half > 0; half--) {
        low &= low - 1;
      }
      placeOrSplit(lane, bits & ~low, room, pieces);
      placeOrSplit(lane, low, room, pieces);
    }
  }

  private static boolean place(int lane, long bits, long[] room, List<Piece> pieces) {
    for (int word = 0; word < room.length; word++) {
      for (int rotation = 0; rotation < Long.SIZE; rotation++) {
        long rotated = Long.rotateLeft(bits, rotation);
        if ((rotated & room[word]) == 0) {
          room[word] |= rotated;
          pieces.add(new Piece(lane, bits, word, rotation));
          return true;
        }
      }
    }
    return false;
  }

  /** Whether what this one packed can be read by another one as it is. */
  boolean isBeginningOf(Packer other) {
    return longs() == other.longs() && new HashSet<>(other.list()).containsAll(list());
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
    for (int w = 0; w < taken.length; w++) {
      long word = 0;
      int end = firsts[w + 1];
      for (int i = firsts[w]; i < end; i++) {
        word |= Long.rotateLeft(from[lanes[i]] & masks[i], rotations[i]);
      }
      out[at + w] = word;
    }
  }

  void unpack(long[] in, int at, long[] into) {
    Arrays.fill(into, 0);
    for (int w = 0; w < taken.length; w++) {
      long word = in[at + w];
      int end = firsts[w + 1];
      for (int i = firsts[w]; i < end; i++) {
        into[lanes[i]] |= Long.rotateRight(word, rotations[i]) & masks[i];
      }
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
