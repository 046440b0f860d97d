package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * Swap-out of an anonymous page (semantics 3.7, 10.5).
 *
 * <pre>
 *   ISOLATE   take a reference and the page lock; ask the rules (a pinned page is skipped)
 *   ADD       put the page into the swap cache
 *   per PTE:  CLEAR (A1): take the PTL, empty the PTE; CHECK (A2): ask the rules;
 *             WRITE_ENTRY (A3): write the swap entry, or restore the PTE (A4)
 *   WRITEBACK unmapped everywhere: write it out
 *   REMOVE    take it out of the swap cache, unless somebody still refers to it
 *   EMPTY     a page of shmem instead, PTE by PTE: empty it, or leave a uffd-wp marker. Where shmem
 *             keeps the content then, nobody can tell: it stays in the page cache here
 * </pre>
 */
final class ReclaimSteps {
  private static final int ADD = 2;
  private static final int CLEAR = 3;
  private static final int CHECK = 4;
  private static final int WRITE_ENTRY = 5;
  private static final int WRITEBACK_STEP = 6;
  private static final int REMOVE = 7;
  private static final int EMPTY = 8;

  // while a PTE is between CLEAR and WRITE_ENTRY: SCRATCH holds its bits, GUP_BITS what CHECK
  // decided
  private static final int DECIDED_RESTORE = 1;
  private static final int DECIDED_CARRY = 2;
  private static final int DECIDED_DISCARD = 4;

  private final Machine m;

  ReclaimSteps(Machine machine) {
    this.m = machine;
  }

  /** swap_out(x): reclaim picks this very page. */
  boolean swapOut() {
    return m.get(PHASE) <= 1 ? begin(m.instruction.process(), m.firstPage()) : step();
  }

  /** MADV_PAGEOUT: mmap_lock held for reading throughout; skips what the rules say. */
  boolean pageout() {
    if (m.get(PHASE) > 1) {
      return step();
    }
    int process = m.instruction.process();
    boolean first = m.get(PHASE) == 0;
    if (first && !m.mayRead(process) || !m.pteLockFree(process, pageoutPage())) {
      return false;
    }
    if (first) {
      boolean huge = m.hugetlb.isHugetlb(process, m.firstPage());
      int vma = m.s.vma(process, m.firstPage());
      if (huge || (vma & (VMA | VM_LOCKED)) != VMA) {
        m.complete((vma & VMA) == 0 ? Value.ENOMEM : Value.EINVAL);
        return true;
      }
      m.s.addReader(process, 1);
      m.drainLru(); // madvise_pageout: lru_add_drain()
    }
    return pagesOut(process, pageoutPage()) ? begin(process, pageoutPage()) : pageoutUnlocked();
  }

  /** The page that MADV_PAGEOUT is at; the steps of one page use the other registers. */
  private int pageoutPage() {
    return m.firstPage() + m.get(GUP_INDEX);
  }

  private boolean pagesOut(int process, int page) {
    Focus f = m.focus;
    f.at(process, page);
    if (f.frame == 0 || f.frame == ZERO_FRAME || !m.s.frameFlag(f.frame, ANON) && !shmem(f.frame)) {
      return false;
    }
    Decision rules = m.rules(DecisionPoint.PAGEOUT);
    if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.SKIP) {
      m.say("MADV_PAGEOUT skips the page");
      return false;
    }
    boolean whole = !m.s.large(f.frame) || coversItsPmd(process, page);
    return whole || m.s.lockHolder(f.frame) < 0 && m.huge.splitFolio(f.frame, 0);
  }

  /** Whether a PMD maps the page and lies in the range: the huge page may go as a whole. */
  private boolean coversItsPmd(int process, int page) {
    int start = m.huge.start(page);
    int end = m.firstPage() + m.instruction.pages();
    return HugeSteps.isPmd(m.s.pteBits(process, page))
        && start >= m.firstPage()
        && start + m.huge.pages() <= end;
  }

  /** Reclaim as a background actor: {@code choice} is a mapping. */
  boolean background(int choice) {
    if (m.get(PHASE) != 0) {
      return choice == 0 && step();
    }
    int process = choice / m.pages;
    int page = choice % m.pages;
    int frame = m.s.pteTarget(process, page);
    if ((m.s.pteBits(process, page) & KIND) != PRESENT || !reclaimable(process, page, frame)) {
      return false;
    }
    for (int i = 0; i < choice; i++) {
      if (maps(i, m.s.folio(frame))) {
        return false;
      }
    }
    return begin(process, page);
  }

  private boolean reclaimable(int process, int page, int frame) {
    return frame < STALE
        && m.s.frameFlag(frame, ANON)
        && !m.s.frameFlag(frame, HUGETLB)
        && m.s.lockHolder(frame) < 0
        && (m.s.vma(process, page) & VM_LOCKED) == 0
        && m.pteLockFree(process, page);
  }

  private boolean shmem(int frame) {
    return m.s.frameFlag(frame, FILE) && m.shmem(frame - 1);
  }

  private boolean begin(int process, int page) {
    int frame = m.s.pteTarget(process, page);
    boolean present = (m.s.pteBits(process, page) & KIND) == PRESENT;
    if (present && shmem(frame) && m.s.lockHolder(frame) < 0) {
      m.s.getFrame(frame, 1);
      m.s.setLockHolder(frame, m.t);
      m.set(HELD, frame);
      m.set(PHASE, EMPTY);
      m.say("isolates and locks the page");
      return true;
    }
    if ((m.s.pteBits(process, page) & KIND) != PRESENT || !reclaimable(process, page, frame)) {
      m.say("finds nothing to reclaim");
      return pageoutUnlocked();
    }
    Focus f = m.focus;
    f.at(process, page);
    Decision rules = m.rules(DecisionPoint.RECLAIM);
    if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.SKIP) {
      m.say("skips the page");
      return pageoutUnlocked();
    }
    m.s.getFrame(frame, 1);
    m.s.setLockHolder(frame, m.t);
    m.set(HELD, frame);
    m.set(PHASE, ADD);
    m.say("isolates and locks the page");
    if (m.s.large(frame) && m.s.pmdMapcount(frame) == 0 && !m.huge.splitFolio(frame, 1)) {
      return giveUp();
    }
    m.set(HELD, m.s.folio(frame));
    if (m.lazilyFreed(frame)) {
      m.set(INDEX, 0);
      findPte();
    }
    return true;
  }

  private boolean step() {
    return switch (m.get(PHASE)) {
      case ADD -> add();
      case CLEAR -> clear();
      case CHECK -> check();
      case WRITE_ENTRY -> writeEntry();
      case WRITEBACK_STEP -> writeback();
      case REMOVE -> remove();
      case EMPTY -> empty();
      default -> throw new BrokenMachine("ReclaimSteps: no such phase");
    };
  }

  private boolean empty() {
    int i = m.get(INDEX);
    while (i < m.processes * m.pages && !maps(i, m.get(HELD))) {
      i++;
    }
    if (i == m.processes * m.pages) {
      return giveUp();
    }
    int process = i / m.pages;
    int page = i % m.pages;
    if (!m.pteLockFree(process, page)) {
      return false;
    }
    if ((m.s.vma(process, page) & VM_LOCKED) != 0) {
      m.say("the mapping is locked: gives up");
      return giveUp();
    }
    m.s.putFrame(m.zapPteOfMapping(process, page), 1);
    m.set(INDEX, i + 1);
    m.costFlushes++;
    m.say("empties the PTE");
    return true;
  }

  private boolean add() {
    int frame = m.get(HELD);
    if (m.s.frameEntry(frame) == 0) {
      m.s.addFolioToSwapCache(frame);
    }
    m.say("puts the page into the swap cache");
    m.set(INDEX, 0);
    m.set(PHASE, CLEAR);
    findPte();
    return true;
  }

  /** Goes to the next PTE that maps the page; after the last, on to writing or giving up. */
  private void findPte() {
    int i = m.get(INDEX);
    int frame = m.get(HELD);
    int all = m.processes * m.pages;
    while (i < all && !maps(i, frame)) {
      i++;
    }
    if (i < all) {
      m.set(INDEX, i);
      m.set(PHASE, CLEAR);
    } else {
      m.set(INDEX, 0);
      m.set(PHASE, WRITEBACK_STEP);
    }
  }

  /** Whether a mapping is of a page of a folio. */
  private boolean maps(int mapping, int folio) {
    int process = mapping / m.pages;
    int page = mapping % m.pages;
    return (m.s.pteBits(process, page) & KIND) == PRESENT
        && m.s.folio(m.s.pteTarget(process, page)) == folio;
  }

  private boolean clear() {
    int process = m.get(INDEX) / m.pages;
    int page = m.get(INDEX) % m.pages;
    if (!m.pteLockFree(process, page)) {
      return false;
    }
    int bits = m.s.pteBits(process, page);
    if (!maps(m.get(INDEX), m.get(HELD))) {
      m.set(INDEX, m.get(INDEX) + 1);
      findPte();
      return true;
    }
    if ((m.s.vma(process, page) & VM_LOCKED) != 0) {
      m.say("the mapping is locked: gives up");
      return giveUp();
    }
    if (HugeSteps.isPmd(bits)) {
      m.huge.splitPmd(process, page);
      return true;
    }
    m.set(SCRATCH, bits);
    m.set(UNMAPPING, m.s.pteTarget(process, page));
    m.s.setPte(process, page, 0, NONE);
    m.s.setPteLockHolder(process, page, m.t);
    m.costFlushes++;
    m.set(PHASE, CHECK);
    m.say("clears the PTE and flushes");
    return true;
  }

  private boolean check() {
    Focus f = m.focus;
    f.at(m.get(INDEX) / m.pages, m.get(INDEX) % m.pages);
    f.frame = m.get(UNMAPPING);
    f.pteBits = m.get(SCRATCH);
    if ((f.pteBits & D) != 0) {
      m.markDirty(f.frame);
    }
    Decision rules = m.rules(DecisionPoint.RECLAIM_PTE);
    int decided = 0;
    int r = rules.first(f, 0);
    while (m.fire(rules, r) >= 0 && !rules.action(r).terminal()) {
      decided |= DECIDED_CARRY;
      r = rules.first(f, r + 1);
    }
    switch (rules.action(r)) {
      case RESTORE -> decided |= DECIDED_RESTORE;
      case DISCARD -> decided |= DECIDED_DISCARD;
      default -> {}
    }
    m.set(GUP_BITS, decided);
    m.set(PHASE, WRITE_ENTRY);
    m.say(
        (decided & DECIDED_RESTORE) != 0
            ? "will restore the PTE"
            : (decided & DECIDED_DISCARD) != 0
                ? "will drop the page"
                : "will write the swap entry");
    return true;
  }

  private boolean writeEntry() {
    State s = m.s;
    int process = m.get(INDEX) / m.pages;
    int page = m.get(INDEX) % m.pages;
    int frame = m.get(UNMAPPING);
    int bits = m.get(SCRATCH);
    int decided = m.get(GUP_BITS);
    m.set(SCRATCH, 0);
    m.set(GUP_BITS, 0);
    m.set(UNMAPPING, 0);
    s.setPteLockHolder(process, page, -1);
    if ((decided & DECIDED_RESTORE) != 0) {
      s.setPte(process, page, frame, bits);
      if (m.lazilyFreed(frame)) {
        s.setFrameMore(frame, LAZYFREE, false);
      }
      m.say("restores the PTE and gives up");
      return giveUp();
    }
    if ((decided & DECIDED_DISCARD) != 0) {
      return discard(process, page, frame);
    }
    int swap = SWAP | (bits & (UFFD_WP | SOFT_DIRTY));
    if ((decided & DECIDED_CARRY) != 0) {
      s.setFrameFlag(frame, EXCLUSIVE, false);
      swap |= SWAP_EXCLUSIVE;
    }
    s.addEntryCount(s.frameEntry(frame), 1);
    s.setPte(process, page, s.frameEntry(frame), swap);
    s.addMapcount(frame, -1);
    s.putFrame(frame, 1);
    m.say("writes the swap entry");
    m.set(INDEX, m.get(INDEX) + 1);
    findPte();
    return true;
  }

  /** A lazily freed page: the PTE stays empty, and nothing is written anywhere. */
  private boolean discard(int process, int page, int frame) {
    m.s.addMapcount(frame, -1);
    m.s.putFrame(frame, 1);
    m.dropMappingGhosts(process, page);
    m.say("drops the page");
    m.set(INDEX, m.get(INDEX) + 1);
    findPte();
    return true;
  }

  private boolean writeback() {
    int frame = m.get(HELD);
    if (m.lazilyFreed(frame)) {
      m.say("the page is free, unless somebody still refers to it");
      return giveUp();
    }
    if (m.s.folioMapcount(frame) > 0) {
      m.say("the page is still mapped: gives up");
      return giveUp();
    }
    m.s.setFrameFlag(frame, WRITEBACK, true);
    m.s.setLockHolder(frame, -1);
    m.set(PHASE, REMOVE);
    m.say("writes the page to swap");
    return true;
  }

  private boolean remove() {
    State s = m.s;
    int frame = m.get(HELD);
    s.setFrameFlag(frame, WRITEBACK, false);
    boolean removable = s.frameEntry(frame) != 0 && s.lockHolder(frame) < 0;
    if (removable && s.refcount(frame) == s.folioPages(frame) + 1) {
      if (s.frameFlag(frame, KSM) && s.folioEntriesCount(frame) > 0) {
        throw new Machine.OutOfModel("a KSM page that is freed to swap (ksm_might_need_to_copy)");
      }
      for (int i = 0; i < s.folioPages(frame); i++) {
        writeOut(s.folioPage(frame, i));
      }
      s.removeFromSwapCache(frame);
      m.say("frees the page");
    } else {
      m.say("the page is still referenced: it stays in the swap cache");
    }
    return giveUp();
  }

  private void writeOut(int page) {
    State s = m.s;
    int entry = s.frameEntry(page);
    for (int w = 0; w < m.words && s.entryCount(entry) > 0; w++) {
      s.setEntryWord(entry, w, s.word(page, w), s.seenBy(page, w));
    }
  }

  private boolean giveUp() {
    int frame = m.get(HELD);
    if (m.s.lockHolder(frame) == m.t) {
      m.s.setLockHolder(frame, -1);
    }
    m.set(HELD, 0);
    m.s.putFrame(frame, 1);
    m.set(INDEX, 0);
    return pageoutUnlocked();
  }

  private boolean pageoutUnlocked() {
    if (m.backgroundThread() || m.instruction.op() != Op.MADVISE) {
      return done();
    }
    int next = m.get(GUP_INDEX) + 1;
    if (next < m.instruction.pages()) {
      m.set(GUP_INDEX, next);
      m.set(SCRATCH, 0);
      m.set(PHASE, 1);
      return true;
    }
    m.set(GUP_INDEX, 0);
    m.s.addReader(m.instruction.process(), -1);
    return done();
  }

  private boolean done() {
    m.set(SCRATCH, 0);
    if (m.backgroundThread()) {
      m.set(PHASE, 0);
    } else {
      m.complete(0);
    }
    return true;
  }
}
