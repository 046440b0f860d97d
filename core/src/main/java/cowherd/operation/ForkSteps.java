package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * fork (semantics 3.5): the parent's mmap_lock is held for writing throughout, so that in its mm
 * only the lockless walk and reclaim run beside it.
 *
 * <pre>
 *   START   mmap_lock, write_protect_seq odd, VMAs of the child
 *   PTE     per private page: take the PTL, ask the rules; copy the page for the child, or
 *   SHARE   share it: reference, mapcount, the child's PTE, write-protect the parent's
 *   END     write_protect_seq even, TLB flush, unlock
 *   UNDO    no huge page is left for a copy: the child's page tables go again, fork fails
 *   EVENT   with UFFD_FEATURE_EVENT_FORK: wait until the event is read; then the child runs
 * </pre>
 *
 * A pinned page is checked in PTE and write-protected in SHARE: the lockless walk fits between.
 */
final class ForkSteps {
  private static final int PTE = 2;
  private static final int SHARE = 3;
  private static final int END = 4;
  private static final int EVENT_WAIT = 5;
  private static final int UNDO = 6;

  // SCRATCH between PTE and SHARE: what the rules said
  private static final int CLEAR = 1;
  private static final int KEEP = 2;
  private static final int KEEP_IF_WATCHED = 4;

  private final Machine m;

  ForkSteps(Machine machine) {
    this.m = machine;
  }

  private int parent() {
    return m.ownProcess();
  }

  private int child() {
    return m.instruction.object();
  }

  boolean step() {
    return switch (m.get(PHASE)) {
      case PTE -> m.pteLockFree(parent(), m.get(INDEX)) && pte();
      case SHARE -> share();
      case END -> end();
      case EVENT_WAIT -> eventWait();
      case UNDO -> undo();
      default -> m.mayWrite(parent()) && start();
    };
  }

  private boolean start() {
    State s = m.s;
    s.setWriter(parent(), m.t);
    s.setWriter(child(), m.t);
    s.setMmFlag(parent(), MM_FORK_RUNNING, true);
    s.setMmFlag(parent(), MM_HAS_FORKED, true);
    m.noteForkInFastWalks(parent());
    for (int v = 0; v < m.pages; v++) {
      copyVma(v);
      if (isSharedHugetlb(v)) {
        Decision rules = m.rules(DecisionPoint.HUGETLB_FORK_SHARED);
        m.fire(rules, rules.first(focus(v), 0));
      }
    }
    m.set(INDEX, 0);
    m.set(PHASE, PTE);
    skipEmpty();
    m.say("begins to copy the page tables");
    return true;
  }

  private void copyVma(int v) {
    State s = m.s;
    int vma = s.vma(parent(), v);
    if ((vma & VMA) == 0 || (vma & VM_DONTCOPY) != 0) {
      return;
    }
    s.setVma(child(), v, vma & ~VM_LOCKED);
    s.setVmaFile(child(), v, s.vmaFile(parent(), v));
    s.setVmaMore(child(), v, HugetlbPool.inherited(s.vmaMore(parent(), v)));
    s.setMmFlag(child(), MM_MERGE_ANY, s.mmFlag(parent(), MM_MERGE_ANY));
    int modes = s.vmaUffd(parent(), v);
    if (modes != 0) {
      int context = s.vmaContext(parent(), v);
      int features = s.contextFeatures(context, parent());
      if ((features & CallFlags.UFFD_FEATURE_EVENT_FORK) != 0
          && s.contextState(context, parent()) == 1) {
        s.setVmaUffd(child(), v, modes, context);
        s.setContextState(context, child(), UffdSteps.UNREAD_CHILD);
        s.setContextFeatures(context, child(), features);
      }
    }
    if ((vma & VM_SHARED) == 0 && s.vmaFile(parent(), v) < 0) {
      s.setGhost(child(), v, GHOST_SNAPSHOT);
    }
  }

  /** vma_needs_copy: whether fork copies the PTE, of private memory that has anonymous pages. */
  private boolean copies(int v) {
    State s = m.s;
    int vma = s.vma(child(), v);
    boolean protectedChild = (s.vmaUffd(child(), v) & VM_UFFD_WP) != 0;
    boolean shared =
        (vma & VM_SHARED) != 0
            && !protectedChild
            && !m.hasAnonVma(parent(), v)
            && !copiesSharedHugetlb(v);
    if ((vma & VMA) == 0 || (vma & VM_WIPEONFORK) != 0 || shared) {
      return false;
    }
    if (!m.pteLockFree(parent(), v)) {
      return true;
    }
    return switch (s.pteBits(parent(), v) & KIND) {
      case SWAP -> true;
      case MARKER -> inheritedMarker(v) != 0;
      case PRESENT ->
          protectedChild
              || copiesSharedHugetlb(v)
              || !m.hugetlbfs(s.vmaFile(parent(), v)) && m.hasAnonVma(parent(), v)
              || s.frameFlag(s.pteTarget(parent(), v), ANON);
      default -> false;
    };
  }

  private boolean isSharedHugetlb(int v) {
    return (m.s.vma(child(), v) & VM_SHARED) != 0 && m.hugetlb.isHugetlb(child(), v);
  }

  private boolean copiesSharedHugetlb(int v) {
    Decision rules = m.rules(DecisionPoint.HUGETLB_FORK_SHARED);
    return isSharedHugetlb(v) && rules.action(rules.first(focus(v), 0)) == Action.GO;
  }

  /** What of a marker the child gets: write protection only when it is watched too. */
  private int inheritedMarker(int v) {
    boolean protectedChild = (m.s.vmaUffd(child(), v) & VM_UFFD_WP) != 0;
    return m.s.pteTarget(parent(), v) & (protectedChild ? ~0 : ~MARKER_UFFD_WP);
  }

  private void skipEmpty() {
    int v = m.get(INDEX);
    while (v < m.pages && !copies(v)) {
      v++;
    }
    m.set(INDEX, v < m.pages ? v : 0);
    m.set(PHASE, v < m.pages ? PTE : END);
  }

  private void next() {
    int v = m.get(INDEX) + 1;
    if (v < m.pages) {
      m.set(INDEX, v);
      skipEmpty();
    } else {
      m.set(INDEX, 0);
      m.set(PHASE, END);
    }
  }

  private Focus focus(int v) {
    Focus f = m.focus;
    f.at(parent(), v);
    f.child = child();
    return f;
  }

  private boolean pte() {
    int v = m.get(INDEX);
    Focus f = focus(v);
    if (!copies(v)) {
      next();
      return true;
    }
    if ((f.pteBits & KIND) != PRESENT) {
      if (isMigration(f.pteBits)) {
        copyMigrationEntry(v, f.pteBits);
      } else if ((f.pteBits & KIND) == SWAP) {
        copyEntry(v, f);
      } else if ((f.pteBits & KIND) == MARKER) {
        m.s.setPte(child(), v, inheritedMarker(v), MARKER);
        m.say("copies the marker");
      }
      next();
      return true;
    }
    if (m.s.cached(f.frame)) {
      int dirty = (m.s.vma(child(), v) & VM_SHARED) != 0 ? 0 : f.pteBits & D;
      m.mapFile(child(), v, f.frame, f.pteBits & W | dirty | keptUffdWp(v, f.pteBits));
      m.say("maps the page of the file in the child");
      next();
      return true;
    }
    if (f.frame == ZERO_FRAME) {
      for (int page = first(v); page <= last(v); page++) {
        snapshot(page);
        int kept = f.pteBits & PMD | keptUffdWp(page, f.pteBits);
        m.s.setPte(child(), page, ZERO_FRAME, PRESENT | kept);
      }
      m.set(INDEX, last(v));
      next();
      return true;
    }
    boolean huge = m.hugetlb.isHugetlb(parent(), v);
    Decision rules = m.rules(huge ? DecisionPoint.HUGETLB_FORK : DecisionPoint.FORK_PAGE);
    int r = rules.first(f, 0);
    int effects = huge ? 0 : KEEP_IF_WATCHED;
    while (m.fire(rules, r) >= 0 && !rules.action(r).terminal()) {
      effects |= rules.action(r) == Action.CLEAR_EXCLUSIVE ? CLEAR : KEEP;
      r = rules.first(f, r + 1);
    }
    if (rules.action(r) == Action.COPY && HugeSteps.isPmd(f.pteBits)) {
      m.huge.splitPmd(parent(), v);
    } else if (rules.action(r) == Action.COPY) {
      copyPage(v, f);
    } else {
      for (int page = first(v); page <= last(v); page++) {
        m.s.setPteLockHolder(parent(), page, m.t);
      }
      m.set(SCRATCH, effects);
      m.set(PHASE, SHARE);
      m.say("is going to share the page");
    }
    return true;
  }

  /** The pages that one entry of the parent maps: those of a PMD, or the page alone. */
  private int first(int v) {
    return HugeSteps.isPmd(m.s.pteBits(parent(), v)) ? m.huge.start(v) : v;
  }

  private int last(int v) {
    return HugeSteps.isPmd(m.s.pteBits(parent(), v)) ? m.huge.start(v) + m.huge.pages() - 1 : v;
  }

  private boolean share() {
    State s = m.s;
    int v = m.get(INDEX);
    int first = first(v);
    int last = last(v);
    int mapped = s.pteTarget(parent(), v);
    s.getFrame(mapped, 1);
    if (first < last) {
      s.addPmdMapcount(mapped, 1);
    } else {
      s.addMapcount(mapped, 1);
    }
    for (int page = first; page <= last; page++) {
      sharePage(page, m.get(SCRATCH));
    }
    m.tlb.deferFlush();
    m.set(SCRATCH, 0);
    m.set(INDEX, last);
    m.say("shares the page, read-only in both");
    next();
    return true;
  }

  private void sharePage(int v, int effects) {
    State s = m.s;
    int frame = s.pteTarget(parent(), v);
    int bits = s.pteBits(parent(), v);
    if ((effects & CLEAR) != 0) {
      s.setFrameFlag(frame, EXCLUSIVE, false);
    }
    s.setPte(parent(), v, frame, bits & ~W);
    int kept = (effects & KEEP_IF_WATCHED) != 0 ? keptUffdWp(v, bits) : 0;
    kept |= (effects & KEEP) != 0 ? bits & UFFD_WP : 0;
    s.setPte(child(), v, frame, bits & ~(W | UFFD_WP) | kept);
    s.setPteLockHolder(parent(), v, -1);
    letChildSee(frame);
    snapshot(v);
  }

  private void copyPage(int v, Focus f) {
    State s = m.s;
    boolean huge = m.hugetlb.isHugetlb(child(), v);
    int frame = huge ? m.hugetlb.allocate(child(), v, true) : m.newAnonymous();
    if (frame == 0) {
      m.say("no huge page is left for the child");
      m.set(INDEX, 0);
      m.set(PHASE, UNDO);
      return;
    }
    for (int w = 0; w < m.words; w++) {
      s.setWord(frame, w, s.word(f.frame, w), s.seenBy(f.frame, w) | seeing(f.frame, w));
    }
    int bits = 0;
    Decision rules = m.rules(huge ? DecisionPoint.HUGETLB_FORK_COPY : DecisionPoint.FORK_COPY);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      switch (rules.action(r)) {
        case SET_WRITABLE -> bits |= W;
        case SET_DIRTY -> bits |= m.dirtied;
        default -> bits |= f.pteBits & UFFD_WP;
      }
    }
    snapshot(v);
    m.mapNew(child(), v, frame, bits);
    m.costCopies++;
    m.say("copies the page for the child");
    next();
  }

  /** fork has failed: the child's mappings go, one a step; the parent's stay write-protected. */
  private boolean undo() {
    State s = m.s;
    int v = m.get(INDEX);
    if (v == m.pages) {
      for (int u = 0; u < m.program.userfaultfds().size(); u++) {
        s.setContextState(u, child(), 0);
        s.setContextFeatures(u, child(), 0);
      }
      unlock();
      m.complete(Value.ENOMEM);
      return true;
    }
    int frame = m.zapPte(child(), v);
    m.removeVma(child(), v);
    if (frame != 0) {
      s.putFrame(frame, 1);
    }
    m.set(INDEX, v + 1);
    return true;
  }

  private void copyEntry(int v, Focus f) {
    State s = m.s;
    int entry = s.pteTarget(parent(), v);
    int bits = f.pteBits;
    Decision rules = m.rules(DecisionPoint.FORK_ENTRY);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      bits &= ~SWAP_EXCLUSIVE;
    }
    snapshot(v);
    s.addEntryCount(entry, 1);
    s.setPte(parent(), v, entry, bits);
    s.setPte(child(), v, entry, bits & ~UFFD_WP | keptUffdWp(v, bits));
    letChildSeeEntry(entry);
    m.say("copies the swap entry");
  }

  /** The page becomes a shared one when it is mapped again: read-only in both. */
  private void copyMigrationEntry(int v, int bits) {
    State s = m.s;
    int frame = s.pteTarget(parent(), v);
    int shared = bits & ~(W | SWAP_EXCLUSIVE);
    snapshot(v);
    s.setPte(parent(), v, frame, shared);
    s.setPte(child(), v, frame, shared & ~UFFD_WP | keptUffdWp(v, bits));
    letChildSee(frame);
    letChildSee(m.migration.destination(frame));
    m.say("copies the migration entry, read-only in both");
  }

  private int keptUffdWp(int v, int bits) {
    return (m.s.vmaUffd(child(), v) & VM_UFFD_WP) != 0 ? bits & UFFD_WP : 0;
  }

  /** What the parent may see at this moment, the child may see as well. */
  private int seeing(int frame, int w) {
    return (m.s.seenBy(frame, w) >> parent() & 1) << child();
  }

  private void letChildSee(int frame) {
    for (int w = 0; w < m.words && frame != 0; w++) {
      m.s.setWord(frame, w, m.s.word(frame, w), m.s.seenBy(frame, w) | seeing(frame, w));
    }
  }

  private void letChildSeeEntry(int entry) {
    State s = m.s;
    int frame = s.entryFrame(entry);
    for (int w = 0; w < m.words; w++) {
      if (frame != 0) {
        s.setWord(frame, w, s.word(frame, w), s.seenBy(frame, w) | seeing(frame, w));
      } else {
        int seen = s.entrySeenBy(entry, w);
        s.setEntryWord(entry, w, s.entryWord(entry, w), seen | (seen >> parent() & 1) << child());
      }
    }
  }

  private void snapshot(int v) {
    m.s.setGhost(child(), v, GHOST_SNAPSHOT);
    for (int w = 0; w < m.words; w++) {
      m.s.setSnapshot(child(), v, w, Math.max(0, m.s.mappedWord(parent(), v, w)));
    }
  }

  private boolean end() {
    unlock();
    return queueEvent(0);
  }

  private void unlock() {
    State s = m.s;
    s.setMmFlag(parent(), MM_FORK_RUNNING, false);
    m.noteForkInFastWalks(parent());
    s.setWriter(parent(), -1);
    s.setWriter(child(), -1);
    m.tlb.flush(parent(), 0, m.pages);
    m.costFlushes++;
  }

  /**
   * Queues the fork event of the next userfaultfd that wants one; the child runs after the last.
   */
  private boolean queueEvent(int from) {
    State s = m.s;
    for (int u = from; u < m.program.userfaultfds().size(); u++) {
      if (s.contextState(u, child()) == UffdSteps.UNREAD_CHILD) {
        s.queueEvent(u, parent(), m.t);
        m.set(EVENT, FaultSteps.EVENT_UNREAD);
        m.set(EVENT_TYPE, FaultSteps.FORKED);
        m.set(EVENT_CONTEXT, u + 1);
        m.set(PHASE, EVENT_WAIT);
        m.say("queues a fork event");
        return true;
      }
    }
    return born();
  }

  /**
   * Waits until the event is read; a process that dies does not wait (the child is then unwatched).
   */
  private boolean eventWait() {
    int context = m.get(EVENT_CONTEXT) - 1;
    boolean killed = m.s.life(parent()) != ALIVE;
    if (m.get(EVENT) != FaultSteps.EVENT_WOKEN && !killed) {
      return false;
    }
    if (m.get(EVENT) == FaultSteps.EVENT_UNREAD) {
      m.unqueueEvent(m.t);
    }
    m.set(EVENT, 0);
    m.set(EVENT_TYPE, 0);
    m.set(EVENT_CONTEXT, 0);
    if (m.s.contextState(context, child()) == UffdSteps.UNREAD_CHILD) {
      m.uffd.abandon(context, child());
    }
    return queueEvent(context + 1);
  }

  private boolean born() {
    m.s.setLife(child(), ALIVE);
    m.say("the child runs");
    m.complete(0);
    return true;
  }
}
