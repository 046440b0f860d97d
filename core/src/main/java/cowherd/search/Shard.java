package cowherd.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The states whose hash begins with the same bits, in the order in which they were found.
 *
 * <pre>
 *   log      blocks of records: the step that led here (parent, action), then the packed state
 *   table    exact: numbers of states by hash, with 7 bits of it as a tag, open addressing
 *            fingerprints: the hashes themselves
 * </pre>
 *
 * With fingerprints, blocks that are no longer needed go to disk (a trace may need their steps) and
 * those of the frontier when memory is short.
 */
final class Shard {
  private static final int BLOCK_SHIFT = 10;
  private static final int BLOCK = 1 << BLOCK_SHIFT;
  private static final int TABLE_MIN = 64;
  private static final int TAG_SHIFT = 25;

  /** Bits of the hash that choose neither the shard nor the slot. */
  private static final int TAG_FROM = 40;

  private static final int INDEX_MASK = (1 << TAG_SHIFT) - 1;

  /** Most states of a shard. */
  static final int STATES_MAX = INDEX_MASK - 1;

  // exact: at most half full; fingerprints: at most 4/5, growing by a quarter
  private static final double FINGERPRINTS_FULL = 0.8;
  private static final double FINGERPRINTS_GROWTH = 1.25;

  private final boolean exact;
  private final int bytes;
  private final Slabs slabs;
  private final List<Block> blocks = new ArrayList<>();
  private int size;
  private int[] table = new int[0];

  /** Exact: where the records of each block are. */
  private long[][] data = new long[4][];

  private int[] dataFrom = new int[4];
  private long[] prints = new long[0];

  /** A run of records with one way of packing. */
  private static final class Block {
    long @Nullable [] records;
    int from;
    Packer packer;
    long place = -1;

    Block(Slabs.Place where, Packer packer) {
      this.records = where.slab();
      this.from = where.from();
      this.packer = packer;
    }

    /** Longs of a record. */
    int longs() {
      return 1 + packer.longs();
    }

    int allLongs() {
      return BLOCK * longs();
    }
  }

  Shard(boolean exact, int bytes, Slabs slabs) {
    this.exact = exact;
    this.bytes = bytes;
    this.slabs = slabs;
    if (exact) {
      table = new int[TABLE_MIN];
    } else {
      prints = new long[TABLE_MIN];
    }
  }

  int size() {
    return size;
  }

  /** Bytes of the table alone: with fingerprints, what a state costs beside the frontier. */
  long tableBytes() {
    return Integer.BYTES * (long) table.length + Long.BYTES * (long) prints.length;
  }

  /** Bytes that the next growth needs at most. */
  long growthBytes() {
    return 2L * Integer.BYTES * table.length
        + (long) (FINGERPRINTS_GROWTH * Long.BYTES * prints.length);
  }

  // ---- adding

  /** Records that are looked up together. */
  private static final int BATCH = 32;

  /** What {@link #warm} reads, so that it is not left out as useless. */
  private long warmed;

  /**
   * Adds those states that are new.
   *
   * @param records hash, step, packed state; one after the other
   * @param filled longs of them
   */
  void addAll(long[] records, int filled, Packer packer) {
    int longs = 2 + packer.longs();
    int batch = BATCH * longs;
    for (int from = 0; from < filled; from += batch) {
      int to = Math.min(filled, from + batch);
      warm(records, from, to, longs);
      for (int at = from; at < to; at += longs) {
        add(records[at], records, at + 1, packer);
      }
    }
  }

  /**
   * Reads what the look-ups of a batch are going to read. Alone each would wait for memory, these
   * wait together: nothing here depends on what another one reads.
   */
  private void warm(long[] records, int from, int to, int longs) {
    if (exact) {
      int mask = table.length - 1;
      int recordLongs = longs - 1;
      long sum = 0;
      for (int at = from; at < to; at += longs) {
        int entry = table[(int) records[at] & mask] & INDEX_MASK;
        if (entry != 0) {
          int number = entry - 1 >> BLOCK_SHIFT;
          long[] block = data[number];
          int first = dataFrom[number] + (entry - 1 & BLOCK - 1) * recordLongs;
          sum += block[first + 1] + block[first + recordLongs - 1];
        }
      }
      warmed += sum;
    } else {
      long sum = 0;
      for (int at = from; at < to; at += longs) {
        sum += prints[slotOf(records[at], prints.length)];
      }
      warmed += sum;
    }
  }

  /**
   * Adds a state when it is new.
   *
   * @param record the step that leads to it, then the packed state, at {@code at}
   * @return whether it was new
   */
  boolean add(long hash, long[] record, int at, Packer packer) {
    if (exact ? known(hash, record, at + 1, packer) : knownPrint(hash)) {
      return false;
    }
    append(record, at, packer);
    return true;
  }

  private void append(long[] record, int at, Packer packer) {
    if (size == STATES_MAX) {
      throw new OutOfMemoryError("Shard: more than " + STATES_MAX + " states");
    }
    int longs = 1 + packer.longs();
    int place = size & BLOCK - 1;
    if (place == 0) {
      blocks.add(new Block(slabs.take(BLOCK * longs), packer));
      setData(blocks.size() - 1);
    }
    Block block = blocks.getLast();
    long[] records = block.records;
    if (block.packer != packer || records == null) {
      throw new IllegalStateException("Shard.append: another packer");
    }
    System.arraycopy(record, at, records, block.from + place * longs, longs);
    size++;
  }

  private void setData(int number) {
    long[] records = blocks.get(number).records;
    if (exact && records != null) {
      if (number >= data.length) {
        data = Arrays.copyOf(data, data.length * 2);
        dataFrom = Arrays.copyOf(dataFrom, data.length);
      }
      data[number] = records;
      dataFrom[number] = blocks.get(number).from;
    }
  }

  private boolean known(long hash, long[] record, int at, Packer packer) {
    if (size * 2 >= table.length) {
      growTable();
    }
    int mask = table.length - 1;
    int tag = (int) (hash >>> TAG_FROM) << TAG_SHIFT;
    int slot = (int) hash & mask;
    for (int entry = table[slot]; entry != 0; entry = table[slot]) {
      if ((entry & ~INDEX_MASK) == tag
          && equal((entry & INDEX_MASK) - 1, record, at, packer.longs())) {
        return true;
      }
      slot = slot + 1 & mask;
    }
    table[slot] = tag | size + 1;
    return false;
  }

  private boolean equal(int index, long[] record, int at, int longs) {
    int number = index >> BLOCK_SHIFT;
    long[] records = data[number];
    int from = dataFrom[number] + (index & BLOCK - 1) * (longs + 1) + 1;
    for (int i = 0; i < longs; i++) {
      if (records[from + i] != record[at + i]) {
        return false;
      }
    }
    return true;
  }

  private void growTable() {
    int[] larger = new int[table.length * 2];
    int mask = larger.length - 1;
    long[] lanes = new long[bytes / Long.BYTES];
    for (int index = 0; index < size; index++) {
      load(index, lanes);
      long hash = Packer.hash(lanes);
      int slot = (int) hash & mask;
      while (larger[slot] != 0) {
        slot = slot + 1 & mask;
      }
      larger[slot] = (int) (hash >>> TAG_FROM) << TAG_SHIFT | index + 1;
    }
    table = larger;
  }

  private boolean knownPrint(long hash) {
    if (size + 1 > prints.length * FINGERPRINTS_FULL) {
      growPrints();
    }
    long print = hash == 0 ? 1 : hash;
    int slot = slotOf(print, prints.length);
    while (prints[slot] != 0) {
      if (prints[slot] == print) {
        return true;
      }
      slot = slot + 1 == prints.length ? 0 : slot + 1;
    }
    prints[slot] = print;
    return false;
  }

  /** The upper bits choose the shard, so the lower ones choose the slot. */
  private static int slotOf(long print, int slots) {
    return (int) ((print & 0xffffffffL) * slots >>> 32);
  }

  private void growPrints() {
    long[] old = prints;
    long[] larger = new long[(int) (old.length * FINGERPRINTS_GROWTH) + 1];
    for (long print : old) {
      if (print != 0) {
        int slot = slotOf(print, larger.length);
        while (larger[slot] != 0) {
          slot = slot + 1 == larger.length ? 0 : slot + 1;
        }
        larger[slot] = print;
      }
    }
    prints = larger;
  }

  // ---- reading

  /** Writes a state that is in memory. */
  private void load(int index, long[] lanes) {
    Block block = blocks.get(index >> BLOCK_SHIFT);
    long[] records = block.records;
    if (records == null) {
      throw new IllegalStateException("Shard.load: not in memory");
    }
    block.packer.unpack(records, block.from + (index & BLOCK - 1) * block.longs() + 1, lanes);
  }

  /** Reads states one after the other; a block that is on disk is read once. */
  final class Reader {
    private int open = -1;
    private long[] fromDisk = new long[0];
    private long[] records = new long[0];
    private int from;
    private final long[] lanes = new long[bytes / Long.BYTES];

    /** Writes a state. */
    void load(int index, byte[] vector, int offset, Disk disk) {
      Block block = open(index, disk);
      block.packer.unpack(records, from + (index & BLOCK - 1) * block.longs() + 1, lanes);
      block.packer.write(lanes, vector, offset);
    }

    /** The step that led to a state. */
    long step(int index, Disk disk) {
      Block block = open(index, disk);
      return records[from + (index & BLOCK - 1) * block.longs()];
    }

    private Block open(int index, Disk disk) {
      int number = index >> BLOCK_SHIFT;
      Block block = blocks.get(number);
      long[] inMemory = block.records;
      if (inMemory != null) {
        records = inMemory;
        from = block.from;
      } else {
        if (open != number) {
          fromDisk = new long[block.allLongs()];
          disk.read(block.place, fromDisk, fromDisk.length);
          open = number;
        }
        records = fromDisk;
        from = 0;
      }
      return block;
    }
  }

  Reader reader() {
    return new Reader();
  }

  // ---- packing anew, and disk

  /** Another way of packing begins: exact states are packed anew, others as they were. */
  void repack(Packer packer) {
    if (exact) {
      long[] lanes = new long[bytes / Long.BYTES];
      int index = 0;
      for (int b = 0; b < blocks.size(); b++) {
        blocks.set(b, repacked(blocks.get(b), packer, lanes, index));
        setData(b);
        index += BLOCK;
      }
    } else if (size % BLOCK != 0) {
      long[] lanes = new long[bytes / Long.BYTES];
      int last = blocks.size() - 1;
      blocks.set(last, repacked(blocks.get(last), packer, lanes, last * BLOCK));
    }
  }

  private Block repacked(Block block, Packer packer, long[] lanes, int first) {
    if (block.packer.isBeginningOf(packer)) {
      block.packer = packer;
      return block;
    }
    long[] old = block.records;
    if (old == null) {
      throw new IllegalStateException("Shard.repacked: not in memory");
    }
    int longs = 1 + packer.longs();
    int count = Math.min(BLOCK, size - first);
    Block anew = new Block(slabs.take(BLOCK * longs), packer);
    long[] records = anew.records;
    for (int i = 0; i < count && records != null; i++) {
      int from = block.from + i * block.longs();
      int to = anew.from + i * longs;
      records[to] = old[from];
      block.packer.unpack(old, from + 1, lanes);
      packer.pack(lanes, records, to + 1);
    }
    return anew;
  }

  /**
   * Writes whole blocks to disk and frees their memory; only with fingerprints.
   *
   * @param from first state of the first block
   * @param to states from here on stay
   * @return bytes that were freed
   */
  long evict(int from, int to, Disk disk) {
    long freed = 0;
    for (int b = from >> BLOCK_SHIFT; b + 1 <= to >> BLOCK_SHIFT; b++) {
      Block block = blocks.get(b);
      long[] records = block.records;
      if (records != null) {
        if (block.place < 0) {
          block.place = disk.write(records, block.from, block.allLongs());
        }
        freed += Long.BYTES * (long) block.allLongs();
        slabs.give(new Slabs.Place(records, block.from), block.allLongs());
        block.records = null;
      }
    }
    return freed;
  }
}
