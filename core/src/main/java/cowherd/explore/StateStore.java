package cowherd.explore;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The states seen so far, exactly: a growing arena of vectors, numbered in the order in which they
 * were added, and an open-addressing table of their numbers. Vectors have a length that is a
 * multiple of 8.
 */
final class StateStore {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int CHUNK_SHIFT = 10;
  private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

  /** States that the first chunk has room for before it grows: most tests are small. */
  private static final int FIRST_STATES = 1 << 6;

  private final int bytes;
  private byte[][] chunks = new byte[4][];
  private int[] hashes = new int[FIRST_STATES];
  private int[] table = new int[FIRST_STATES * 2];
  private int size;

  StateStore(int bytes) {
    this.bytes = bytes;
  }

  int size() {
    return size;
  }

  /** Bytes of memory in use. */
  long memoryBytes() {
    long arena = (long) ((size >> CHUNK_SHIFT) + 1) * (CHUNK_MASK + 1) * bytes;
    return arena + 4L * hashes.length + 4L * table.length;
  }

  /** Bytes that the next growth of the tables needs at most. */
  long growthBytes() {
    return 8L * table.length + 8L * hashes.length;
  }

  /** The chunk that holds a state; it begins at {@link #offset}. */
  byte[] chunk(int state) {
    return chunks[state >> CHUNK_SHIFT];
  }

  int offset(int state) {
    return (state & CHUNK_MASK) * bytes;
  }

  /** The number of a vector, added when it is new; ~number when it was there before. */
  int add(byte[] vector) {
    int hash = hash(vector);
    int mask = table.length - 1;
    int at = hash & mask;
    for (int found = table[at]; found != 0; found = table[at]) {
      int state = found - 1;
      if (hashes[state] == hash && equal(state, vector)) {
        return ~state;
      }
      at = at + 1 & mask;
    }
    table[at] = size + 1;
    append(vector, hash);
    if (size * 2 > table.length) {
      growTable();
    }
    return size - 1;
  }

  private void append(byte[] vector, int hash) {
    int chunk = size >> CHUNK_SHIFT;
    if (chunk == chunks.length) {
      chunks = Arrays.copyOf(chunks, chunk * 2);
    }
    if (chunk == 0) {
      if (size == 0) {
        chunks[0] = new byte[FIRST_STATES * bytes];
      } else if (size * bytes == chunks[0].length) {
        chunks[0] = Arrays.copyOf(chunks[0], chunks[0].length * 2);
      }
    } else if ((size & CHUNK_MASK) == 0) {
      chunks[chunk] = new byte[(CHUNK_MASK + 1) * bytes];
    }
    System.arraycopy(vector, 0, chunks[chunk], offset(size), bytes);
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
    }
    hashes[size++] = hash;
  }

  private boolean equal(int state, byte[] vector) {
    byte[] chunk = chunk(state);
    int offset = offset(state);
    return Arrays.equals(chunk, offset, offset + bytes, vector, 0, bytes);
  }

  private void growTable() {
    int[] larger = new int[table.length * 2];
    int mask = larger.length - 1;
    for (int state = 0; state < size; state++) {
      int at = hashes[state] & mask;
      while (larger[at] != 0) {
        at = at + 1 & mask;
      }
      larger[at] = state + 1;
    }
    table = larger;
  }

  private int hash(byte[] vector) {
    long h = 0x9E3779B97F4A7C15L;
    for (int i = 0; i < bytes; i += 8) {
      h = (h ^ (long) LONGS.get(vector, i)) * 0xFF51AFD7ED558CCDL;
      h ^= h >>> 32;
    }
    return (int) h;
  }
}
