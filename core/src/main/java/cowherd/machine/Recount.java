package cowherd.machine;

/**
 * Recomputes the counters of every page and swap entry from what refers to them (invariant I1, and
 * the counting half of no-use-after-free).
 */
public final class Recount {
  private final Layout l;
  private final int[] mapcount;
  private final int[] refcount;
  private final int[] pmdMapcount;
  private final int[] pincount;
  private final int[] swapcount;

  /** For states of one layout; not thread-safe. */
  public Recount(Layout layout) {
    this.l = layout;
    mapcount = new int[l.frames + 1];
    refcount = new int[l.frames + 1];
    pmdMapcount = new int[l.frames + 1];
    pincount = new int[l.frames + 1];
    swapcount = new int[l.entries + 1];
  }

  /**
   * Compares the kept counters with the recomputed ones.
   *
   * @return what is wrong, or an empty string
   */
  public String check(State s) {
    byte[] b = s.bytes();
    for (int f = 0; f <= l.frames; f++) {
      mapcount[f] = 0;
      refcount[f] = 0;
      pmdMapcount[f] = 0;
      pincount[f] = 0;
    }
    for (int e = 0; e <= l.entries; e++) {
      swapcount[e] = 0;
    }
    countMappings(s);
    int end = l.handles + l.shape.handles() * Layout.HANDLE_BYTES;
    for (int at = l.handles; at < end; at += Layout.HANDLE_BYTES) {
      if (b[at] != 0) {
        int frame = b[at] & 0xff;
        boolean pin = (b[at + 1] & State.PIN) != 0;
        refer(s, frame, pin ? s.pinReferences(frame) : 1);
        if (pin && s.large(frame)) {
          pincount[s.folio(frame)]++;
        }
      }
    }
    end = l.threadsAt + l.threads * Layout.THREAD_BYTES;
    for (int at = l.threadsAt; at < end; at += Layout.THREAD_BYTES) {
      refer(s, b[at + State.HELD] & 0xff, 1);
      refer(s, b[at + State.FAULT_OLD] & 0xff, 1);
      refer(s, b[at + State.FAULT_NEW] & 0xff, 1);
      int unmapping = b[at + State.UNMAPPING] & 0xff;
      refer(s, unmapping, 1);
      mapcount[unmapping]++;
      refer(s, b[at + State.HELD_TOO] & 0xff, 1);
    }
    for (int f = 1; f <= l.frames; f++) {
      if (b[l.framesAt + (f - 1) * l.frameBytes + 3] != 0) {
        refer(s, f, 1);
      }
    }
    return agree(s) ? "" : disagreement(s);
  }

  private void countMappings(State s) {
    byte[] b = s.bytes();
    int end = l.mappings + l.processes * l.pages * l.mappingBytes;
    for (int at = l.mappings; at < end; at += l.mappingBytes) {
      int kind = b[at + 1] & State.KIND;
      int target = b[at] & 0xff;
      if (kind == State.PRESENT && target < State.STALE) {
        if ((b[at + 1] & State.PMD) == 0) {
          mapcount[target]++;
          refer(s, target, 1);
        } else if (s.folio(target) == target) {
          pmdMapcount[target]++;
          refcount[target]++;
        }
      } else if (State.namesEntry(b[at + 1])) {
        swapcount[target]++;
      }
    }
  }

  private void refer(State s, int frame, int references) {
    if (frame < State.STALE) {
      refcount[s.folio(frame)] += references;
    }
  }

  /** Frame flags that stand for a reference of their own: the LRU batch, the page cache. */
  private static int ownReferences(int flags) {
    return ((flags & State.LRU) != 0 ? 1 : 0) + ((flags & State.FILE) != 0 ? 1 : 0);
  }

  private boolean agree(State s) {
    byte[] b = s.bytes();
    int at = l.framesAt;
    for (int f = 1; f <= l.frames; f++, at += l.frameBytes) {
      int references = refcount[f] + ownReferences(b[at]);
      int kept = b[at + 2] & 0xff;
      boolean folio = pmdMapcount[f] == s.pmdMapcount(f) && pincount[f] == s.pincount(f);
      boolean head = s.folio(f) == f;
      if ((b[at + 1] & 0xff) != mapcount[f]
          || kept != references
          || head && (!folio || kept < s.folioMapcount(f))) {
        return false;
      }
    }
    at = l.entriesAt;
    for (int e = 1; e <= l.entries; e++, at += l.entryBytes) {
      if ((b[at] & 0xff) != swapcount[e]) {
        return false;
      }
    }
    return true;
  }

  private String disagreement(State s) {
    for (int f = 1; f <= l.frames; f++) {
      if (s.pteMapcount(f) != mapcount[f]) {
        return "mapcount is " + s.pteMapcount(f) + ", but " + mapcount[f] + " PTEs map the page";
      }
      if (s.folio(f) != f) {
        continue;
      }
      int references = refcount[f] + ownReferences(s.frameFlags(f));
      if (s.refcount(f) != references) {
        return "refcount is " + s.refcount(f) + ", but " + references + " references exist";
      }
      if (s.pmdMapcount(f) != pmdMapcount[f] || s.pincount(f) != pincount[f]) {
        return "PMD mapcount or pincount of a folio is wrong";
      }
      if (s.refcount(f) < s.folioMapcount(f)) {
        return "refcount is below mapcount";
      }
    }
    for (int e = 1; e <= l.entries; e++) {
      if (s.entryCount(e) != swapcount[e]) {
        return "swapcount is " + s.entryCount(e) + ", but " + swapcount[e] + " swap PTEs exist";
      }
    }
    return "counters disagree";
  }
}
