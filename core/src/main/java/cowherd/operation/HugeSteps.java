package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * Transparent huge pages (semantics 3.13, 5.8, 8.7, 10.8): large folios, mapped by one entry of the
 * PMD or page by page, and what turns the one into the other.
 *
 * <p>A PMD is written into the PTEs of all its pages: each has the bit PMD and names its own page
 * of the folio, and they change together. A PMD covers pages from {@link #start} on.
 */
final class HugeSteps {
  private final Machine m;
  private final int folioPages;
  private final int[] startOf;

  HugeSteps(Machine machine) {
    this.m = machine;
    folioPages = machine.program.folioPages();
    startOf = new int[machine.program.pages()];
    for (Program.Region region : machine.program.regions()) {
      int first = region.firstPage();
      for (int v = first; v < first + region.pages(); v++) {
        startOf[v] = v - (v - first) % folioPages;
      }
    }
  }

  /** The first virtual page of the PMD that covers a page. */
  int start(int page) {
    return startOf[page];
  }

  /** Pages of a PMD. */
  int pages() {
    return folioPages;
  }

  /** Whether a PTE is part of a PMD. */
  static boolean isPmd(int pteBits) {
    return (pteBits & (KIND | PMD)) == (PRESENT | PMD);
  }

  /** Changes the flags of a PTE, and those of its whole PMD. */
  void setBits(int process, int page, int bits) {
    if (!isPmd(bits)) {
      m.s.setPte(process, page, m.s.pteTarget(process, page), bits);
      return;
    }
    for (int v = start(page); v < start(page) + folioPages; v++) {
      m.s.setPte(process, v, m.s.pteTarget(process, v), bits);
    }
  }

  /** Whether a fault may map a whole huge page here: the range is empty and in one VMA. */
  boolean fits(int process, int page) {
    int start = start(page);
    if (folioPages == 1
        || start + folioPages > m.pages
        || startOf[start + folioPages - 1] != start) {
      return false;
    }
    for (int v = start; v < start + folioPages; v++) {
      boolean eligible = (m.s.vmaMore(process, v) & VM_HUGEPAGE) != 0;
      if (!eligible || !sameVma(process, v, page) || !m.surelyEmpty(process, v)) {
        return false;
      }
    }
    return true;
  }

  /** Whether two pages of a region are of one VMA, which all of its flags tell. */
  private boolean sameVma(int process, int v, int other) {
    State s = m.s;
    return s.vma(process, v) == s.vma(process, other)
        && s.vmaUffd(process, v) == s.vmaUffd(process, other)
        && (s.vmaUffd(process, v) == 0 || s.vmaContext(process, v) == s.vmaContext(process, other));
  }

  /** Maps the huge zero page; do_huge_pmd_anonymous_page has prepared the anon_vma before. */
  void mapZero(int process, int page) {
    for (int v = start(page); v < start(page) + folioPages; v++) {
      m.prepareAnonVma(process, v);
      m.s.setPte(process, v, ZERO_FRAME, PRESENT | PMD);
    }
  }

  /** Maps a new folio by a PMD; its one reference becomes the mapping's. */
  void mapNew(int process, int page, int folio, int bits) {
    int start = start(page);
    for (int i = 0; i < folioPages; i++) {
      m.s.setPte(process, start + i, m.s.folioPage(folio, i), PRESENT | PMD | bits);
      m.prepareAnonVma(process, start + i);
    }
    m.s.addPmdMapcount(folio, 1);
  }

  /** __split_huge_pmd: PTEs instead of the PMD; the folio stays whole. */
  void splitPmd(int process, int page) {
    State s = m.s;
    int start = start(page);
    int bits = s.pteBits(process, start) & ~PMD;
    int folio = s.folio(s.pteTarget(process, start));
    for (int v = start; v < start + folioPages; v++) {
      int frame = s.pteTarget(process, v);
      s.setPte(process, v, frame, bits);
      if (frame < STALE) {
        s.addMapcount(frame, 1);
      }
    }
    if (folio < STALE) {
      s.getFrame(folio, folioPages - 1);
      s.addPmdMapcount(folio, -1);
    }
    m.costSplits++;
    m.say("splits the PMD");
  }

  /** Splits the PMDs that stick out of a range: its VMA, or what is done to it, ends inside. */
  void splitAround(int process, int first, int count) {
    if (folioPages > 1 && count > 0) {
      splitIfOutside(process, first, first, count);
      splitIfOutside(process, first + count - 1, first, count);
    }
  }

  private void splitIfOutside(int process, int page, int first, int count) {
    boolean inside = start(page) >= first && start(page) + folioPages <= first + count;
    if (!inside && isPmd(m.s.pteBits(process, page))) {
      splitPmd(process, page);
    }
  }

  /** Whether nobody but page tables, the swap cache and the caller refers to a folio. */
  boolean splittable(int frame, int held) {
    int cache = m.s.frameEntry(frame) != 0 ? m.s.folioPages(frame) : 0;
    return m.s.refcount(frame) == m.s.folioMapcount(frame) + cache + held;
  }

  /**
   * split_huge_page: the pages of the folio become folios of their own, wherever they are mapped.
   *
   * @param held references of the caller, which stay with {@code frame}; 0 if it takes and drops
   *     one
   * @return whether it could be done
   */
  boolean splitFolio(int frame, int held) {
    State s = m.s;
    if (!splittable(frame, held)) {
      return false;
    }
    for (int p = 0; p < m.processes; p++) {
      for (int v = 0; v < m.pages; v++) {
        boolean here = isPmd(s.pteBits(p, v)) && s.folio(s.pteTarget(p, v)) == s.folio(frame);
        if (here && !m.pteLocksFree(p, start(v), folioPages)) {
          return false;
        }
        if (here) {
          splitPmd(p, v);
        }
      }
    }
    s.splitFolio(frame, held);
    m.say("splits the folio");
    return true;
  }

  // ---- collapse

  /**
   * MADV_COLLAPSE: replaces the pages of each PMD range by a huge page, if all of them allow it.
   */
  boolean collapseCall() {
    Instruction i = m.instruction;
    if (!m.mayWrite(i.process())) {
      return false;
    }
    Decision known = m.rules(DecisionPoint.MADV_COLLAPSE);
    boolean unknown = known.action(m.fire(known, known.first(m.focus, 0))) == Action.EINVAL;
    if (unknown || m.hugetlb.isHugetlb(i.process(), m.firstPage())) {
      m.complete(Value.EINVAL);
      return true;
    }
    int refused = refusesCollapse(i);
    if (refused != 0) {
      m.complete(refused);
      return true;
    }
    for (int v = m.firstPage(); v < m.firstPage() + i.pages(); v++) {
      if ((m.s.pteBits(i.process(), v) & KIND) == SWAP && scanned(i.process(), start(v))) {
        return m.access.startFault(v, false, Focus.MAY_WAIT);
      }
    }
    for (int v = start(m.firstPage()); v < m.firstPage() + i.pages(); v += folioPages) {
      if (!m.pteLocksFree(i.process(), v, folioPages)) {
        return false;
      }
    }
    m.drainLru(); // madvise_collapse begins with it
    boolean all = true;
    for (int v = start(m.firstPage()); v < m.firstPage() + i.pages(); v += folioPages) {
      all &= collapse(i.process(), v);
    }
    m.complete(all ? 0 : collapseError(i));
    return true;
  }

  /** A hole, MADV_NOHUGEPAGE (also where a PMD maps the page already), a VMA that ends inside. */
  private int refusesCollapse(Instruction i) {
    int mapped = 0;
    for (int v = m.firstPage(); v < m.firstPage() + i.pages(); v++) {
      mapped |= m.s.vma(i.process(), v) & VMA;
    }
    if (mapped == 0) {
      return Value.ENOMEM;
    }
    for (int v = m.firstPage(); v < m.firstPage() + i.pages(); v++) {
      boolean never = (m.s.vmaMore(i.process(), v) & VM_NOHUGEPAGE) != 0;
      if (never || !sameVma(i.process(), v, start(v))) {
        return Value.EINVAL;
      }
    }
    return 0;
  }

  /** hpage_collapse_scan_pmd: pages that are there are looked at before others are swapped in. */
  private boolean scanned(int process, int start) {
    for (int v = start; v < start + folioPages && v < m.pages; v++) {
      if ((m.s.pteBits(process, v) & KIND) == PRESENT && !collapsible(process, v)) {
        return false;
      }
    }
    return true;
  }

  /**
   * madvise_collapse_errno, by the first page that does not go: EAGAIN when it is only in use,
   * EBUSY (from 6.3 on) when userfaultfd may want to know of its absence. What is swapped, or a
   * marker, is passed over.
   */
  private int collapseError(Instruction i) {
    for (int v = start(m.firstPage()); v < m.firstPage() + i.pages(); v++) {
      int kind = m.s.pteBits(i.process(), v) & KIND;
      boolean passedOver = kind == SWAP || kind == MARKER && !m.s.uffdWp(i.process(), v);
      if (passedOver || collapsible(i.process(), v)) {
        continue;
      }
      int frame = m.s.pteTarget(i.process(), v);
      if (kind == NONE || kind == PRESENT && frame == ZERO_FRAME) {
        return Value.EBUSY;
      }
      boolean inUse = kind == PRESENT && frame < STALE && allowsCollapse(i.process(), v);
      return inUse ? Value.EAGAIN : Value.EINVAL;
    }
    return Value.EINVAL;
  }

  private boolean allowsCollapse(int process, int v) {
    m.focus.at(process, v);
    Decision rules = m.rules(DecisionPoint.COLLAPSE);
    return rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.GO;
  }

  private boolean isReferenced(int frame) {
    int cache = m.s.frameEntry(frame) != 0 ? m.s.folioPages(frame) : 0;
    return m.s.refcount(frame) != m.s.folioMapcount(frame) + cache;
  }

  /** collapse(x): khugepaged comes to this very range. */
  boolean collapseByKernel() {
    int process = m.instruction.process();
    int start = start(m.firstPage());
    if (!m.mayWrite(process) || !m.pteLocksFree(process, start, folioPages)) {
      return false;
    }
    collapse(process, start);
    m.complete(0);
    return true;
  }

  /** split(x): split_huge_page, as debugfs asks for it. */
  boolean splitCall() {
    int process = m.instruction.process();
    int frame = m.s.pteTarget(process, m.firstPage());
    boolean present = (m.s.pteBits(process, m.firstPage()) & KIND) == PRESENT;
    if (!present || frame >= STALE || !m.s.large(frame)) {
      m.complete(Value.EINVAL);
      return true;
    }
    m.complete(m.s.lockHolder(frame) < 0 && splitFolio(frame, 0) ? 0 : Value.EAGAIN);
    return true;
  }

  /** The split of folios under memory pressure; {@code choice} is a mapping. */
  boolean backgroundSplit(int choice) {
    int process = choice / m.pages;
    int page = choice % m.pages;
    int frame = m.s.pteTarget(process, page);
    boolean present = (m.s.pteBits(process, page) & KIND) == PRESENT;
    return present
        && frame < STALE
        && m.s.folioIndex(frame) == 0
        && m.s.large(frame)
        && m.s.lockHolder(frame) < 0
        && splitFolio(frame, 0);
  }

  /** khugepaged as a background actor: {@code choice} is a mapping, the first of its PMD. */
  boolean background(int choice) {
    int process = choice / m.pages;
    int page = choice % m.pages;
    boolean mayRun = start(page) == page && page + folioPages <= m.pages;
    return mayRun
        && (m.s.vmaMore(process, page) & VM_HUGEPAGE) != 0
        && m.mayWrite(process)
        && m.pteLocksFree(process, page, folioPages)
        && !isPmd(m.s.pteBits(process, page))
        && collapse(process, page);
  }

  /**
   * collapse_huge_page. mmap_lock is held for writing and the PMD is cleared and flushed before the
   * pages are looked at, so that nothing of this mm comes between; a reference that GUP-fast takes
   * meanwhile makes the test of the references fail. It is one step.
   */
  private boolean collapse(int process, int start) {
    State s = m.s;
    if (isPmd(s.pteBits(process, start))) {
      return true;
    }
    boolean any = false;
    if (start + folioPages > m.pages || startOf[start + folioPages - 1] != start) {
      return false;
    }
    for (int v = start; v < start + folioPages; v++) {
      any |= (s.pteBits(process, v) & KIND) == PRESENT;
      if (!collapsible(process, v)) {
        m.say("does not collapse");
        return false;
      }
    }
    if (!any || !m.hasAnonVma(process, start)) { // hugepage_vma_revalidate
      return false;
    }
    Decision rules = m.rules(DecisionPoint.COLLAPSE_RANGE);
    m.focus.at(process, start);
    if (rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.SKIP) {
      return false;
    }
    int folio = m.newAnonymousFolio();
    for (int i = 0; i < folioPages; i++) {
      replace(process, start + i, s.folioPage(folio, i));
    }
    int writable = (s.vma(process, start) & VM_WRITE) != 0 ? W : 0;
    mapNew(process, start, folio, writable | m.dirtied);
    m.costCopies += folioPages;
    m.costFlushes++;
    m.say("collapses the pages into a huge page");
    return true;
  }

  /** Whether a store to some page of the PMD range of a page would need no fault. */
  boolean isAnyWritable(int process, int v) {
    boolean writable = false;
    for (int page = start(v); page < start(v) + folioPages; page++) {
      int bits = m.s.pteBits(process, page);
      writable |= (bits & KIND) == PRESENT && (bits & W) != 0;
    }
    return writable;
  }

  private boolean collapsible(int process, int v) {
    int vma = m.s.vma(process, v);
    if ((vma & (VMA | VM_SHARED)) != VMA
        || m.s.vmaFile(process, v) >= 0
        || (m.s.vmaMore(process, v) & (VM_NOHUGEPAGE | VM_HUGETLB)) != 0
        || !sameVma(process, v, start(v))) {
      return false;
    }
    Focus f = m.focus;
    f.at(process, v);
    if ((f.pteBits & KIND) == NONE) {
      return m.s.vmaUffd(process, v) == 0; // userfaultfd_armed
    }
    if ((f.pteBits & KIND) != PRESENT) {
      return false;
    }
    if (f.frame == ZERO_FRAME) {
      return m.s.vmaUffd(process, v) == 0;
    }
    int frame = f.frame;
    return allowsCollapse(process, v) && m.s.lockHolder(frame) < 0 && !isReferenced(frame);
  }

  private void replace(int process, int v, int page) {
    State s = m.s;
    int old = s.pteTarget(process, v);
    boolean mapped = (s.pteBits(process, v) & KIND) == PRESENT && old < STALE;
    for (int w = 0; w < m.words && mapped; w++) {
      s.setWord(page, w, s.word(old, w), s.seenBy(old, w));
    }
    s.setPte(process, v, 0, NONE);
    if (mapped) {
      s.addMapcount(old, -1);
      m.dropSwapCache(old, 0);
      s.putFrame(old, 1);
    }
  }
}
