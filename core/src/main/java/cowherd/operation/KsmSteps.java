package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * KSM (semantics 3.12, 5.3, 10.5, 10.7): two equal pages of mergeable mappings become one, and the
 * advice that allows and undoes it.
 *
 * <pre>
 *   START    two PTEs map equal anonymous pages: take a reference to each
 *   then for the first page, unless it is a KSM page already, and for the second:
 *   LOCK     mmap_lock of its mm for reading, trylock the page, split its folio
 *   PROTECT  take the PTL; ask the rules: leave a clean read-only PTE alone, or empty the PTE, flush,
 *            CHECK (references), SHARE (pins), PUT_BACK (read-only and clean; or as it was)
 *   MAKE     the first page becomes a KSM page
 *   COMPARE, REPLACE  the second PTE unchanged? map the KSM page instead
 *   BREAKING the second could not be replaced: the first leaves KSM by a fault
 * </pre>
 */
final class KsmSteps {
  private static final int LOCK = 2;
  private static final int PROTECT = 3;
  private static final int CHECK = 4;
  private static final int SHARE = 5;
  private static final int PUT_BACK = 6;
  private static final int MAKE = 7;
  private static final int COMPARE = 8;
  private static final int REPLACE = 9;
  private static final int UNDO = 10;

  /** A fault that breaks a KSM page runs, or is about to; the phase of no other call. */
  private static final int BREAKING = 60;

  // GUP_BITS: which page it is about
  private static final int FIRST = 0;
  private static final int SECOND = 1;
  private static final int SECOND_OF_STABLE = 2;

  // GUP_PTE until PUT_BACK, then the bits of the PTE that REPLACE must find
  private static final int DECIDED_RESTORE = 1;
  private static final int DECIDED_CLEAR = 2;

  private final Machine m;

  KsmSteps(Machine machine) {
    this.m = machine;
  }

  // ---- merging

  /** ksm_merge(x, y): ksmd has found these two pages equal. */
  boolean merge() {
    if (m.get(PHASE) > 1) {
      return step();
    }
    Instruction i = m.instruction;
    int x = i.process() * m.pages + i.page();
    int y = i.flags() * m.pages + i.object();
    if (!pteLockFree(x) || !pteLockFree(y)) {
      return false;
    }
    if (!candidates(x, y)) {
      m.say("finds nothing to merge");
      return done(0);
    }
    return start(x, y);
  }

  /** ksmd as a background actor: {@code choice} is a pair of mappings. */
  boolean background(int choice) {
    if (m.get(PHASE) != 0) {
      return choice == 0 && step();
    }
    int all = m.processes * m.pages;
    int x = choice / all;
    int y = choice % all;
    return pteLockFree(x) && pteLockFree(y) && candidates(x, y) && start(x, y);
  }

  private boolean candidates(int x, int y) {
    int frame = mergeable(x);
    int other = mergeable(y);
    return frame != 0
        && other != 0
        && frame != other
        && !m.s.frameFlag(other, KSM)
        && equal(frame, other);
  }

  /** The anonymous page of a mapping that ksmd may merge, or 0. */
  private int mergeable(int mapping) {
    int process = mapping / m.pages;
    int page = mapping % m.pages;
    boolean allowed = (m.s.vmaMore(process, page) & VM_MERGEABLE) != 0;
    if (!allowed || (m.s.pteBits(process, page) & KIND) != PRESENT) {
      return 0;
    }
    int frame = m.s.pteTarget(process, page);
    return m.s.frameFlag(frame, ANON) ? frame : 0;
  }

  private boolean equal(int frame, int other) {
    for (int w = 0; w < m.words; w++) {
      if (m.s.word(frame, w) != m.s.word(other, w)) {
        return false;
      }
    }
    return true;
  }

  private boolean start(int x, int y) {
    int frame = mergeable(x);
    int other = mergeable(y);
    m.s.getFrame(frame, 1);
    m.s.getFrame(other, 1);
    m.set(HELD, frame);
    m.set(HELD_TOO, other);
    m.set(INDEX, x);
    m.set(GUP_INDEX, y);
    m.set(GUP_BITS, m.s.frameFlag(frame, KSM) ? SECOND_OF_STABLE : FIRST);
    m.set(PHASE, LOCK);
    m.say("finds two equal pages and takes a reference to each");
    return true;
  }

  private boolean step() {
    return switch (m.get(PHASE)) {
      case LOCK -> m.mayRead(process()) && lock();
      case PROTECT -> m.pteLockFree(process(), page()) && protect();
      case CHECK -> check();
      case SHARE -> share();
      case PUT_BACK -> putBack();
      case MAKE -> make();
      case COMPARE -> compare();
      case REPLACE -> m.pteLockFree(process(), page()) && replace();
      case UNDO -> m.mayRead(process()) && undo();
      case BREAKING -> breakNext();
      default -> throw new BrokenMachine("KsmSteps: no such phase");
    };
  }

  private int mapping() {
    return m.get(GUP_BITS) == FIRST ? m.get(INDEX) : m.get(GUP_INDEX);
  }

  private int process() {
    return mapping() / m.pages;
  }

  private int page() {
    return mapping() % m.pages;
  }

  private int frame() {
    return m.get(m.get(GUP_BITS) == FIRST ? HELD : HELD_TOO);
  }

  private boolean pteLockFree(int mapping) {
    return m.pteLockFree(mapping / m.pages, mapping % m.pages);
  }

  private boolean lock() {
    State s = m.s;
    boolean mergeable = (s.vmaMore(process(), page()) & VM_MERGEABLE) != 0;
    if (!mergeable || s.life(process()) != ALIVE || s.lockHolder(frame()) >= 0) {
      m.say(mergeable ? "cannot lock the page: gives up" : "the mapping is gone: gives up");
      return giveUp();
    }
    s.addReader(process(), 1);
    s.setLockHolder(frame(), m.t);
    if (s.large(frame()) && !m.huge.splitFolio(frame(), 1)) {
      m.say("cannot split the folio: gives up");
      return unlockAndGiveUp();
    }
    m.set(PHASE, PROTECT);
    m.say("locks the page");
    return true;
  }

  private boolean mapsFrame() {
    return (m.s.pteBits(process(), page()) & KIND) == PRESENT
        && m.s.pteTarget(process(), page()) == frame();
  }

  private boolean protect() {
    if (!mapsFrame()) {
      m.say("the PTE has changed: gives up");
      return unlockAndGiveUp();
    }
    Focus f = m.focus;
    f.at(process(), page());
    Decision rules = m.rules(DecisionPoint.KSM_PROTECT);
    if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.SKIP) {
      m.set(GUP_PTE, f.pteBits);
      m.set(PHASE, m.get(GUP_BITS) == FIRST ? MAKE : COMPARE);
      m.say("the PTE is read-only and clean: does not look at the references");
      return true;
    }
    m.set(SCRATCH, f.pteBits);
    m.set(UNMAPPING, frame());
    m.s.setPte(process(), page(), 0, NONE);
    m.s.setPteLockHolder(process(), page(), m.t);
    m.costFlushes++;
    m.set(PHASE, CHECK);
    m.say("clears the PTE and flushes");
    return true;
  }

  private Focus pageInHand() {
    Focus f = m.focus;
    f.at(process(), page());
    f.frame = frame();
    f.pteBits = m.get(SCRATCH);
    return f;
  }

  private boolean check() {
    Focus f = pageInHand();
    Decision rules = m.rules(DecisionPoint.KSM_CHECK);
    if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.RESTORE) {
      m.set(GUP_PTE, DECIDED_RESTORE);
      m.set(PHASE, PUT_BACK);
      m.say("somebody refers to the page: will restore the PTE");
      return true;
    }
    m.set(PHASE, SHARE);
    m.say("nobody else refers to the page");
    // without PG_anon_exclusive there is nothing to share: not a step of its own
    return m.s.frameFlag(frame(), EXCLUSIVE) || share();
  }

  private boolean share() {
    Focus f = pageInHand();
    Decision rules = m.rules(DecisionPoint.KSM_SHARE);
    int decided = 0;
    int r = rules.first(f, 0);
    while (m.fire(rules, r) >= 0 && !rules.action(r).terminal()) {
      decided |= DECIDED_CLEAR;
      r = rules.first(f, r + 1);
    }
    m.set(GUP_PTE, rules.action(r) == Action.RESTORE ? DECIDED_RESTORE : decided);
    m.set(PHASE, PUT_BACK);
    return true;
  }

  private boolean putBack() {
    int bits = m.get(SCRATCH);
    int decided = m.get(GUP_PTE);
    boolean restore = decided == DECIDED_RESTORE;
    if ((decided & DECIDED_CLEAR) != 0) {
      m.s.setFrameFlag(frame(), EXCLUSIVE, false);
    }
    int now = restore ? bits : bits & ~(W | D);
    if (!restore && (bits & D) != 0) {
      m.markDirty(frame());
    }
    m.s.setPte(process(), page(), frame(), now);
    m.s.setPteLockHolder(process(), page(), -1);
    m.set(UNMAPPING, 0);
    m.set(SCRATCH, 0);
    m.set(GUP_PTE, now);
    if (restore) {
      m.say("restores the PTE and gives up");
      return unlockAndGiveUp();
    }
    m.set(PHASE, m.get(GUP_BITS) == FIRST ? MAKE : COMPARE);
    m.say("puts the PTE back, read-only and clean");
    return true;
  }

  private boolean make() {
    m.s.setFrameFlag(frame(), KSM, true);
    m.markDirty(frame());
    m.say("the page is a KSM page now");
    unlock();
    m.set(GUP_BITS, SECOND);
    m.set(PHASE, LOCK);
    return true;
  }

  private boolean compare() {
    if (!equal(m.get(HELD), m.get(HELD_TOO))) {
      m.say("the pages differ now: gives up");
      return unlockAndGiveUp();
    }
    m.set(PHASE, REPLACE);
    m.say("the pages are equal");
    return true;
  }

  private boolean replace() {
    State s = m.s;
    int process = process();
    int page = page();
    if (!mapsFrame() || s.pteBits(process, page) != m.get(GUP_PTE)) {
      m.say("the PTE has changed: gives up");
      return unlockAndGiveUp();
    }
    int kept = m.get(HELD);
    int old = frame();
    s.getFrame(kept, 1);
    s.addMapcount(kept, 1);
    s.setPte(process, page, kept, PRESENT);
    s.addMapcount(old, -1);
    for (int w = 0; w < m.words; w++) {
      // the words are equal: whoever may see the one may see the other
      s.setWord(kept, w, s.word(kept, w), s.seenBy(kept, w) | s.seenBy(old, w));
    }
    if (s.mapcount(old) == 0) {
      m.dropSwapCache(old, 0);
    }
    s.putFrame(old, 1);
    m.costFlushes++;
    m.say("maps the KSM page instead");
    unlock();
    return end(1);
  }

  private void unlock() {
    m.s.setLockHolder(frame(), -1);
    m.s.addReader(process(), -1);
    m.set(GUP_PTE, 0);
  }

  private boolean unlockAndGiveUp() {
    unlock();
    return giveUp();
  }

  /** What began with the first page must be undone when the second cannot follow. */
  private boolean giveUp() {
    if (m.get(GUP_BITS) == SECOND) {
      m.set(GUP_BITS, FIRST);
      m.set(PHASE, UNDO);
      return true;
    }
    return end(0);
  }

  private boolean undo() {
    boolean mergeable = (m.s.vmaMore(process(), page()) & VM_MERGEABLE) != 0;
    if (!mergeable || m.s.life(process()) != ALIVE) {
      return end(0);
    }
    m.s.addReader(process(), 1);
    m.set(PHASE, BREAKING);
    m.say("breaks the KSM page that it has made");
    return true;
  }

  private boolean end(int result) {
    int frame = m.get(HELD);
    int other = m.get(HELD_TOO);
    for (int register : new int[] {HELD, HELD_TOO, INDEX, GUP_INDEX, GUP_BITS, GUP_PTE}) {
      m.set(register, 0);
    }
    m.s.putFrame(frame, 1);
    m.s.putFrame(other, 1);
    return done(result);
  }

  private boolean done(int result) {
    if (m.backgroundThread()) {
      m.set(PHASE, 0);
    } else {
      m.complete(result);
    }
    return true;
  }

  // ---- breaking

  /** Whether the fault at hand was begun by {@link #breakNext}: mmap_lock is held all the time. */
  boolean breaking() {
    return m.get(PHASE) == BREAKING;
  }

  private boolean undoes() {
    return m.get(HELD_TOO) != 0;
  }

  private int breakProcess() {
    return undoes() ? process() : m.instruction.process();
  }

  private int breakPage() {
    return undoes() ? page() : firstPage() + m.get(INDEX);
  }

  /** break_ksm: faults until no KSM page is mapped here any more. */
  private boolean breakNext() {
    int process = breakProcess();
    int page = breakPage();
    if (!m.pteLockFree(process, page) || isMigration(m.s.pteBits(process, page))) {
      return false;
    }
    Focus f = m.focus;
    f.at(process, page);
    boolean mergeable = (m.s.vmaMore(process, page) & VM_MERGEABLE) != 0;
    if (!mergeable || !m.s.frameFlag(f.frame, KSM)) {
      return broken();
    }
    Decision rules = m.rules(DecisionPoint.KSM_BREAK);
    Action action = rules.action(m.fire(rules, rules.first(f, 0)));
    if (action == Action.SKIP) {
      m.say("does not see the page: it stays merged");
      return broken();
    }
    boolean write = action == Action.WRITE_FAULT;
    if (write && !undoes()) {
      m.s.getFrame(f.frame, 1);
      m.set(HELD, f.frame);
    }
    m.say(
        write ? "breaks the KSM page by a write fault" : "breaks the KSM page by an unshare fault");
    m.fault.begin(process, page, write ? Focus.WRITE : Focus.UNSHARE);
    return true;
  }

  /** The fault has ended; it is looked at again unless it was refused. */
  void afterFault(int result) {
    if (!undoes() && m.get(HELD) != 0) {
      int frame = m.get(HELD);
      m.set(HELD, 0);
      m.s.putFrame(frame, 1);
    }
    if (result == FaultSteps.SIGBUS) {
      m.say("the fault is refused: the page stays merged");
      broken();
    }
  }

  private boolean broken() {
    if (undoes()) {
      m.s.addReader(process(), -1);
      return end(0);
    }
    m.set(INDEX, m.get(INDEX) + 1);
    return m.get(INDEX) < pages() || unmerged();
  }

  // ---- MADV_MERGEABLE, MADV_UNMERGEABLE, PR_SET_MEMORY_MERGE

  private boolean ofProcess() {
    return m.instruction.op() == Op.PRCTL;
  }

  private int firstPage() {
    return ofProcess() ? 0 : m.firstPage();
  }

  private int pages() {
    return ofProcess() ? m.pages : m.instruction.pages();
  }

  /** MADV_MERGEABLE: shared memory ignores it. */
  boolean mergeableCall() {
    int process = m.instruction.process();
    if (!m.mayWrite(process)) {
      return false;
    }
    if (!allMapped(process)) {
      m.complete(Value.ENOMEM);
      return true;
    }
    m.huge.splitAround(process, m.firstPage(), m.instruction.pages());
    makeMergeable(process);
    m.complete(0);
    return true;
  }

  private boolean allMapped(int process) {
    boolean all = true;
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      all &= (m.s.vma(process, v) & VMA) != 0;
    }
    return all;
  }

  private void makeMergeable(int process) {
    for (int v = firstPage(); v < firstPage() + pages(); v++) {
      markMergeable(process, v);
    }
  }

  /** ksm_compatible: private memory of ordinary pages. */
  private void markMergeable(int process, int v) {
    boolean fits = (m.s.vma(process, v) & (VMA | VM_SHARED)) == VMA;
    int more = m.s.vmaMore(process, v);
    if (fits && (more & VM_HUGETLB) == 0) {
      m.s.setVmaMore(process, v, more | VM_MERGEABLE);
    }
  }

  /** A new mapping of a process that asked for PR_SET_MEMORY_MERGE. */
  void mapped(int process, int v) {
    if (m.s.mmFlag(process, MM_MERGE_ANY)) {
      markMergeable(process, v);
    }
  }

  /** MADV_UNMERGEABLE: gives every mapping its own page back, mmap_lock held for writing. */
  boolean unmergeableCall() {
    if (m.get(PHASE) == BREAKING) {
      return breakNext();
    }
    int process = m.instruction.process();
    if (!m.mayWrite(process)) {
      return false;
    }
    if (!ofProcess() && !allMapped(process)) {
      m.complete(Value.ENOMEM);
      return true;
    }
    m.huge.splitAround(process, firstPage(), pages());
    m.s.setWriter(process, m.t);
    m.set(INDEX, 0);
    m.set(PHASE, BREAKING);
    return true;
  }

  private boolean unmerged() {
    int process = m.instruction.process();
    for (int v = firstPage(); v < firstPage() + pages(); v++) {
      m.s.setVmaMore(process, v, m.s.vmaMore(process, v) & ~VM_MERGEABLE);
    }
    if (ofProcess()) {
      m.s.setMmFlag(process, MM_MERGE_ANY, false);
    }
    m.s.setWriter(process, -1);
    m.complete(0);
    return true;
  }

  /** prctl: PR_SET_MEMORY_MERGE with 1 or 0, PR_GET_MEMORY_MERGE. */
  boolean prctl() {
    if (m.get(PHASE) == BREAKING) {
      return breakNext();
    }
    int process = m.instruction.process();
    Decision known = m.rules(DecisionPoint.KSM_PRCTL);
    if (known.action(m.fire(known, known.first(m.focus, 0))) == Action.EINVAL) {
      m.complete(Value.EINVAL);
      return true;
    }
    boolean on = m.s.mmFlag(process, MM_MERGE_ANY);
    if (m.instruction.flags() == CallFlags.PR_GET_MEMORY_MERGE) {
      m.complete(on ? 1 : 0);
      return true;
    }
    if (m.instruction.word() == 0 && on) {
      return unmergeableCall();
    }
    if (!m.mayWrite(process)) {
      return false;
    }
    if (m.instruction.word() != 0) {
      m.s.setMmFlag(process, MM_MERGE_ANY, true);
      makeMergeable(process);
    }
    m.complete(0);
    return true;
  }
}
