package cowherd.machine;

import java.util.Arrays;

/**
 * Frame symmetry. Physical frames and swap entries are interchangeable, so a state is renamed: they
 * are numbered in the order in which a walk over the state first meets them. Two states that differ
 * only in the names of their frames and entries become equal.
 *
 * <p>The walk: page tables, handles, threads; then, frame by frame, the other pages of its folio
 * and its swap entry, and entry by entry the page in the swap cache; last the folios that nothing
 * names (pages that only an LRU batch still holds), in the order of their bytes. The page cache of
 * files keeps its frames.
 */
public final class Canonical {
  private final Layout l;
  private final int[] newFrame;
  private final int[] oldFrame;
  private final int[] newEntry;
  private final int[] oldEntry;
  private final byte[] scratch;
  private int nextFrame;
  private int nextEntry;
  private long automorphisms;

  /** For states of one layout; not thread-safe. */
  public Canonical(Layout layout) {
    this.l = layout;
    newFrame = new int[l.frames + 1];
    oldFrame = new int[l.frames + 1];
    newEntry = new int[l.entries + 1];
    oldEntry = new int[l.entries + 1];
    scratch = new byte[l.frames * l.frameBytes + l.entries * l.entryBytes];
  }

  /** Renames the frames and entries of a state in place. */
  public void rename(State state) {
    byte[] b = state.bytes();
    number(b);
    boolean same = true;
    for (int f = l.files + 1; f < nextFrame && same; f++) {
      same = oldFrame[f] == f;
    }
    for (int e = 1; e < nextEntry && same; e++) {
      same = oldEntry[e] == e;
    }
    if (!same) {
      apply(b);
    }
  }

  /** The frame that has the new number {@code frame}, of the state renamed last. */
  public int previousFrame(int frame) {
    return frame < nextFrame && frame > l.files ? oldFrame[frame] : frame;
  }

  /** The entry that has the new number {@code entry}, of the state renamed last. */
  public int previousEntry(int entry) {
    return entry < nextEntry && entry > 0 ? oldEntry[entry] : entry;
  }

  /**
   * How many states without frame symmetry this state stands for: F!/(F-k)! for k frames in use out
   * of F, the same for swap entries, divided by the renamings that change nothing.
   *
   * @throws ArithmeticException when the number does not fit a long
   */
  public long orbit(State state) {
    number(state.bytes());
    long size = 1;
    int all = l.frames - l.files;
    for (int i = 0; i < nextFrame - l.files - 1; i++) {
      size = Math.multiplyExact(size, all - i);
    }
    for (int i = 0; i < nextEntry - 1; i++) {
      size = Math.multiplyExact(size, l.entries - i);
    }
    return size / automorphisms;
  }

  private void number(byte[] b) {
    Arrays.fill(newFrame, 0);
    Arrays.fill(newEntry, 0);
    automorphisms = 1;
    nextFrame = 1;
    nextEntry = 1;
    for (int f = 1; f <= l.files; f++) {
      meetFrame(f);
    }
    int mappings = l.processes * l.pages;
    for (int i = 0, at = l.mappings; i < mappings; i++, at += l.mappingBytes) {
      meet(b[at] & 0xff, b[at + 1]);
    }
    for (int i = 0, at = l.handles; i < l.shape.handles(); i++, at += Layout.HANDLE_BYTES) {
      meetFrame(b[at] & 0xff);
    }
    for (int t = 0, at = l.threadsAt; t < l.threads; t++, at += Layout.THREAD_BYTES) {
      meetFrame(b[at + State.HELD] & 0xff);
      meetFrame(b[at + State.GUP_FRAME] & 0xff);
      meet(b[at + State.FAULT_ORIG] & 0xff, b[at + State.FAULT_ORIG_BITS]);
      meetFrame(b[at + State.FAULT_OLD] & 0xff);
      meetFrame(b[at + State.FAULT_NEW] & 0xff);
      meetFrame(b[at + State.UNMAPPING] & 0xff);
      meetFrame(b[at + State.HELD_TOO] & 0xff);
    }
    int tlbs = l.shape.tlbs() ? mappings : 0;
    for (int i = 0, at = l.tlbsAt; i < tlbs; i++, at += Layout.TLB_BYTES) {
      meetFrame(b[at] & 0xff);
    }
    followSwapCache(b);
    meetNameless(b);
  }

  private void meet(int target, int pteBits) {
    if (State.namesFrame(pteBits)) {
      meetFrame(target);
    } else if (State.namesEntry(pteBits)) {
      meetEntry(target);
    }
  }

  private void meetFrame(int frame) {
    if (frame != 0 && frame < State.STALE && newFrame[frame] == 0) {
      newFrame[frame] = nextFrame;
      oldFrame[nextFrame++] = frame;
    }
  }

  private void meetEntry(int entry) {
    if (entry != 0 && entry < State.STALE && newEntry[entry] == 0) {
      newEntry[entry] = nextEntry;
      oldEntry[nextEntry++] = entry;
    }
  }

  private void followSwapCache(byte[] b) {
    int frame = 1;
    int entry = 1;
    while (frame < nextFrame || entry < nextEntry) {
      if (frame < nextFrame) {
        int met = oldFrame[frame++];
        meetFolio(b, met);
        meetEntry(b[frameAt(met) + 3] & 0xff);
      } else {
        meetFrame(b[entryAt(oldEntry[entry++]) + 1] & 0xff);
      }
    }
  }

  /** Meets all pages of the folio of a frame, in their order. */
  private void meetFolio(byte[] b, int frame) {
    int head = head(b, frame);
    if (head != 0) {
      for (int i = 0; i < l.folioPages; i++) {
        meetFrame(page(b, head, i));
      }
    }
  }

  /** The head of the large folio of a frame, or 0. */
  private int head(byte[] b, int frame) {
    return l.folioPages == 1 ? 0 : b[frameAt(frame) + State.FOLIO_HEAD] & 0xff;
  }

  private int page(byte[] b, int head, int index) {
    for (int f = l.files + 1, at = frameAt(f); f <= l.frames; f++, at += l.frameBytes) {
      if ((b[at + State.FOLIO_HEAD] & 0xff) == head && b[at + State.FOLIO_INDEX] == index) {
        return f;
      }
    }
    return head;
  }

  private void meetNameless(byte[] b) {
    boolean more = false;
    for (int f = l.files + 1, at = frameAt(f); f <= l.frames; f++, at += l.frameBytes) {
      more |= b[at] != 0 && newFrame[f] == 0;
    }
    while (more) {
      int least = 0;
      int equal = 0;
      for (int f = l.files + 1; f <= l.frames; f++) {
        boolean tail = head(b, f) != 0 && head(b, f) != f;
        if (newFrame[f] == 0 && b[frameAt(f)] != 0 && !tail) {
          int order = least == 0 ? -1 : compareFolios(b, f, least);
          if (order < 0) {
            least = f;
            equal = 1;
          } else if (order == 0) {
            equal++;
          }
        }
      }
      more = least != 0;
      if (more) {
        automorphisms *= equal;
        meetFrame(least);
        followSwapCache(b);
      }
    }
  }

  private int compareFolios(byte[] b, int f, int g) {
    int headF = head(b, f);
    int headG = head(b, g);
    if (headF == 0 || headG == 0) {
      return headF == headG ? compareFrames(b, f, g) : headF == 0 ? -1 : 1;
    }
    int order = 0;
    for (int i = 0; i < l.folioPages && order == 0; i++) {
      order = compareFrames(b, page(b, f, i), page(b, g, i));
    }
    return order;
  }

  /** Orders two nameless frames by what they hold; head and swap entry are only names. */
  private int compareFrames(byte[] b, int f, int g) {
    int x = frameAt(f);
    int y = frameAt(g);
    int entryX = b[x + 3] & 0xff;
    int entryY = b[y + 3] & 0xff;
    int order = Arrays.compareUnsigned(b, x, x + 3, b, y, y + 3);
    if (order == 0) {
      order = Boolean.compare(entryX != 0, entryY != 0);
    }
    if (order == 0) {
      order =
          Arrays.compareUnsigned(b, x + 4, x + State.FOLIO_HEAD, b, y + 4, y + State.FOLIO_HEAD);
    }
    if (order == 0) {
      int from = State.FOLIO_HEAD + (l.folioPages == 1 ? 0 : 1);
      order = Arrays.compareUnsigned(b, x + from, x + l.frameBytes, b, y + from, y + l.frameBytes);
    }
    return order != 0 || entryX == 0 ? order : compareEntries(b, entryAt(entryX), entryAt(entryY));
  }

  private int compareEntries(byte[] b, int x, int y) {
    int order = Byte.compareUnsigned(b[x], b[y]);
    int from = Layout.ENTRY_HEAD_BYTES;
    return order != 0
        ? order
        : Arrays.compareUnsigned(b, x + from, x + l.entryBytes, b, y + from, y + l.entryBytes);
  }

  private int frameAt(int frame) {
    return l.framesAt + (frame - 1) * l.frameBytes;
  }

  private int entryAt(int entry) {
    return l.entriesAt + (entry - 1) * l.entryBytes;
  }

  private void apply(byte[] b) {
    int mappings = l.processes * l.pages;
    for (int i = 0, at = l.mappings; i < mappings; i++, at += l.mappingBytes) {
      b[at] = renamed(b[at] & 0xff, b[at + 1]);
    }
    for (int i = 0, at = l.handles; i < l.shape.handles(); i++, at += Layout.HANDLE_BYTES) {
      b[at] = renamedFrame(b[at] & 0xff);
    }
    for (int t = 0, at = l.threadsAt; t < l.threads; t++, at += Layout.THREAD_BYTES) {
      b[at + State.HELD] = renamedFrame(b[at + State.HELD] & 0xff);
      b[at + State.GUP_FRAME] = renamedFrame(b[at + State.GUP_FRAME] & 0xff);
      b[at + State.FAULT_ORIG] =
          renamed(b[at + State.FAULT_ORIG] & 0xff, b[at + State.FAULT_ORIG_BITS]);
      b[at + State.FAULT_OLD] = renamedFrame(b[at + State.FAULT_OLD] & 0xff);
      b[at + State.FAULT_NEW] = renamedFrame(b[at + State.FAULT_NEW] & 0xff);
      b[at + State.UNMAPPING] = renamedFrame(b[at + State.UNMAPPING] & 0xff);
      b[at + State.HELD_TOO] = renamedFrame(b[at + State.HELD_TOO] & 0xff);
    }
    int tlbs = l.shape.tlbs() ? mappings : 0;
    for (int i = 0, at = l.tlbsAt; i < tlbs; i++, at += Layout.TLB_BYTES) {
      b[at] = renamedFrame(b[at] & 0xff);
    }
    int frameBytes = l.frames * l.frameBytes;
    int entryBytes = l.entries * l.entryBytes;
    System.arraycopy(b, l.framesAt, scratch, 0, frameBytes + entryBytes);
    Arrays.fill(b, l.framesAt, l.framesAt + frameBytes + entryBytes, (byte) 0);
    for (int f = 1; f < nextFrame; f++) {
      int from = (oldFrame[f] - 1) * l.frameBytes;
      int to = frameAt(f);
      System.arraycopy(scratch, from, b, to, l.frameBytes);
      int entry = b[to + 3] & 0xff;
      b[to + 3] = (byte) (entry == 0 ? 0 : newEntry[entry]);
      if (l.folioPages > 1) {
        b[to + State.FOLIO_HEAD] = renamedFrame(b[to + State.FOLIO_HEAD] & 0xff);
      }
    }
    for (int e = 1; e < nextEntry; e++) {
      int from = frameBytes + (oldEntry[e] - 1) * l.entryBytes;
      int to = entryAt(e);
      System.arraycopy(scratch, from, b, to, l.entryBytes);
      b[to + 1] = renamedFrame(b[to + 1] & 0xff);
    }
  }

  private byte renamed(int target, int pteBits) {
    if (State.namesFrame(pteBits)) {
      return renamedFrame(target);
    }
    return State.namesEntry(pteBits) && target != 0 && target < State.STALE
        ? (byte) newEntry[target]
        : (byte) target;
  }

  private byte renamedFrame(int frame) {
    return frame == 0 || frame >= State.STALE ? (byte) frame : (byte) newFrame[frame];
  }
}
