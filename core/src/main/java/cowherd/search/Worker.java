package cowherd.search;

import java.util.Arrays;

/** One thread's part of a round: expands states, and sorts their successors by shard. */
final class Worker implements Space.Sink {
  private static final int FIRST_RECORDS = 64;

  private final Space space;
  private final int bytes;
  private final byte[] vector;
  private final long[] lanes;
  private final long[][] found = new long[Search.SHARDS][];
  private final int[] filled = new int[Search.SHARDS];
  private final Shard.Reader[] readers = new Shard.Reader[Search.SHARDS];

  /** Hits of the round: step, broken bits, and the vector as it is. */
  private byte[] hits = new byte[0];

  private long[] hitSteps = new long[0];
  private int[] hitBroken = new int[0];
  private int hitCount;

  private Packer packer;
  private long[] moreBits;
  private boolean outgrown;
  private long transitions;
  private long parent;

  Worker(Space space, Shard[] shards, Packer packer) {
    this.space = space;
    this.packer = packer;
    bytes = space.bytes();
    vector = new byte[bytes];
    lanes = new long[bytes / Long.BYTES];
    moreBits = new long[bytes / Long.BYTES];
    Arrays.setAll(readers, i -> shards[i].reader());
    Arrays.setAll(found, _ -> new long[0]);
  }

  void begin(Packer newPacker) {
    packer = newPacker;
    Arrays.fill(filled, 0);
    Arrays.fill(moreBits, 0);
    hitCount = 0;
    outgrown = false;
    transitions = 0;
  }

  /** Expands states of a shard. */
  void expand(int shard, int from, int to, Space.Edges edges, Disk disk) {
    for (int index = from; index < to; index++) {
      readers[shard].load(index, vector, 0, disk);
      parent = (long) shard << Search.SHARD_SHIFT | index;
      space.expand(vector, 0, edges, this);
    }
  }

  @Override
  public void successor(byte[] next, int action, int broken) {
    transitions++;
    long step = (long) action << Search.ACTION_SHIFT | parent;
    if (broken != 0) {
      hit(next, step, broken);
      return;
    }
    if (!packer.read(next, 0, lanes)) {
      packer.addBits(next, 0, moreBits);
      outgrown = true; // the round is done again, with a wider packer
      return;
    }
    long hash = Packer.hash(lanes);
    int shard = Search.shardOf(hash);
    int longs = 2 + packer.longs();
    int at = filled[shard];
    long[] records = found[shard];
    if (at + longs > records.length) {
      records = Arrays.copyOf(records, Math.max(FIRST_RECORDS * longs, records.length * 2));
      found[shard] = records;
    }
    records[at] = hash;
    records[at + 1] = step;
    packer.pack(lanes, records, at + 2);
    filled[shard] = at + longs;
  }

  private void hit(byte[] next, long step, int broken) {
    if (hitCount == hitSteps.length) {
      int room = Math.max(4, 2 * hitCount);
      hitSteps = Arrays.copyOf(hitSteps, room);
      hitBroken = Arrays.copyOf(hitBroken, room);
      hits = Arrays.copyOf(hits, room * bytes);
    }
    hitSteps[hitCount] = step;
    hitBroken[hitCount] = broken;
    System.arraycopy(next, 0, hits, hitCount * bytes, bytes);
    hitCount++;
  }

  /** Gives a shard what was found for it. */
  void deliver(int number, Shard shard) {
    shard.addAll(found[number], filled[number], packer);
  }

  boolean isOutgrown() {
    return outgrown;
  }

  long[] moreBits() {
    return moreBits;
  }

  long transitions() {
    return transitions;
  }

  int hits() {
    return hitCount;
  }

  long hitStep(int hit) {
    return hitSteps[hit];
  }

  int hitBroken(int hit) {
    return hitBroken[hit];
  }

  byte[] hitVector(int hit) {
    return Arrays.copyOfRange(hits, hit * bytes, (hit + 1) * bytes);
  }

  /** Bytes of its buffers. */
  long memoryBytes() {
    long all = hits.length;
    for (long[] records : found) {
      all += Long.BYTES * (long) records.length;
    }
    return all;
  }
}
