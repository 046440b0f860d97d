package cowherd.machine;

import java.util.Arrays;

/**
 * Recomputes the counters of every page and swap entry from what refers to them (invariant I1, and
 * the counting half of no-use-after-free).
 */
public final class Recount {
  private final Layout l;
  private final int[] mapcount;
  private final int[] refcount;
  private final int[] swapcount;

  /** For states of one layout; not thread-safe. */
  public Recount(Layout layout) {
    this.l = layout;
    mapcount = new int[l.frames + 1];
    refcount = new int[l.frames + 1];
    swapcount = new int[l.entries + 1];
  }

  /**
   * Compares the kept counters with the recomputed ones.
   *
   * @return what is wrong, or an empty string
   */
  public String check(State s) {
    Arrays.fill(mapcount, 0);
    Arrays.fill(refcount, 0);
    Arrays.fill(swapcount, 0);
    countMappings(s);
    for (int h = 0; h < l.shape.handles(); h++) {
      refer(s.handleFrame(h), (s.handleBits(h) & State.PIN) != 0 ? s.pinBias() : 1);
    }
    for (int t = 0; t < l.threads; t++) {
      refer(s.thread(t, State.HELD), 1);
      refer(s.thread(t, State.FAULT_OLD), 1);
      refer(s.thread(t, State.FAULT_NEW), 1);
      refer(s.thread(t, State.UNMAPPING), 1);
      mapcount[s.thread(t, State.UNMAPPING)]++;
    }
    return compare(s);
  }

  private void countMappings(State s) {
    for (int p = 0; p < l.processes; p++) {
      for (int v = 0; v < l.pages; v++) {
        int kind = s.pteBits(p, v) & State.KIND;
        int target = s.pteTarget(p, v);
        if (kind == State.PRESENT && target < State.STALE) {
          mapcount[target]++;
          refcount[target]++;
        } else if (kind == State.SWAP) {
          swapcount[target]++;
        }
      }
    }
  }

  private void refer(int frame, int references) {
    if (frame < State.STALE) {
      refcount[frame] += references;
    }
  }

  private String compare(State s) {
    for (int f = 1; f <= l.frames; f++) {
      int flags = s.frameFlags(f);
      if (flags == 0) {
        if (mapcount[f] != 0 || refcount[f] != 0) {
          return "a free page is still referenced";
        }
        continue;
      }
      int references =
          refcount[f]
              + (s.frameEntry(f) != 0 ? 1 : 0)
              + ((flags & State.LRU) != 0 ? 1 : 0)
              + ((flags & State.FILE) != 0 ? 1 : 0);
      if (s.mapcount(f) != mapcount[f]) {
        return "mapcount is " + s.mapcount(f) + ", but " + mapcount[f] + " PTEs map the page";
      }
      if (s.refcount(f) != references) {
        return "refcount is " + s.refcount(f) + ", but " + references + " references exist";
      }
      if (s.refcount(f) < s.mapcount(f)) {
        return "refcount is below mapcount";
      }
    }
    for (int e = 1; e <= l.entries; e++) {
      if (s.entryCount(e) != swapcount[e]) {
        return "swapcount is " + s.entryCount(e) + ", but " + swapcount[e] + " swap PTEs exist";
      }
    }
    return "";
  }
}
