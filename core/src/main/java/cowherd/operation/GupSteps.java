package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.GupFlags;
import cowherd.machine.State;

/**
 * get_user_pages (semantics 4), one transition a step, page by page of the range.
 *
 * <pre>
 *   fast   READ_PTE (B1, B2): read the PTE without any lock
 *          TAKE (B3): take the reference, if the page still has one
 *          RECHECK (B4): read the PTE again; changed? drop the reference, go slow
 *          RECHECK_RULES (B5): a read-only page; ask the rules
 *          FAST_END: ask the rules (write_protect_seq)
 *   slow   ENTER: mmap_lock for reading, VMA checks, flag translation; then
 *          FOLLOW: under the PTL, take the page, or run a fault and FOLLOW again
 * </pre>
 */
final class GupSteps {
  static final int READ_PTE = 1;
  static final int TAKE = 2;
  static final int RECHECK = 3;
  static final int RECHECK_RULES = 4;
  static final int FAST_END = 5;
  static final int ENTER = 6;
  static final int FOLLOW = 7;

  // thread register GUP_BITS
  static final int FORK_RAN = GUP_FORK_RAN;
  static final int FOLL_COW = 2;
  static final int AS_WRITE = 4;
  static final int BREAK_COW = 8;
  static final int ATTEMPT = 16;
  static final int AS_READ = 128;

  private final Machine m;

  GupSteps(Machine machine) {
    this.m = machine;
  }

  /** Begins the first attempt of the current instruction's user; nothing has happened yet. */
  void begin() {
    if (has(GupFlags.FOLL_NOWAIT)) {
      throw new Machine.OutOfModel("FOLL_NOWAIT");
    }
    for (int i = 0; i < m.instruction.pages(); i++) {
      if (m.s.handleFrame(m.firstHandle() + i) != 0) {
        throw new Machine.OutOfModel(
            "`" + m.instruction.text() + "` while its reference of an earlier time is still held");
      }
    }
    m.set(GUP_INDEX, 0);
    m.set(GUP_BITS, 0);
    enterAttempt();
  }

  private void enterAttempt() {
    m.set(GUP_PHASE, has(GupFlags.FAST) ? READ_PTE : ENTER);
  }

  /** FOLL_* and entry bits of the attempt that is running. */
  int flags() {
    int attempt = attempt();
    return m.userAttempts(m.instruction.user())[attempt]
        | (m.instruction.op() == Op.GUP ? m.instruction.flags() : 0);
  }

  private int attempt() {
    return (m.get(GUP_BITS) & ~AS_READ) / ATTEMPT;
  }

  private boolean has(int flag) {
    return (flags() & flag) != 0;
  }

  private boolean bit(int bit) {
    return (m.get(GUP_BITS) & bit) != 0;
  }

  private void setBit(int bit) {
    m.set(GUP_BITS, m.get(GUP_BITS) | bit);
  }

  private int process() {
    return m.instruction.process();
  }

  private int page() {
    return m.firstPage() + m.get(GUP_INDEX);
  }

  private int handle() {
    return m.firstHandle() + m.get(GUP_INDEX);
  }

  /** Whether the caller keeps mmap_lock until the bytes are moved. */
  boolean holdsMmapLock(int attemptFlags) {
    return (attemptFlags & GupFlags.HOLDS_MMAP_LOCK) != 0;
  }

  /** Whether the caller itself wants to write (not a translation of the rules). */
  boolean wantsWrite() {
    return has(GupFlags.FOLL_WRITE);
  }

  private Focus focus() {
    Focus f = m.focus;
    f.at(process(), page());
    f.gupFlags = flags();
    f.gupBits = m.get(GUP_BITS);
    return f;
  }

  boolean step() {
    return switch (m.get(GUP_PHASE)) {
      case READ_PTE -> readPte();
      case TAKE -> take();
      case RECHECK -> recheck();
      case RECHECK_RULES -> recheckRules();
      case FAST_END -> fastEnd();
      case ENTER -> m.mayRead(process()) && enter();
      case FOLLOW -> m.pteLockFree(process(), page()) && follow();
      default -> throw new BrokenMachine("GupSteps: no such phase");
    };
  }

  // ---- the lockless walk

  private boolean readPte() {
    State s = m.s;
    if (s.life(process()) != ALIVE) {
      return finish(Value.ESRCH);
    }
    if (has(GupFlags.FOLL_PIN)) {
      s.setMmFlag(process(), MM_HAS_PINNED, true);
    }
    Focus f = focus();
    if (m.get(GUP_INDEX) == 0) {
      Decision start = m.rules(DecisionPoint.GUP_FAST_START);
      if (start.action(m.fire(start, start.first(f, 0))) == Action.SLOW) {
        return stop("fork is running: the lockless walk does not begin");
      }
    }
    if (f.frame == 0 || f.frame == ZERO_FRAME || (s.vma(process(), page()) & VM_READ) == 0) {
      return stop("the lockless walk stops: no ordinary page is mapped");
    }
    if ((f.pteBits & W) == 0) {
      if (has(GupFlags.FOLL_WRITE)) {
        return stop("the lockless walk stops: the PTE is read-only");
      }
      Decision read = m.rules(DecisionPoint.GUP_FAST_READ);
      if (read.action(m.fire(read, read.first(f, 0))) == Action.SLOW) {
        return stop("the lockless walk stops: the PTE is read-only");
      }
    }
    m.set(GUP_FRAME, f.frame);
    m.set(GUP_PTE, f.pteBits);
    m.set(GUP_PHASE, TAKE);
    m.say("reads the PTE without a lock");
    return true;
  }

  private boolean take() {
    int frame = m.get(GUP_FRAME);
    if (frame == STALE) {
      return stop("the lockless walk stops: the page is gone");
    }
    m.takeReference(frame, pins());
    m.s.setHandle(handle(), frame, handleBits(frame) | PENDING, process(), page());
    m.set(GUP_FRAME, 0);
    m.set(GUP_PHASE, RECHECK);
    m.say("takes a reference");
    return true;
  }

  private boolean recheck() {
    int frame = m.s.handleFrame(handle());
    int bits = m.s.pteBits(process(), page());
    if (m.s.pteTarget(process(), page()) != frame || bits != m.get(GUP_PTE)) {
      return undo("the PTE has changed: drops the reference again");
    }
    if (m.s.frameFlag(frame, FILE) && !keepsFilePage(frame, bits)) {
      return undo("drops the reference again: a page of this file is for the slow path");
    }
    m.say("the PTE has not changed");
    if ((bits & W) == 0) {
      m.set(GUP_PHASE, RECHECK_RULES);
      return true;
    }
    return nextFast();
  }

  private boolean keepsFilePage(int frame, int bits) {
    Focus f = focus();
    f.frame = frame;
    f.pteBits = bits;
    Decision rules = m.rules(DecisionPoint.GUP_FAST_FILE);
    return rules.action(m.fire(rules, rules.first(f, 0))) == Action.KEEP;
  }

  private boolean recheckRules() {
    Focus f = focus();
    f.frame = m.s.handleFrame(handle());
    f.pteBits = m.get(GUP_PTE);
    Decision rules = m.rules(DecisionPoint.GUP_FAST_RECHECK);
    if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.UNDO) {
      return undo("drops the reference again: the page must be unshared first");
    }
    return nextFast();
  }

  private boolean nextFast() {
    m.set(GUP_PTE, 0);
    if (m.get(GUP_INDEX) + 1 < m.instruction.pages()) {
      m.set(GUP_INDEX, m.get(GUP_INDEX) + 1);
      m.set(GUP_PHASE, READ_PTE);
    } else {
      m.set(GUP_PHASE, FAST_END);
    }
    return true;
  }

  private boolean fastEnd() {
    if (!keptAtTheEnd()) {
      dropAll();
      m.set(GUP_INDEX, 0);
      return stop("fork ran meanwhile: drops everything again");
    }
    return finish(0);
  }

  private boolean undo(String why) {
    dropOne(handle());
    return stop(why);
  }

  private void dropOne(int handle) {
    int frame = m.s.handleFrame(handle);
    m.s.clearHandle(handle);
    if (frame != 0) {
      m.dropReference(frame, pins());
    }
  }

  private void dropAll() {
    for (int i = 0; i < m.instruction.pages(); i++) {
      if (m.s.handleFrame(m.firstHandle() + i) != 0) {
        dropOne(m.firstHandle() + i);
      }
    }
  }

  /** The lockless walk ends at this page: the slow path goes on, unless there is none. */
  private boolean stop(String why) {
    m.say(why);
    m.set(GUP_PTE, 0);
    m.set(GUP_FRAME, 0);
    if (m.get(GUP_INDEX) > 0 && !keptAtTheEnd()) {
      dropAll();
      m.set(GUP_INDEX, 0);
    }
    m.set(GUP_BITS, m.get(GUP_BITS) & ~FORK_RAN);
    if (has(GupFlags.FOLL_FAST_ONLY)) {
      return finish(m.get(GUP_INDEX) == 0 ? Value.EFAULT : 0);
    }
    m.set(GUP_PHASE, ENTER);
    return true;
  }

  /** Asks, before references of the lockless walk are handed out, whether they may be. */
  private boolean keptAtTheEnd() {
    Focus f = focus();
    Decision rules = m.rules(DecisionPoint.GUP_FAST_END);
    return rules.action(m.fire(rules, rules.first(f, 0))) != Action.UNDO;
  }

  // ---- the slow path

  private boolean enter() {
    State s = m.s;
    if (s.life(process()) != ALIVE) {
      return finish(Value.ESRCH);
    }
    s.addReader(process(), 1);
    if (!vmaAllows()) {
      s.addReader(process(), -1);
      m.say("the VMA does not allow it");
      return finish(Value.EFAULT);
    }
    if (has(GupFlags.FOLL_PIN)) {
      s.setMmFlag(process(), MM_HAS_PINNED, true);
    }
    translate();
    m.set(GUP_PHASE, FOLLOW);
    if (m.pteLockFree(process(), page())) {
      follow();
    }
    return true;
  }

  private void translate() {
    m.set(GUP_BITS, m.get(GUP_BITS) & ~(AS_WRITE | BREAK_COW | FOLL_COW | AS_READ));
    if (has(GupFlags.FOLL_WRITE)) {
      return;
    }
    Focus f = focus();
    Decision rules = m.rules(DecisionPoint.GUP_FLAGS);
    switch (rules.action(m.fire(rules, rules.first(f, 0)))) {
      case AS_WRITE -> setBit(AS_WRITE);
      case BREAK_COW -> setBit(BREAK_COW);
      default -> {}
    }
  }

  private boolean vmaAllows() {
    if (!permissionsAllow()) {
      return false;
    }
    Decision rules = m.rules(DecisionPoint.GUP_VMA);
    return rules.action(m.fire(rules, rules.first(focus(), 0))) == Action.ACCEPT;
  }

  private boolean permissionsAllow() {
    int vma = m.s.vma(process(), page());
    if ((vma & VMA) == 0) {
      return false;
    }
    boolean force = has(GupFlags.FOLL_FORCE);
    if (has(GupFlags.FOLL_WRITE) && (vma & VM_WRITE) == 0) {
      return force && (vma & VM_SHARED) == 0;
    }
    return (vma & VM_READ) != 0 || force;
  }

  private boolean follow() {
    Focus f = focus();
    boolean write = (has(GupFlags.FOLL_WRITE) || bit(AS_WRITE)) && !bit(AS_READ);
    if (f.frame == 0) {
      return fault(write, 0, "no page is mapped: runs a fault");
    }
    if ((f.pteBits & W) != 0) {
      return taken(f.frame);
    }
    if (write && m.hugetlb.isHugetlb(process(), page())) {
      return fault(true, 0, "a writer needs a writable huge PTE: runs a fault");
    }
    Decision rules = m.rules(followRules(write));
    return switch (rules.action(m.fire(rules, rules.first(f, 0)))) {
      case TAKE -> taken(f.frame);
      case UNSHARE -> fault(false, Focus.UNSHARE, "the page must be unshared: runs a fault");
      default -> fault(write, 0, "does not take the page: runs a fault");
    };
  }

  private DecisionPoint followRules(boolean write) {
    if (write) {
      return DecisionPoint.GUP_WRITE;
    }
    return m.hugetlb.isHugetlb(process(), page())
        ? DecisionPoint.HUGETLB_GUP_READ
        : DecisionPoint.GUP_READ;
  }

  private boolean fault(boolean write, int extra, String why) {
    m.say(why);
    int flags = extra;
    if (write) {
      flags |= Focus.WRITE;
    } else if (bit(BREAK_COW)) {
      flags |= Focus.BREAK;
    }
    boolean unlockedFastSlowPath = has(GupFlags.FAST) && has(GupFlags.FOLL_LONGTERM);
    if (has(GupFlags.MAY_WAIT) && !unlockedFastSlowPath) {
      flags |= Focus.MAY_WAIT;
    }
    m.fault.begin(process(), page(), flags);
    return true;
  }

  private boolean taken(int frame) {
    if (has(GupFlags.FOLL_WRITE) && has(GupFlags.FOLL_GET)) {
      m.markDirty(frame); // FOLL_TOUCH
    }
    m.takeReference(frame, pins());
    m.s.setHandle(handle(), frame, handleBits(frame) | PENDING, process(), page());
    if (m.tracing) {
      m.say(has(GupFlags.FOLL_PIN) ? "pins the page" : "takes a reference to the page");
    }
    m.set(GUP_BITS, m.get(GUP_BITS) & ~(FOLL_COW | AS_READ));
    if (m.get(GUP_INDEX) + 1 < m.instruction.pages()) {
      m.set(GUP_INDEX, m.get(GUP_INDEX) + 1);
      if (!vmaAllows()) {
        m.s.addReader(process(), -1);
        dropAll();
        return finish(Value.EFAULT);
      }
      translate();
      return true;
    }
    if (!has(GupFlags.HOLDS_MMAP_LOCK)) {
      m.s.addReader(process(), -1);
    }
    return finish(0);
  }

  /** A fault that the slow path ran has ended. */
  void afterFault(int result, boolean wrote) {
    switch (result) {
      case FaultSteps.OK -> {
        if (wrote && (m.s.vma(process(), page()) & VM_WRITE) == 0) {
          brokeCow();
        }
        m.set(GUP_PHASE, FOLLOW);
      }
      case FaultSteps.RETRY -> m.set(GUP_PHASE, ENTER);
      default -> {
        m.s.addReader(process(), -1);
        dropAll();
        finish(Value.EFAULT);
      }
    }
  }

  /** A write fault has made a private page in memory that may not be written. */
  private void brokeCow() {
    Decision rules = m.rules(DecisionPoint.GUP_BROKE_COW);
    Action action = rules.action(m.fire(rules, rules.first(focus(), 0)));
    setBit(action == Action.AS_READ ? AS_READ : FOLL_COW);
  }

  // ---- the end

  private boolean pins() {
    return has(GupFlags.FOLL_PIN);
  }

  private int handleBits(int frame) {
    int flags = flags();
    boolean pin = (flags & GupFlags.FOLL_PIN) != 0;
    boolean write = (flags & GupFlags.FOLL_WRITE) != 0;
    boolean anon = m.s.frameFlag(frame, ANON);
    boolean shared = (m.s.vma(process(), page()) & VM_SHARED) != 0;
    boolean longterm = (flags & GupFlags.FOLL_LONGTERM) != 0;
    boolean own = process() == m.processOf(m.t);
    boolean covered = write || pin && (anon && own || longterm);
    return (pin ? PIN : 0)
        | (write ? WRITE : 0)
        | (covered ? COVERED | MAPPED : 0)
        | (shared ? SHARED_PAGE : 0);
  }

  private void handOut(int handle) {
    int bits = m.s.handleBits(handle);
    if ((bits & PENDING) != 0) {
      m.s.setHandleBits(handle, bits & ~(PENDING | OUTDATED) | LIVE);
      if ((bits & OUTDATED) != 0) {
        m.observer.handedOutStale((bits & PIN) != 0, process());
      }
    }
  }

  /** All pages are taken (0), or the attempt has failed with an error. */
  private boolean finish(int error) {
    if (error != 0) {
      dropAll();
      int next = attempt() + 1;
      if (next < m.userAttempts(m.instruction.user()).length) {
        m.set(GUP_INDEX, 0);
        m.set(GUP_BITS, next * ATTEMPT);
        enterAttempt();
        return true;
      }
    } else {
      for (int i = 0; i < m.instruction.pages(); i++) {
        handOut(m.firstHandle() + i);
      }
    }
    for (int register = GUP_PHASE; register <= GUP_PTE; register++) {
      m.set(register, 0);
    }
    m.transfer.afterGup(error);
    return true;
  }
}
