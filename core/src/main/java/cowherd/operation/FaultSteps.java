package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * The page fault (semantics 2.1, 3.1 to 3.4, 3.8, 3.9), one transition a step.
 *
 * <pre>
 *   LOOKUP   read the PTE without its lock, remember it
 *   empty    INSTALL_EMPTY: take the PTL; still empty? map the zero page, a new page, a file page
 *   marker   the same, and the page is protected as the marker says; poison is SIGBUS, a guard SIGSEGV
 *   present  DECIDE: take the PTL; PTE unchanged? ask the rules: reuse, or copy, or an event
 *            COPY (a word a step): allocate, copy what the page holds now
 *            INSTALL: take the PTL; PTE unchanged? map the copy, drop the old page
 *            PAGE_LOCK: sleep for the page lock, then decide again
 *   hugetlb  one fault of a page at a time, from LOOKUP on; no page for the copy, and the mapping is
 *            the owner: STEAL (a mapping, then a reference a step) unmaps the page from the others,
 *            then decide again
 *   swapped  SWAP_LOOKUP: find the page in the swap cache, or read it
 *            SWAP_LOCK: lock it; SWAP_MAP: take the PTL; PTE unchanged? map it
 *   migrated MIGRATION_WAIT: sleep until the migration entry is gone, and try again
 *   event    QUEUE: queue the event; RECHECK: still needed? drop mmap_lock; SLEEP until woken
 * </pre>
 *
 * Whoever finds the PTE changed gives up without an error, and the access is tried again.
 */
final class FaultSteps {
  static final int LOOKUP = 1;
  static final int INSTALL_EMPTY = 2;
  static final int DECIDE = 3;
  static final int COPY = 4;
  static final int INSTALL = 5;
  static final int PAGE_LOCK = 6;
  static final int SWAP_LOOKUP = 7;
  static final int SWAP_LOCK = 8;
  static final int SWAP_MAP = 9;
  static final int QUEUE = 10;
  static final int RECHECK = 11;
  static final int SLEEP = 12;
  static final int STEAL = 13;
  static final int MIGRATION_WAIT = 14;

  // results
  static final int OK = 0;
  static final int RETRY = 1;
  static final int SIGBUS = 2;
  static final int SIGSEGV = 3;

  // thread register EVENT
  static final int EVENT_UNREAD = 1;
  static final int EVENT_READ = 2;
  static final int EVENT_WOKEN = 3;

  // thread register EVENT_TYPE
  static final int MISSING = 1;
  static final int WRITE_PROTECT = 2;
  static final int FORKED = 3;
  static final int MINOR = 4;
  static final int REMAPPED = 5;
  static final int REMOVED = 6;
  static final int UNMAPPED = 7;

  private final Machine m;

  FaultSteps(Machine machine) {
    this.m = machine;
  }

  /** Begins a fault with LOOKUP still to come (get_user_pages), mmap_lock held. */
  void begin(int process, int page, int flags) {
    m.set(FAULT_MM, process);
    m.set(FAULT_PAGE, page);
    m.set(FAULT_FLAGS, flags);
    m.set(FAULT_PHASE, LOOKUP);
    m.costFaults++;
  }

  /** Begins a fault of a user access: takes mmap_lock (free for readers) and looks up. */
  void beginWithLookup(int process, int page, int flags) {
    m.s.addReader(process, 1);
    begin(process, page, flags);
    lookup();
  }

  boolean step() {
    return switch (m.get(FAULT_PHASE)) {
      case LOOKUP -> lookup();
      case INSTALL_EMPTY -> pteLockFree() && installEmpty();
      case DECIDE -> pteLockFree() && decide();
      case COPY -> copyWord();
      case INSTALL -> pteLockFree() && install();
      case PAGE_LOCK -> pageLock();
      case SWAP_LOOKUP -> swapLookup();
      case SWAP_LOCK -> swapLock();
      case SWAP_MAP -> pteLockFree() && swapMap();
      case QUEUE -> queue();
      case RECHECK -> recheck();
      case SLEEP -> m.get(EVENT) == EVENT_WOKEN && awake();
      case STEAL -> steal();
      case MIGRATION_WAIT -> pteChanged() && retryAfterMigration();
      default -> throw new BrokenMachine("FaultSteps: no such phase");
    };
  }

  private int process() {
    return m.get(FAULT_MM);
  }

  private int page() {
    return m.get(FAULT_PAGE);
  }

  private boolean flag(int flag) {
    return (m.get(FAULT_FLAGS) & flag) != 0;
  }

  private boolean pteLockFree() {
    return m.pteLockFree(process(), page());
  }

  private boolean pteChanged() {
    return m.s.pteTarget(process(), page()) != m.get(FAULT_ORIG)
        || m.s.pteBits(process(), page()) != m.get(FAULT_ORIG_BITS);
  }

  private void remember() {
    m.set(FAULT_ORIG, m.s.pteTarget(process(), page()));
    m.set(FAULT_ORIG_BITS, m.s.pteBits(process(), page()));
  }

  private Focus focus() {
    Focus f = m.focus;
    f.at(process(), page());
    f.faultFlags = m.get(FAULT_FLAGS);
    return f;
  }

  private void finish(int result) {
    finish(result, false);
  }

  private void finish(int result, boolean wrote) {
    boolean user = m.get(GUP_PHASE) == 0;
    int process = process();
    for (int register = FAULT_PHASE; register <= EVENT_FLAGS; register++) {
      m.set(register, 0);
    }
    m.set(EVENT_CONTEXT, 0);
    if (m.ksm.breaking()) {
      m.ksm.afterFault(result);
    } else if (user) {
      if (result != RETRY) {
        m.s.addReader(process, -1);
      }
      m.access.afterFault(result);
    } else {
      m.gup.afterFault(result, wrote);
    }
  }

  // ---- lookup

  /** Whether a fault of hugetlb in this phase keeps other faults of the same page out. */
  static boolean holdsHugetlbMutex(int phase) {
    return switch (phase) {
      case INSTALL_EMPTY, DECIDE, COPY, INSTALL -> true;
      default -> false;
    };
  }

  private boolean hugetlb() {
    return m.hugetlb.isHugetlb(process(), page());
  }

  private boolean lookup() {
    if (hugetlb() && m.hugetlb.faultRuns(process(), page())) {
      return false;
    }
    remember();
    switch (m.get(FAULT_ORIG_BITS) & KIND) {
      case NONE, MARKER -> m.set(FAULT_PHASE, INSTALL_EMPTY);
      case SWAP ->
          m.set(FAULT_PHASE, isMigration(m.get(FAULT_ORIG_BITS)) ? MIGRATION_WAIT : SWAP_LOOKUP);
      default -> {
        boolean writable = (m.get(FAULT_ORIG_BITS) & W) != 0;
        if (writable || !flag(Focus.WRITE | Focus.BREAK | Focus.UNSHARE)) {
          finish(OK);
        } else {
          m.set(FAULT_PHASE, DECIDE);
        }
      }
    }
    return true;
  }

  // ---- an empty PTE

  private boolean installEmpty() {
    if (pteChanged()) {
      m.say("the PTE has changed: retries");
      finish(OK);
      return true;
    }
    if (marker() != 0 && endedByMarker()) {
      return true;
    }
    if ((m.s.vmaMore(process(), page()) & VM_HUGETLB_UNMAPPED) != 0) {
      m.say("the page was taken away for its owner");
      finish(SIGBUS);
      return true;
    }
    boolean file = m.s.vmaFile(process(), page()) >= 0;
    return file && !privateHole() ? fileFault() : installAnonymous();
  }

  /** What the marker found by LOOKUP stands for, or 0 when the PTE was empty. */
  private int marker() {
    return (m.get(FAULT_ORIG_BITS) & KIND) == MARKER ? m.get(FAULT_ORIG) : 0;
  }

  /** Whether the marker itself answers the fault; otherwise the page is installed under it. */
  private boolean endedByMarker() {
    if ((marker() & MARKER_GUARD) != 0) {
      m.say("the page is guarded");
      finish(SIGSEGV);
      return true;
    }
    if ((marker() & MARKER_POISON) != 0) {
      m.say("the page is poisoned");
      finish(SIGBUS);
      return true;
    }
    if ((m.s.vmaUffd(process(), page()) & VM_UFFD_WP) == 0) {
      m.s.setPte(process(), page(), 0, NONE);
      m.say("clears a marker that nobody is registered for: retries");
      finish(OK);
      return true;
    }
    return false;
  }

  /** The bits of a page that is installed where a uffd-wp marker was: protected, not writable. */
  private int underMarker(int bits) {
    return (marker() & MARKER_UFFD_WP) != 0 ? bits & ~W | UFFD_WP : bits;
  }

  private boolean installAnonymous() {
    if (hugetlb()) {
      return installHuge();
    }
    Focus f = focus();
    Decision rules = m.rules(DecisionPoint.EMPTY_FAULT);
    int rule = m.fire(rules, rules.first(f, 0));
    switch (rules.action(rule)) {
      case MISSING_EVENT -> {
        m.set(EVENT_TYPE, MISSING);
        m.set(FAULT_PHASE, QUEUE);
      }
      case ZERO_PAGE -> {
        if (m.huge.fits(process(), page())) {
          m.huge.mapZero(process(), page());
          m.say("maps the huge zero page");
        } else {
          m.s.setPte(process(), page(), ZERO_FRAME, underMarker(PRESENT));
          m.say("maps the zero page");
        }
        finish(OK);
      }
      default -> {
        int writable = (m.s.vma(process(), page()) & VM_WRITE) != 0 ? W : 0;
        if (m.huge.fits(process(), page())) {
          m.huge.mapNew(process(), page(), m.newAnonymousFolio(), writable | m.dirtied);
          m.say("maps a new huge page");
        } else {
          m.mapNew(process(), page(), m.newAnonymous(), underMarker(writable | m.dirtied));
          m.say("maps a new page");
        }
        finish(OK, true);
      }
    }
    return true;
  }

  private boolean fileFault() {
    Decision rules = m.rules(DecisionPoint.FILE_FAULT);
    switch (rules.action(m.fire(rules, rules.first(focus(), 0)))) {
      case MISSING_EVENT -> {
        m.set(EVENT_TYPE, MISSING);
        m.set(FAULT_PHASE, QUEUE);
      }
      case MINOR_EVENT -> {
        m.set(EVENT_TYPE, MINOR);
        m.set(FAULT_PHASE, QUEUE);
      }
      default -> installFile();
    }
    return true;
  }

  private void installFile() {
    int vma = m.s.vma(process(), page());
    int frame = m.pageOfFile(m.s.vmaFile(process(), page()));
    boolean shared = (vma & VM_SHARED) != 0;
    if (shared || !flag(Focus.WRITE)) {
      m.mapFile(process(), page(), frame, underMarker(fileBits(vma)));
      m.say("maps the page of the file");
      finish(OK, flag(Focus.WRITE));
    } else {
      m.s.getFrame(frame, 1);
      m.set(FAULT_OLD, frame);
      m.set(FAULT_PHASE, COPY);
    }
  }

  /** A shared mapping is writable at once, unless the store is to be noticed. */
  private int fileBits(int vma) {
    if ((vma & (VM_SHARED | VM_WRITE)) != (VM_SHARED | VM_WRITE)) {
      return 0;
    }
    if (flag(Focus.WRITE)) {
      return W | m.dirtied;
    }
    boolean tracked = (vma & VM_SOFT_DIRTY_TRACKED) != 0;
    return tracked || m.writeNotify(process(), page()) ? 0 : W;
  }

  // ---- hugetlb

  /** A private mapping of a hole in a hugetlbfs file: the page is the mapping's from the start. */
  private boolean privateHole() {
    return hugetlb()
        && (m.s.vma(process(), page()) & VM_SHARED) == 0
        && !m.pageCached(process(), page());
  }

  /** There is no zero page; a reader gets a page of its own, read-only. */
  private boolean installHuge() {
    Focus f = focus();
    Decision rules = m.rules(DecisionPoint.HUGETLB_EMPTY_FAULT);
    int bits = isUffdWp(marker(), MARKER) ? UFFD_WP : 0;
    int r = rules.first(f, 0);
    while (m.fire(rules, r) >= 0 && !rules.action(r).terminal()) {
      bits |= W | m.dirtied;
      r = rules.first(f, r + 1);
    }
    if (rules.action(r) == Action.MISSING_EVENT) {
      m.set(EVENT_TYPE, MISSING);
      m.set(FAULT_PHASE, QUEUE);
      return true;
    }
    int frame = m.hugetlb.allocate(process(), page(), false);
    if (frame == 0) {
      m.say("no huge page is left");
      finish(SIGBUS);
      return true;
    }
    m.mapNew(process(), page(), frame, bits);
    m.say("maps a new huge page");
    finish(OK, (bits & W) != 0);
    return true;
  }

  /** The page for a copy; none is left: the owner takes pages from others, anybody else fails. */
  private boolean allocateCopy(int old) {
    boolean owner = m.hugetlb.isOwner(process(), page()) && m.s.frameFlag(old, ANON);
    int frame = hugetlb() ? m.hugetlb.allocate(process(), page(), owner) : newPage();
    if (frame != 0) {
      m.set(FAULT_NEW, frame);
      return true;
    }
    m.set(FAULT_OLD, 0);
    m.s.putFrame(old, 1);
    if (owner) {
      m.say("no huge page is left: takes the page from the others");
      m.set(FAULT_PHASE, STEAL);
    } else {
      m.say("no huge page is left");
      finish(SIGBUS);
    }
    return false;
  }

  /** Unmaps the page from private mappings that do not own a reservation, one after the other. */
  private boolean steal() {
    int unmapped = m.get(HELD);
    if (unmapped != 0) {
      m.set(HELD, 0);
      m.s.putFrame(unmapped, 1);
      m.say("drops the mapping's reference");
      return true;
    }
    int all = m.processes * m.pages;
    int i = m.get(FAULT_WORD);
    while (i < all && !mayTakeFrom(i / m.pages, i % m.pages)) {
      i++;
    }
    if (i == all) {
      return !m.hugetlb.faultRuns(process(), page()) && pteLockFree() && decideAgain();
    }
    if (!m.pteLockFree(i / m.pages, i % m.pages)) {
      return false;
    }
    m.set(FAULT_WORD, i + 1);
    m.hugetlb.noteUnmapped(i / m.pages, i % m.pages);
    m.set(HELD, m.zapPte(i / m.pages, i % m.pages));
    m.costFlushes++;
    m.say("unmaps the page from another process");
    return true;
  }

  private boolean mayTakeFrom(int process, int page) {
    return process != process()
        && (m.s.pteBits(process, page) & KIND) == PRESENT
        && m.s.pteTarget(process, page) == m.get(FAULT_ORIG)
        && (m.s.vma(process, page) & VM_SHARED) == 0
        && !m.hugetlb.isOwner(process, page);
  }

  private boolean decideAgain() {
    m.set(FAULT_WORD, 0);
    m.set(FAULT_PHASE, DECIDE);
    return decide();
  }

  // ---- a present, read-only PTE

  private DecisionPoint wpFault(Focus f) {
    if (hugetlb()) {
      return DecisionPoint.HUGETLB_WP_FAULT;
    }
    return HugeSteps.isPmd(f.pteBits) ? DecisionPoint.PMD_WP_FAULT : DecisionPoint.WP_FAULT;
  }

  private boolean decide() {
    if (pteChanged()) {
      m.say("the PTE has changed: retries");
      finish(OK);
      return true;
    }
    if (flag(Focus.BREAK) && (m.get(FAULT_ORIG_BITS) & W) != 0) {
      finish(OK);
      return true;
    }
    Focus f = focus();
    Decision rules = m.rules(wpFault(f));
    for (int r = rules.first(f, 0); ; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      Action action = rules.action(r);
      if (action.terminal()) {
        return decided(action);
      }
      decideEffect(action, f.frame);
    }
  }

  private void decideEffect(Action action, int frame) {
    switch (action) {
      case DROP_SWAPCACHE -> m.dropSwapCache(frame, 0);
      case DRAIN_LRU -> m.drainLru();
      case FLUSH_TLB -> {
        m.tlb.flush(process(), page(), 1);
        m.costFlushes++;
      }
      default -> {
        m.huge.setBits(process(), page(), m.s.pteBits(process(), page()) & ~UFFD_WP);
        remember();
        focus();
      }
    }
  }

  private boolean decided(Action action) {
    int frame = m.focus.frame;
    switch (action) {
      case EVENT -> {
        m.set(EVENT_TYPE, WRITE_PROTECT);
        m.set(FAULT_PHASE, QUEUE);
      }
      case REUSE -> {
        reuse();
        finish(OK, true);
      }
      case NOTHING -> finish(OK);
      case SPLIT -> {
        m.huge.splitPmd(process(), page());
        m.set(FAULT_PHASE, LOOKUP);
      }
      case SLEEP -> {
        m.s.getFrame(frame, 1);
        m.set(FAULT_OLD, frame);
        m.set(FAULT_PHASE, PAGE_LOCK);
      }
      default -> {
        if (frame == ZERO_FRAME) {
          m.set(FAULT_NEW, newPage());
          m.set(FAULT_PHASE, INSTALL);
        } else {
          m.s.getFrame(frame, 1);
          m.set(FAULT_OLD, frame);
          m.set(FAULT_PHASE, COPY);
        }
      }
    }
    return true;
  }

  private void reuse() {
    Focus f = m.focus;
    int bits = m.s.pteBits(process(), page());
    Decision rules = m.rules(DecisionPoint.REUSING);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      switch (rules.action(r)) {
        case SET_WRITABLE -> bits |= W;
        case SET_DIRTY -> bits |= m.dirtied;
        default -> {
          if (HugeSteps.isPmd(bits)) {
            m.setExclusive(f.frame);
          } else {
            m.s.setFrameFlag(f.frame, EXCLUSIVE, true);
          }
        }
      }
    }
    // reuse_ksm_page: an ordinary anonymous page from now on
    if (m.s.frameFlag(f.frame, KSM)) {
      m.s.setFrameFlag(f.frame, KSM, false);
    }
    m.huge.setBits(process(), page(), bits);
    m.say("takes the page over");
  }

  private boolean pageLock() {
    int frame = m.get(FAULT_OLD);
    if (m.s.lockHolder(frame) >= 0 || !pteLockFree()) {
      return false;
    }
    boolean changed = pteChanged();
    m.set(FAULT_OLD, 0);
    m.s.putFrame(frame, 1);
    if (changed) {
      m.say("the PTE has changed: retries");
      finish(OK);
      return true;
    }
    return decide();
  }

  /** Whether the fault is about to replace a PMD by a PMD. */
  private boolean ofPmd() {
    return HugeSteps.isPmd(m.get(FAULT_ORIG_BITS));
  }

  private int newPage() {
    return ofPmd() ? m.newAnonymousFolio() : m.newAnonymous();
  }

  private boolean copyWord() {
    int index = m.get(FAULT_WORD);
    int old = m.get(FAULT_OLD);
    if (index == 0 && !allocateCopy(old)) {
      return true;
    }
    int page = index / m.words;
    int word = index % m.words;
    int from = ofPmd() ? m.s.folioPage(old, page) : old;
    int to = m.s.folioPage(m.get(FAULT_NEW), page);
    m.s.setWord(to, word, m.s.word(from, word), m.s.seenBy(from, word));
    if (m.tracing) {
      String what = m.words == 1 ? "the page" : "word " + word;
      m.say("copies " + what + ": " + m.s.word(from, word));
    }
    if (index + 1 < m.words * m.s.folioPages(to)) {
      m.set(FAULT_WORD, index + 1);
    } else {
      m.set(FAULT_WORD, 0);
      m.set(FAULT_PHASE, INSTALL);
    }
    return true;
  }

  private boolean install() {
    int frame = m.get(FAULT_NEW);
    int old = m.get(FAULT_OLD);
    m.set(FAULT_NEW, 0);
    m.set(FAULT_OLD, 0);
    if (pteChanged()) {
      m.putNew(frame);
      m.s.putFrame(old == 0 ? ZERO_FRAME : old, 1);
      m.say("the PTE has changed: throws its copy away, retries");
      finish(OK);
      return true;
    }
    Focus f = focus();
    boolean mapped = (m.get(FAULT_ORIG_BITS) & KIND) == PRESENT;
    boolean needless = mapped && m.nobodyElseUses(f.frame);
    int bits = underMarker(installedBits(f));
    if (ofPmd()) {
      m.huge.mapNew(process(), page(), frame, bits);
    } else {
      m.mapNew(process(), page(), frame, bits);
    }
    m.costCopies++;
    m.costFlushes++;
    if (old != 0) {
      if (mapped && ofPmd()) {
        m.s.addPmdMapcount(old, -1);
        m.s.putFrame(old, 1);
      } else if (mapped) {
        m.s.addMapcount(old, -1);
        m.s.putFrame(old, 1);
      }
      m.s.putFrame(old, 1);
    }
    if (needless) {
      m.costNeedless++;
    }
    m.say("maps its copy");
    finish(OK, true);
    return true;
  }

  private int installedBits(Focus f) {
    int bits = 0;
    Decision rules = m.rules(DecisionPoint.INSTALLING);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      switch (rules.action(r)) {
        case SET_WRITABLE -> bits |= W;
        case SET_DIRTY -> bits |= m.dirtied;
        case KEEP_SOFT_DIRTY -> bits |= f.pteBits & SOFT_DIRTY;
        default -> bits |= f.pteBits & UFFD_WP;
      }
    }
    return bits;
  }

  private boolean retryAfterMigration() {
    m.say("the migration entry is gone: retries");
    finish(OK);
    return true;
  }

  // ---- a swap PTE

  private boolean swapLookup() {
    if (pteChanged()) {
      m.say("the PTE has changed: retries");
      finish(OK);
      return true;
    }
    int entry = m.get(FAULT_ORIG);
    int frame = m.s.entryFrame(entry);
    if (frame != 0) {
      m.s.getFrame(frame, 1);
      m.say("finds the page in the swap cache");
    } else {
      frame = m.s.allocateFrame();
      m.joinLru(frame);
      for (int w = 0; w < m.words; w++) {
        m.s.setWord(frame, w, m.s.entryWord(entry, w), m.s.entrySeenBy(entry, w));
        m.s.setEntryWord(entry, w, 0, 0);
      }
      m.s.attachToEntry(frame, entry);
      if (m.synchronousSwap && m.s.entryCount(entry) == 1) {
        m.set(FAULT_NEW, frame); // "fresh": it never is in the swap cache
      }
      m.say("reads the page from swap");
    }
    m.set(FAULT_OLD, frame);
    m.set(FAULT_PHASE, SWAP_LOCK);
    return true;
  }

  private boolean swapLock() {
    int frame = m.get(FAULT_OLD);
    if (m.s.lockHolder(frame) >= 0) {
      return false;
    }
    if (m.s.frameEntry(frame) != m.get(FAULT_ORIG)) {
      m.set(FAULT_OLD, 0);
      m.set(FAULT_NEW, 0);
      m.s.putFrame(frame, 1);
      m.say("the page has left the swap cache: retries");
      finish(OK);
    } else {
      m.s.setLockHolder(frame, m.t);
      m.set(FAULT_PHASE, SWAP_MAP);
    }
    return true;
  }

  private boolean swapMap() {
    int frame = m.get(FAULT_OLD);
    if (pteChanged()) {
      m.s.setLockHolder(frame, -1);
      m.set(FAULT_OLD, 0);
      m.set(FAULT_NEW, 0);
      m.s.putFrame(frame, 1);
      m.say("the PTE has changed: retries");
      finish(OK);
      return true;
    }
    if (m.get(FAULT_NEW) != 0) {
      m.set(FAULT_NEW, 0);
      m.dropSwapCache(frame, 1);
    }
    boolean writable = mapSwapped(frame);
    if (flag(Focus.WRITE | Focus.BREAK) && !writable) {
      remember();
      m.set(FAULT_PHASE, DECIDE);
      return decide();
    }
    finish(OK, flag(Focus.WRITE));
    return true;
  }

  /** Maps a locked page of the swap cache; whether the rules gave the write bit. */
  private boolean mapSwapped(int frame) {
    int entry = m.get(FAULT_ORIG);
    Focus f = focus();
    f.frame = frame;
    boolean freed = false;
    boolean writable = false;
    Decision rules = m.rules(DecisionPoint.SWAP_IN);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      switch (rules.action(r)) {
        case MAP_EXCLUSIVE -> m.s.setFrameFlag(frame, EXCLUSIVE, true);
        case FREE_ENTRY -> {
          if (!freed) {
            m.s.addEntryCount(entry, -1);
            freed = true;
          }
        }
        case DROP_SWAPCACHE -> m.dropSwapCache(frame, freed ? 0 : 1);
        default -> writable = true;
      }
    }
    int old = f.pteBits;
    int bits = PRESENT | (old & (UFFD_WP | SOFT_DIRTY));
    if (writable && (old & UFFD_WP) == 0) {
      bits |= W;
    }
    if (writable && flag(Focus.WRITE)) {
      bits |= m.dirtied;
    }
    m.s.setPte(process(), page(), frame, bits);
    m.s.addMapcount(frame, 1);
    m.set(FAULT_OLD, 0);
    if (!freed) {
      m.s.addEntryCount(entry, -1);
    }
    m.s.setLockHolder(frame, -1);
    m.say("maps the page");
    return writable;
  }

  // ---- userfaultfd

  private boolean queue() {
    State s = m.s;
    int context = s.vmaContext(process(), page());
    Focus f = focus();
    boolean registered = s.vmaUffd(process(), page()) != 0;
    f.features = registered ? s.contextFeatures(context, process()) : 0;
    f.modes = registered && s.contextState(context, process()) == 1 ? 0 : Focus.CLOSED;
    Decision rules = m.rules(DecisionPoint.UFFD_DELIVERY);
    int rule = m.fire(rules, rules.first(f, 0));
    switch (rules.action(rule)) {
      case SIGBUS -> finish(SIGBUS);
      case RETRY -> finish(OK);
      case RETRY_UNLOCKED -> {
        refuseWhileBreaking();
        s.addReader(process(), -1);
        finish(RETRY);
      }
      default -> {
        refuseWhileBreaking();
        s.queueEvent(context, process(), m.t);
        m.set(EVENT, EVENT_UNREAD);
        m.set(EVENT_CONTEXT, context + 1);
        int type =
            switch (m.get(EVENT_TYPE)) {
              case WRITE_PROTECT -> CallFlags.UFFD_PAGEFAULT_FLAG_WP;
              case MINOR -> CallFlags.UFFD_PAGEFAULT_FLAG_MINOR;
              default -> 0;
            };
        int write = flag(Focus.WRITE) ? CallFlags.UFFD_PAGEFAULT_FLAG_WRITE : 0;
        m.set(EVENT_FLAGS, type | write);
        m.set(FAULT_PHASE, RECHECK);
        s.setGhost(process(), page(), s.ghost(process(), page()) & ~GHOST_WP_ARMED);
        m.say("queues a userfaultfd event");
      }
    }
    return true;
  }

  private void refuseWhileBreaking() {
    if (m.ksm.breaking()) {
      throw new Machine.OutOfModel("a fault that breaks a KSM page and drops mmap_lock");
    }
  }

  private boolean recheck() {
    int bits = m.s.pteBits(process(), page());
    boolean empty = (bits & KIND) == NONE || (bits & KIND) == MARKER;
    boolean writeProtect = m.get(EVENT_TYPE) == WRITE_PROTECT;
    boolean needed = empty || writeProtect && (bits & W) == 0;
    boolean registered = m.s.vmaUffd(process(), page()) != 0;
    m.s.addReader(process(), -1);
    if (!needed || !registered || m.get(EVENT) == EVENT_WOKEN) {
      m.say("no longer needs to wait");
      return awake();
    }
    if (!empty) {
      m.observer.waitsForEvent(process(), page(), m.readerWaits());
    }
    m.set(FAULT_PHASE, SLEEP);
    m.say("sleeps in handle_userfault");
    return true;
  }

  private boolean awake() {
    if (m.get(EVENT) == EVENT_UNREAD) {
      m.unqueueEvent(m.t);
    }
    finish(RETRY);
    return true;
  }
}
