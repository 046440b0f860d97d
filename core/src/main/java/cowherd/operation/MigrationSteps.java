package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * Migration of an anonymous page to another frame (semantics 3.5, 10.5).
 *
 * <pre>
 *   ISOLATE  take a reference and the page lock, allocate and lock the new page
 *   per PTE: CLEAR (A1): take the PTL, empty the PTE, flush; CHECK (A2): ask the rules;
 *            WRITE_ENTRY (A3): write a migration entry, or restore the PTE (A4)
 *   MOVE     no PTE left, and no reference that is not accounted for? the new page takes over the
 *            content and the place in the swap cache, which nobody can reach until the page lock is
 *            free; else the old page keeps its place
 *   per entry: REMAP: take the PTL, map the page that won
 * </pre>
 *
 * Who finds a migration entry waits until it is gone; fork makes it read-only in both processes.
 */
final class MigrationSteps {
  private static final int CLEAR = 2;
  private static final int CHECK = 3;
  private static final int WRITE_ENTRY = 4;
  private static final int MOVE = 5;
  private static final int REMAP = 6;

  // GUP_BITS: what CHECK decided; from MOVE on whether the new page won
  private static final int DECIDED_RESTORE = 1;
  private static final int DECIDED_CARRY = 2;
  private static final int MOVED = 4;

  private final Machine m;

  MigrationSteps(Machine machine) {
    this.m = machine;
  }

  /** migrate(x): waits for the page lock, empties the LRU batches first. */
  boolean migrate() {
    if (m.get(PHASE) > 1) {
      return step();
    }
    int process = m.instruction.process();
    int page = m.firstPage();
    if (!m.pteLockFree(process, page)) {
      return false;
    }
    int frame = candidate(process, page);
    if (frame == 0) {
      m.say("finds nothing to migrate");
      return done(0);
    }
    if (m.s.large(frame)) {
      throw new Machine.OutOfModel("migration of huge pages");
    }
    if (m.s.lockHolder(frame) >= 0) {
      return false;
    }
    m.drainLru();
    return isolate(frame);
  }

  /** Migration as a background actor: {@code choice} is a mapping, the first of its page. */
  boolean background(int choice) {
    if (m.get(PHASE) != 0) {
      return choice == 0 && step();
    }
    int process = choice / m.pages;
    int page = choice % m.pages;
    int frame = candidate(process, page);
    if (frame == 0
        || !m.pteLockFree(process, page)
        || m.s.large(frame)
        || m.s.frameFlag(frame, LRU)
        || m.s.lockHolder(frame) >= 0) {
      return false;
    }
    for (int i = 0; i < choice; i++) {
      if (maps(i, frame)) {
        return false;
      }
    }
    return isolate(frame);
  }

  /** The anonymous page of a mapping that can be migrated, or 0. */
  private int candidate(int process, int page) {
    if ((m.s.pteBits(process, page) & KIND) != PRESENT) {
      return 0;
    }
    int frame = m.s.pteTarget(process, page);
    boolean fits = m.s.frameFlag(frame, ANON) && !m.s.frameFlag(frame, WRITEBACK | HUGETLB);
    return fits ? frame : 0;
  }

  private boolean isolate(int frame) {
    m.s.getFrame(frame, 1);
    m.s.setLockHolder(frame, m.t);
    m.set(HELD, frame);
    int fresh = m.s.allocateFrame();
    m.s.setLockHolder(fresh, m.t);
    m.set(HELD_TOO, fresh);
    m.set(PHASE, CLEAR);
    m.say("isolates and locks the page, allocates another");
    findPte();
    return true;
  }

  private boolean step() {
    return switch (m.get(PHASE)) {
      case CLEAR -> m.pteLockFree(process(), page()) && clear();
      case CHECK -> check();
      case WRITE_ENTRY -> writeEntry();
      case MOVE -> move();
      case REMAP -> m.pteLockFree(process(), page()) && remap();
      default -> throw new BrokenMachine("MigrationSteps: no such phase");
    };
  }

  private int process() {
    return m.get(INDEX) / m.pages;
  }

  private int page() {
    return m.get(INDEX) % m.pages;
  }

  private boolean maps(int mapping, int frame) {
    return is(mapping, frame, PRESENT);
  }

  private boolean is(int mapping, int frame, int kind) {
    int bits = m.s.pteBits(mapping / m.pages, mapping % m.pages);
    boolean same = kind == PRESENT ? (bits & KIND) == PRESENT : isMigration(bits);
    return same && m.s.pteTarget(mapping / m.pages, mapping % m.pages) == frame;
  }

  private int find(int kind) {
    int all = m.processes * m.pages;
    int i = 0;
    while (i < all && !is(i, m.get(HELD), kind)) {
      i++;
    }
    return i < all ? i : -1;
  }

  /** Goes to a PTE that maps the page; when there is none, on to moving it. */
  private void findPte() {
    int i = find(PRESENT);
    m.set(INDEX, Math.max(0, i));
    m.set(PHASE, i < 0 ? MOVE : CLEAR);
  }

  private boolean clear() {
    int bits = m.s.pteBits(process(), page());
    if (!maps(m.get(INDEX), m.get(HELD))) {
      findPte();
      return true;
    }
    m.set(SCRATCH, bits);
    m.set(UNMAPPING, m.get(HELD));
    m.s.setPte(process(), page(), 0, NONE);
    m.s.setPteLockHolder(process(), page(), m.t);
    m.costFlushes++;
    m.set(PHASE, CHECK);
    m.say("clears the PTE and flushes");
    return true;
  }

  private boolean check() {
    Focus f = m.focus;
    f.at(process(), page());
    f.frame = m.get(HELD);
    f.pteBits = m.get(SCRATCH);
    Decision rules = m.rules(DecisionPoint.MIGRATE_PTE);
    int decided = 0;
    int r = rules.first(f, 0);
    while (m.fire(rules, r) >= 0 && !rules.action(r).terminal()) {
      decided |= DECIDED_CARRY;
      r = rules.first(f, r + 1);
    }
    boolean restore = rules.action(r) == Action.RESTORE;
    m.set(GUP_BITS, restore ? DECIDED_RESTORE : decided);
    m.set(PHASE, WRITE_ENTRY);
    m.say(restore ? "will restore the PTE" : "will write a migration entry");
    return true;
  }

  private boolean writeEntry() {
    State s = m.s;
    int frame = m.get(HELD);
    int bits = m.get(SCRATCH);
    int decided = m.get(GUP_BITS);
    m.set(SCRATCH, 0);
    m.set(GUP_BITS, 0);
    m.set(UNMAPPING, 0);
    s.setPteLockHolder(process(), page(), -1);
    if (decided == DECIDED_RESTORE) {
      s.setPte(process(), page(), frame, bits);
      m.say("restores the PTE");
      beginRemap(0);
      return true;
    }
    int entry = MIGRATION | bits & (W | D | UFFD_WP | SOFT_DIRTY);
    if ((decided & DECIDED_CARRY) != 0) {
      s.setFrameFlag(frame, EXCLUSIVE, false);
      entry |= SWAP_EXCLUSIVE;
    }
    if ((bits & D) != 0) {
      m.markDirty(frame);
    }
    s.setPte(process(), page(), frame, entry);
    s.addMapcount(frame, -1);
    s.putFrame(frame, 1);
    m.say("writes a migration entry");
    findPte();
    return true;
  }

  private boolean move() {
    State s = m.s;
    int old = m.get(HELD);
    int accounted = 1 + (s.frameEntry(old) != 0 ? 1 : 0);
    if (s.mapcount(old) > 0 || s.refcount(old) != accounted) {
      m.say("somebody else refers to the page: it stays where it is");
      beginRemap(0);
      return true;
    }
    int fresh = m.get(HELD_TOO);
    if (s.frameEntry(old) != 0) {
      s.moveSwapCache(old, fresh);
    }
    s.setFrameFlag(fresh, KSM, s.frameFlag(old, KSM));
    s.copyFrameMore(old, fresh);
    for (int w = 0; w < m.words; w++) {
      s.setWord(fresh, w, s.word(old, w), s.seenBy(old, w));
    }
    m.say("nobody else refers to the page: copies it, the new one takes its place");
    beginRemap(MOVED);
    return true;
  }

  private void beginRemap(int moved) {
    m.set(GUP_BITS, moved);
    findEntry();
  }

  /** Goes to a migration entry of the page; after the last, the migration ends. */
  private void findEntry() {
    int i = find(MIGRATION);
    if (i >= 0) {
      m.set(INDEX, i);
      m.set(PHASE, REMAP);
    } else {
      end();
    }
  }

  private boolean remap() {
    State s = m.s;
    if (!is(m.get(INDEX), m.get(HELD), MIGRATION)) {
      findEntry();
      return true;
    }
    boolean moved = m.get(GUP_BITS) == MOVED;
    int frame = m.get(moved ? HELD_TOO : HELD);
    int entry = s.pteBits(process(), page());
    Focus f = m.focus;
    f.at(process(), page());
    f.frame = frame;
    int bits = PRESENT | entry & (UFFD_WP | SOFT_DIRTY);
    Decision rules = m.rules(DecisionPoint.MIGRATE_REMAP);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      switch (rules.action(r)) {
        case SET_WRITABLE -> bits |= W;
        case SET_DIRTY -> bits |= D;
        default -> s.setFrameFlag(frame, EXCLUSIVE, true);
      }
    }
    s.getFrame(frame, 1);
    s.addMapcount(frame, 1);
    s.setPte(process(), page(), frame, bits);
    m.say(moved ? "maps the new page" : "maps the page again");
    findEntry();
    return true;
  }

  private void end() {
    int old = m.get(HELD);
    int fresh = m.get(HELD_TOO);
    boolean moved = m.get(GUP_BITS) == MOVED;
    m.s.setLockHolder(old, -1);
    m.s.setLockHolder(fresh, -1);
    m.set(HELD, 0);
    m.set(HELD_TOO, 0);
    m.set(GUP_BITS, 0);
    m.set(INDEX, 0);
    m.s.putFrame(old, 1);
    m.s.putFrame(fresh, 1);
    done(moved ? 1 : 0);
  }

  private boolean done(int result) {
    if (m.backgroundThread()) {
      m.set(PHASE, 0);
    } else {
      m.complete(result);
    }
    return true;
  }

  /** The frame that a page is being moved to, or 0: who may see the one may see the other. */
  int destination(int frame) {
    for (int t = 0; t < m.threads; t++) {
      if (m.s.thread(t, HELD) == frame
          && m.s.thread(t, HELD_TOO) != 0
          && m.s.lockHolder(m.s.thread(t, HELD_TOO)) == t) {
        return m.s.thread(t, HELD_TOO);
      }
    }
    return 0;
  }
}
