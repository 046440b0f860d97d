package cowherd.search;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a search is: which states are to be expanded, and by which steps. States found together
 * stand together in each shard, so a set of them is a range of each shard: a bucket.
 *
 * <p>By steps, a bucket is a level. By calls, bucket (c, s) holds the states that c calls and s
 * steps reach, and no fewer: its states come from the calls of bucket (c - 1, s - 1), and from the
 * other steps of bucket (c, s - 1). When all buckets of c are done those of c + 1 begin.
 */
final class Frontier {
  /** A range of each shard. */
  record Bucket(int[] from, int[] to) {
    static final Bucket NONE = new Bucket(new int[Search.SHARDS], new int[Search.SHARDS]);

    long size() {
      long size = 0;
      for (int i = 0; i < from.length; i++) {
        size += to[i] - from[i];
      }
      return size;
    }
  }

  final boolean byCalls;
  int calls;
  int steps;

  /** Whether the calls of the bucket of one call fewer are at hand, or the other steps. */
  boolean ofFewerCalls;

  /** The shard that is being expanded, and its next state. */
  int shard;

  int index;
  List<Bucket> before = new ArrayList<>();
  List<Bucket> now = new ArrayList<>();

  /** Where the bucket that is being filled begins. */
  int[] begun = new int[Search.SHARDS];

  Frontier(boolean byCalls) {
    this.byCalls = byCalls;
  }

  /** The initial state is there. */
  void start(int[] sizes) {
    now.add(new Bucket(new int[Search.SHARDS], sizes.clone()));
    steps = 1;
    begun = sizes.clone();
    ofFewerCalls = false;
    rewind();
  }

  /** The bucket whose states are expanded. */
  Bucket source() {
    List<Bucket> row = ofFewerCalls ? before : now;
    return steps - 1 < row.size() ? row.get(steps - 1) : Bucket.NONE;
  }

  Space.Edges edges() {
    return !byCalls ? Space.Edges.ALL : ofFewerCalls ? Space.Edges.CALLS : Space.Edges.WITHIN_CALLS;
  }

  private void rewind() {
    shard = 0;
    index = source().from[0];
  }

  /** Goes past what is already expanded; false when the source is exhausted. */
  boolean atState() {
    Bucket source = source();
    while (shard < Search.SHARDS && index >= source.to[shard]) {
      shard++;
      index = shard < Search.SHARDS ? source.from[shard] : 0;
    }
    return shard < Search.SHARDS;
  }

  /**
   * The source is exhausted: goes to the next one.
   *
   * @param sizes states of each shard now
   * @return false when nothing is left
   */
  boolean next(int[] sizes) {
    if (byCalls && ofFewerCalls) {
      ofFewerCalls = false;
      rewind();
      return true;
    }
    now.add(new Bucket(begun, sizes.clone()));
    begun = sizes.clone();
    steps++;
    boolean rowGoesOn = now.getLast().size() > 0 || byCalls && steps - 1 < before.size();
    if (!rowGoesOn) {
      if (!byCalls || now.stream().allMatch(b -> b.size() == 0)) {
        return false;
      }
      before = now;
      now = new ArrayList<>();
      now.add(new Bucket(sizes.clone(), sizes.clone()));
      calls++;
      steps = 1;
    }
    ofFewerCalls = byCalls && calls > 0;
    rewind();
    return true;
  }

  /** States before these are not needed any more to go on. */
  int[] needed() {
    Bucket first = before.isEmpty() ? now.getFirst() : before.getFirst();
    return byCalls ? first.from.clone() : source().from.clone();
  }

  /** States of the source that are still to be expanded, and those found from it. */
  long waiting(int[] sizes) {
    Bucket source = source();
    long waiting = 0;
    for (int i = 0; i < Search.SHARDS; i++) {
      waiting += sizes[i] - begun[i];
      waiting += i > shard ? source.to[i] - source.from[i] : 0;
    }
    return waiting + (shard < Search.SHARDS ? Math.max(0, source.to[shard] - index) : 0);
  }
}
