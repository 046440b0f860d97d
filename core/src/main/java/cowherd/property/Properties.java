package cowherd.property;

import static cowherd.machine.State.*;

import cowherd.kernel.Invariant;
import cowherd.machine.Recount;
import cowherd.machine.State;
import cowherd.operation.MemoryObserver;
import cowherd.operation.Program;
import cowherd.operation.PropertyName;
import java.util.Set;

/**
 * The named properties, judged against an ideal memory: what a store, a fork or a reference would
 * mean if nobody shared pages. The ideal memory lives in ghost fields of the state (who may see a
 * word, what a child must read, which page is write-protected), so that it follows the page.
 *
 * <p>Some properties break at a moment: those are heard from the machine while it steps. The others
 * are visible in a state: {@link #judge} looks at it. A broken property is a bit: {@link
 * PropertyName#ordinal()}; a broken invariant the bit {@link #INVARIANTS} + its ordinal.
 */
public final class Properties implements MemoryObserver {
  /** Bit of the first invariant. */
  public static final int INVARIANTS = 8;

  private final Program program;
  private final State s;
  private final int judged;
  private final boolean i3;
  private final boolean i4;
  private final boolean i5;
  private final boolean i6;
  private final boolean counts;
  private final Recount recount;
  private final int processes;
  private final int pages;
  private final int words;
  private final int handles;
  private int heard;
  private String reason = "";

  /**
   * Judges states of one machine.
   *
   * @param tolerated properties that are not judged
   */
  public Properties(
      Program program, State state, Set<Invariant> claims, Set<PropertyName> tolerated) {
    this.program = program;
    this.s = state;
    int mask = (1 << PropertyName.values().length) - 1;
    for (PropertyName name : tolerated) {
      mask &= ~(1 << name.ordinal());
    }
    judged = mask;
    counts = claims.contains(Invariant.I1) || claims.contains(Invariant.I2);
    i3 = claims.contains(Invariant.I3);
    i4 = claims.contains(Invariant.I4);
    i5 = claims.contains(Invariant.I5);
    i6 = claims.contains(Invariant.I6);
    recount = new Recount(state.layout());
    processes = program.processes().size();
    pages = program.pages();
    words = program.words();
    handles = state.layout().shape().handles();
  }

  /** Forgets what was heard: a new step begins. */
  public void begin() {
    heard = 0;
  }

  /** What broke during the step. */
  public int heard() {
    return heard & judged;
  }

  /** Why the counters are wrong, after {@link #judge} reported I1. */
  public String reason() {
    return reason;
  }

  private void broken(PropertyName name) {
    heard |= 1 << name.ordinal();
  }

  @Override
  public void stored(int process, int page) {
    if ((s.ghost(process, page) & GHOST_WP_ARMED) != 0) {
      broken(PropertyName.NO_LOST_WP);
    }
    int frame = s.pteTarget(process, page);
    for (int h = 0; h < handles; h++) {
      int bits = s.handleBits(h);
      boolean relies = (bits & (LIVE | COVERED | MAPPED)) == (LIVE | COVERED | MAPPED);
      if (relies
          && s.handleOwner(h) == process
          && s.handlePage(h) == page
          && s.handleFrame(h) != frame) {
        staleReference((bits & PIN) != 0, process);
      }
    }
  }

  @Override
  public void waitsForEvent(int process, int page, boolean reader) {
    if (reader) {
      broken(PropertyName.PROGRESS);
    }
  }

  @Override
  public void handedOutStale(boolean pin, int owner) {
    staleReference(pin, owner);
  }

  @Override
  public void usedAfterFree() {
    broken(PropertyName.NO_USE_AFTER_FREE);
  }

  private void staleReference(boolean pin, int owner) {
    if (pin) {
      broken(PropertyName.PIN_COHERENT);
    } else if (!s.mmFlag(owner, MM_HAS_FORKED)) {
      broken(PropertyName.GET_COHERENT);
    }
  }

  @Override
  public void released() {}

  /** What is broken in the state as it is now. */
  public int judge() {
    int broken = 0;
    if (judges(PropertyName.NO_FOREIGN_DATA) && foreignData()) {
      broken |= 1 << PropertyName.NO_FOREIGN_DATA.ordinal();
    }
    if (judges(PropertyName.FORK_SNAPSHOT) && snapshotLost()) {
      broken |= 1 << PropertyName.FORK_SNAPSHOT.ordinal();
    }
    if (judges(PropertyName.NO_USE_AFTER_FREE) && leaked()) {
      broken |= 1 << PropertyName.NO_USE_AFTER_FREE.ordinal();
    }
    return broken & judged | invariants();
  }

  private boolean judges(PropertyName name) {
    return (judged >> name.ordinal() & 1) != 0;
  }

  private boolean foreignData() {
    for (int h = 0; h < handles; h++) {
      int bits = s.handleBits(h);
      int frame = s.handleFrame(h);
      if ((bits & LIVE) != 0 && frame != 0 && frame < STALE && !s.frameFlag(frame, FILE)) {
        int owner = 1 << s.handleOwner(h);
        for (int w = 0; w < words; w++) {
          if ((s.seenBy(frame, w) & owner) == 0) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean snapshotLost() {
    for (int p = 0; p < processes; p++) {
      for (int v = 0; v < pages; v++) {
        if ((s.ghost(p, v) & GHOST_SNAPSHOT) != 0 && (s.vma(p, v) & VMA) != 0) {
          for (int w = 0; w < words; w++) {
            int now = s.mappedWord(p, v, w);
            if (now >= 0 && now != s.snapshot(p, v, w)) {
              return true;
            }
          }
        }
      }
    }
    return false;
  }

  /** All processes are dead and every handle is dropped, yet a page or an entry is in use. */
  private boolean leaked() {
    for (int p = 0; p < processes; p++) {
      int life = s.life(p);
      if (life == ALIVE || life == EXITING) {
        return false;
      }
    }
    for (int h = 0; h < handles; h++) {
      if (s.handleFrame(h) != 0) {
        return false;
      }
    }
    for (int t = 0; t < s.layout().shape().threads(); t++) {
      if (s.thread(t, PHASE) != 0) {
        return false;
      }
    }
    int files = program.files().size();
    for (int f = files + 1; f <= s.layout().shape().frames(); f++) {
      if (s.frameFlags(f) != 0 && !s.frameFlag(f, LRU)) {
        return true;
      }
    }
    return false;
  }

  private int invariants() {
    int broken = 0;
    if (counts) {
      String wrong = recount.check(s);
      if (!wrong.isEmpty()) {
        reason = wrong;
        broken |= bit(Invariant.I1);
      }
    }
    if (i3 || i5 || i6) {
      broken |= mappingInvariants();
    }
    if (i4) {
      for (int h = 0; h < handles; h++) {
        int bits = s.handleBits(h);
        int frame = s.handleFrame(h);
        boolean pinned = (bits & (LIVE | PIN)) == (LIVE | PIN);
        if (pinned && s.frameFlag(frame, ANON) && !s.frameFlag(frame, EXCLUSIVE)) {
          broken |= bit(Invariant.I4);
        }
      }
    }
    return broken;
  }

  private int mappingInvariants() {
    int broken = 0;
    for (int p = 0; p < processes; p++) {
      for (int v = 0; v < pages; v++) {
        int bits = s.pteBits(p, v);
        int kind = bits & KIND;
        int target = s.pteTarget(p, v);
        if (kind == PRESENT) {
          boolean exclusive = s.frameFlag(target, EXCLUSIVE);
          if (i3 && (bits & W) != 0 && s.frameFlag(target, ANON) && !exclusive) {
            broken |= bit(Invariant.I3);
          }
          if (i5 && exclusive && (s.mapcount(target) > 1 || s.frameFlag(target, KSM))) {
            broken |= bit(Invariant.I5);
          }
        } else if (i6
            && kind == SWAP
            && !isMigration(bits)
            && s.frameFlag(s.entryFrame(target), EXCLUSIVE)) {
          broken |= bit(Invariant.I6);
        }
      }
    }
    return broken;
  }

  private static int bit(Invariant invariant) {
    return 1 << INVARIANTS + invariant.ordinal();
  }
}
