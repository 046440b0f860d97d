package cowherd.search;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Memory for blocks of records, in large pieces: so the garbage collector has few objects to look
 * at, and none to copy. Blocks that are given back are used again.
 */
final class Slabs {
  private static final int FIRST_LONGS = 1 << 14;

  /** 64 MB: more than half of the young generation, so that a slab is old from the start. */
  private static final int MOST_LONGS = 1 << 23;

  private long[] slab = new long[0];
  private int used;
  private int next = FIRST_LONGS;
  private final Deque<Place> free = new ArrayDeque<>();
  private int freeLongs;
  private long allocated;

  /** A piece of a slab. */
  record Place(long[] slab, int from) {}

  /** A block; what it holds is undefined. */
  synchronized Place take(int longs) {
    if (longs != freeLongs) {
      free.clear(); // another way of packing: its blocks have another size
      freeLongs = longs;
    }
    Place again = free.poll();
    if (again != null) {
      return again;
    }
    if (used + longs > slab.length) {
      slab = new long[Math.max(next, longs)];
      allocated += slab.length;
      next = Math.min(MOST_LONGS, next * 2);
      used = 0;
    }
    Place place = new Place(slab, used);
    used += longs;
    return place;
  }

  /** Gives a block back. */
  synchronized void give(Place place, int longs) {
    if (longs == freeLongs) {
      free.add(place);
    }
  }

  /** Bytes of all slabs. */
  synchronized long bytes() {
    return Long.BYTES * allocated;
  }

  /** Bytes of blocks that were given back and wait. */
  synchronized long freeBytes() {
    return Long.BYTES * (long) freeLongs * free.size();
  }
}
