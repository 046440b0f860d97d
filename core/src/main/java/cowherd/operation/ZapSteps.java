package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;
import java.util.function.IntPredicate;

/**
 * What removes or changes mappings: munmap, MADV_DONTNEED, exit, exec, mremap, mprotect, mmap,
 * madvise flags (semantics 3.6, 3.11). Removing a PTE takes two steps: UNMAP_1 empties it under the
 * PTL and lowers mapcount; after the TLB flush UNMAP_2 drops the reference that the mapping held.
 */
final class ZapSteps {
  private static final int UNMAP_1 = 2;
  private static final int UNMAP_2 = 3;
  private static final int FLUSH = 4;
  static final int EVENT_WAIT = 5;
  private static final int TOLD = 6;
  private static final int MOVE = 7;
  private static final int POPULATE = 8;

  // SCRATCH while MADV_DONTNEED of hugetlb runs
  private static final int FAULTS_LOCKED_OUT = 1;
  private static final int RESTORES = 2;

  private final Machine m;

  ZapSteps(Machine machine) {
    this.m = machine;
  }

  private int process() {
    return m.instruction.process();
  }

  private int page() {
    return m.firstPage() + m.get(INDEX);
  }

  // ---- munmap, MADV_DONTNEED

  boolean munmap() {
    return switch (m.get(PHASE)) {
      case UNMAP_1 -> m.pteLockFree(process(), page()) && unmapOne();
      case UNMAP_2 -> unmapTwo();
      case EVENT_WAIT -> m.uffdEvent.waited() && completed();
      default -> m.mayWrite(process()) && unlink();
    };
  }

  private boolean unlink() {
    State s = m.s;
    m.huge.splitAround(process(), m.firstPage(), m.instruction.pages());
    m.uffdEvent.announce(FaultSteps.UNMAPPED, m.firstPage());
    for (int i = 0; i < m.instruction.pages(); i++) {
      m.removeVma(process(), m.firstPage() + i);
    }
    s.addReader(process(), 1);
    m.set(PHASE, UNMAP_1);
    m.say("unlinks the VMA");
    skipEmpty();
    return true;
  }

  boolean dontneed() {
    return switch (m.get(PHASE)) {
      case UNMAP_1 -> m.pteLockFree(process(), page()) && unmapOne();
      case UNMAP_2 -> unmapTwo();
      case EVENT_WAIT -> told();
      default -> {
        if (!m.mayRead(process())) {
          yield false;
        }
        int vma = m.s.vma(process(), m.firstPage());
        if ((vma & VMA) == 0 || (vma & VM_LOCKED) != 0) {
          m.complete((vma & VMA) == 0 ? Value.ENOMEM : Value.EINVAL);
          yield true;
        }
        if (m.hugetlb.isHugetlb(process(), m.firstPage()) && !acceptsHugetlb()) {
          m.complete(Value.EINVAL);
          yield true;
        }
        if (tellsOfRemoval()) {
          yield true;
        }
        m.s.addReader(process(), 1);
        m.huge.splitAround(process(), m.firstPage(), m.instruction.pages());
        m.set(PHASE, UNMAP_1);
        skipEmpty();
        yield m.get(PHASE) != UNMAP_1 || !m.pteLockFree(process(), page()) || unmapOne();
      }
    };
  }

  /** Advice that drops pages: announces it to who wants to know, and waits without mmap_lock. */
  boolean tellsOfRemoval() {
    if (m.get(PHASE) == TOLD || !m.uffdEvent.announce(FaultSteps.REMOVED, m.firstPage())) {
      return false;
    }
    m.uffdEvent.deliver();
    m.set(PHASE, EVENT_WAIT);
    return true;
  }

  /** The event was read: the call looks at the VMA again. */
  boolean told() {
    if (!m.uffdEvent.waited()) {
      return false;
    }
    m.set(PHASE, TOLD);
    m.say("goes on, the event was read");
    return true;
  }

  private boolean completed() {
    m.complete(0);
    return true;
  }

  /** MADV_DONTNEED of hugetlb: the rules; what holds while pages go back stays in SCRATCH. */
  private boolean acceptsHugetlb() {
    Focus f = m.focus;
    f.at(process(), m.firstPage());
    Decision rules = m.rules(DecisionPoint.HUGETLB_DONTNEED);
    int r = rules.first(f, 0);
    while (m.fire(rules, r) >= 0 && !rules.action(r).terminal()) {
      int bit = rules.action(r) == Action.LOCK_OUT_FAULTS ? FAULTS_LOCKED_OUT : RESTORES;
      m.set(SCRATCH, m.get(SCRATCH) | bit);
      r = rules.first(f, r + 1);
    }
    return rules.action(r) == Action.ACCEPT;
  }

  /** Goes to the next page that has something mapped, or ends the call. */
  private void skipEmpty() {
    while (m.get(INDEX) < m.instruction.pages() && m.surelyEmpty(process(), page())) {
      m.dropMappingGhosts(process(), page());
      m.set(INDEX, m.get(INDEX) + 1);
    }
    if (m.get(INDEX) == m.instruction.pages()) {
      m.s.addReader(process(), -1);
      if (m.instruction.op() == Op.MUNMAP && m.uffdEvent.deliver()) {
        m.set(PHASE, EVENT_WAIT);
      } else {
        m.complete(0);
      }
    }
  }

  private boolean unmapOne() {
    int frame =
        m.instruction.op() == Op.MUNMAP
            ? m.zapPte(process(), page())
            : m.zapPteOfMapping(process(), page());
    m.tlb.deferFlush();
    m.say("empties the PTE");
    m.costFlushes++;
    if (frame == 0 && !m.tlb.pending(process(), page())) {
      m.set(INDEX, m.get(INDEX) + 1);
      skipEmpty();
    } else {
      m.set(HELD, frame);
      m.set(PHASE, UNMAP_2);
      if ((m.get(SCRATCH) & FAULTS_LOCKED_OUT) != 0) {
        m.s.setPteLockHolder(process(), page(), m.t);
      }
    }
    return true;
  }

  private boolean unmapTwo() {
    int frame = m.get(HELD);
    m.set(HELD, 0);
    m.tlb.flush(process(), m.firstPage(), m.instruction.pages());
    boolean last = frame != 0 && m.s.refcount(frame) == 1;
    if (frame != 0) {
      m.s.putFrame(frame, 1);
    }
    if ((m.get(SCRATCH) & FAULTS_LOCKED_OUT) != 0) {
      m.s.setPteLockHolder(process(), page(), -1);
    }
    if ((m.get(SCRATCH) & RESTORES) != 0 && last && m.hugetlb.isOwner(process(), page())) {
      int more = m.s.vmaMore(process(), page());
      m.s.setVmaMore(process(), page(), more | VM_HUGETLB_RESERVED);
    }
    m.say("drops the mapping's reference");
    m.set(PHASE, UNMAP_1);
    m.set(INDEX, m.get(INDEX) + 1);
    skipEmpty();
    return true;
  }

  // ---- holes in files

  /** MADV_REMOVE: looks at the VMA under mmap_lock, then punches a hole without it. */
  boolean remove() {
    if (m.get(PHASE) == EVENT_WAIT) {
      return told();
    }
    if (m.get(PHASE) > 1 && m.get(PHASE) != TOLD) {
      return punchHole(m.get(SCRATCH) - 1);
    }
    if (!m.mayRead(process())) {
      return false;
    }
    int vma = m.s.vma(process(), m.firstPage());
    int file = m.s.vmaFile(process(), m.firstPage());
    boolean sharedWritable = (vma & (VM_SHARED | VM_WRITE)) == (VM_SHARED | VM_WRITE);
    if (file < 0 || !sharedWritable || (vma & VM_LOCKED) != 0) {
      m.complete((vma & VMA) == 0 ? Value.ENOMEM : Value.EINVAL);
      return true;
    }
    if (tellsOfRemoval()) {
      return true;
    }
    m.set(SCRATCH, file + 1);
    return punchHole(file);
  }

  /**
   * Takes the page of a file away (shmem_fallocate): every PTE that maps it is emptied, in all
   * processes, then the page leaves the page cache. Private copies stay, and so do uffd-wp markers;
   * hugetlb_vmdelete_list takes private copies away too.
   */
  boolean punchHole(int file) {
    if (!m.shmem(file) && !m.hugetlbfs(file)) {
      throw new Machine.OutOfModel("a hole in a file of a disk");
    }
    int frame = file + 1;
    if (m.get(PHASE) == UNMAP_2) {
      int unmapped = m.get(HELD);
      m.set(HELD, 0);
      m.s.putFrame(unmapped, 1);
      m.say("drops the mapping's reference");
      m.set(PHASE, UNMAP_1);
      m.set(INDEX, m.get(INDEX) + 1);
      return true;
    }
    if (m.instruction.op() == Op.PUNCH_HOLE
        && (m.instruction.flags() & CallFlags.FALLOC_FL_PUNCH_HOLE) == 0) {
      if (m.hugetlbfs(file)) {
        throw new Machine.OutOfModel("fallocate of a hugetlbfs file");
      }
      m.pageOfFile(file);
      m.complete(0);
      return true;
    }
    m.set(PHASE, UNMAP_1);
    int mapping = nextMappingOf(frame);
    if (mapping < 0) {
      return truncate(frame);
    }
    m.set(INDEX, mapping);
    return unmapFilePage(mapping / m.pages, mapping % m.pages);
  }

  private boolean unmapFilePage(int process, int page) {
    if (!m.pteLockFree(process, page)) {
      return false;
    }
    m.set(HELD, m.zapPteOfMapping(process, page));
    m.costFlushes++;
    m.say("empties the PTE");
    m.set(PHASE, UNMAP_2);
    return true;
  }

  private int nextMappingOf(int frame) {
    for (int i = m.get(INDEX); i < m.processes * m.pages; i++) {
      int process = i / m.pages;
      int page = i % m.pages;
      boolean ofFile =
          m.hugetlbfs(frame - 1)
              ? m.s.vmaFile(process, page) == frame - 1
              : m.s.pteTarget(process, page) == frame;
      if ((m.s.pteBits(process, page) & KIND) == PRESENT && ofFile) {
        return i;
      }
    }
    return -1;
  }

  private boolean truncate(int frame) {
    if (m.s.lockHolder(frame) >= 0) {
      return false;
    }
    if (m.s.mapcount(frame) > 0) {
      m.set(INDEX, 0);
      m.say("somebody has mapped the page again");
      return true;
    }
    if (m.s.cached(frame)) {
      m.s.removeFromPageCache(frame);
      m.say("takes the page out of the page cache");
    }
    m.complete(0);
    return true;
  }

  // ---- exit, exec

  /** Leaves the whole address space, page by page, once the other threads have stopped. */
  boolean exitOrExec() {
    int process = m.ownProcess();
    switch (m.get(PHASE)) {
      case UNMAP_1 -> {
        return m.pteLockFree(process, m.get(INDEX)) && exitUnmapOne(process);
      }
      case UNMAP_2 -> {
        int frame = m.get(HELD);
        m.set(HELD, 0);
        m.s.putFrame(frame, 1);
        exitNext(process);
        return true;
      }
      default -> {
        // a thread that dies of a signal comes here with its access as the instruction
        m.s.setLife(process, EXITING);
        if (!m.othersHaveStopped(process) || !m.mayWrite(process)) {
          // the first attempt stops the others; it goes on when they have stopped
          return m.get(PHASE) == 0;
        }
        m.endOthers(process);
        if (m.instruction.op() != Op.EXEC) {
          m.uffd.closeAllOf(process);
        }
        m.set(INDEX, 0);
        m.set(PHASE, UNMAP_1);
        exitSkip(process);
        return true;
      }
    }
  }

  private boolean exitUnmapOne(int process) {
    int page = m.get(INDEX);
    int frame = m.zapPte(process, page);
    m.say("empties the PTE");
    if (frame == 0) {
      exitNext(process);
    } else {
      m.set(HELD, frame);
      m.set(PHASE, UNMAP_2);
    }
    return true;
  }

  private void exitNext(int process) {
    m.set(PHASE, UNMAP_1);
    m.set(INDEX, m.get(INDEX) + 1);
    exitSkip(process);
  }

  private void exitSkip(int process) {
    while (m.get(INDEX) < m.pages && m.surelyEmpty(process, m.get(INDEX))) {
      m.set(INDEX, m.get(INDEX) + 1);
    }
    if (m.get(INDEX) == m.pages) {
      m.set(INDEX, 0);
      exited(process);
    }
  }

  private void exited(int process) {
    for (int v = 0; v < m.pages; v++) {
      m.removeVma(process, v);
      m.dropMappingGhosts(process, v);
    }
    if (m.instruction.op() != Op.EXEC) {
      m.releaseFileReferences(process);
      m.s.setLife(process, DEAD);
      m.say("has exited");
      m.endProcess(process);
    } else {
      m.s.setLife(process, ALIVE);
      m.s.setMmFlag(process, MM_HAS_PINNED, false);
      m.s.setMmFlag(process, MM_HAS_FORKED, false);
      m.releaseFileReferences(process);
      m.complete(0);
    }
    m.observer.released();
  }

  // ---- calls that hold mmap_lock for writing and do everything in one step

  boolean mmap() {
    Instruction i = m.instruction;
    boolean populates = (i.flags() & CallFlags.MAP_POPULATE) != 0;
    if (populates && m.get(PHASE) != 0) {
      int write = i.flags() & (CallFlags.PROT_WRITE | CallFlags.MAP_SHARED);
      return m.access.populate(write == CallFlags.PROT_WRITE, 0);
    }
    if (!m.mayWrite(process())) {
      return false;
    }
    for (int v = m.firstPage(); v < m.firstPage() + i.pages(); v++) {
      if ((m.s.vma(process(), v) & VMA) != 0) {
        m.complete(Value.EEXIST);
        return true;
      }
    }
    int prot =
        VMA
            | ((i.flags() & CallFlags.PROT_READ) != 0 ? VM_READ : 0)
            | ((i.flags() & CallFlags.PROT_WRITE) != 0 ? VM_WRITE : 0)
            | ((i.flags() & CallFlags.MAP_SHARED) != 0 ? VM_SHARED : 0);
    boolean shared = (i.flags() & CallFlags.MAP_SHARED) != 0;
    boolean huge = (i.flags() & CallFlags.MAP_HUGETLB) != 0 || m.hugetlbfs(i.object());
    if (huge && !m.hugetlb.canReserve(i.object(), shared, i.pages())) {
      m.complete(Value.ENOMEM);
      return true;
    }
    for (int v = m.firstPage(); v < m.firstPage() + i.pages(); v++) {
      if (huge) {
        m.s.setVmaMore(process(), v, HugetlbPool.bitsOfMapping(shared));
      }
      m.s.setVma(process(), v, prot);
      m.s.setVmaFile(process(), v, i.object());
      m.ksm.mapped(process(), v);
    }
    if (!populates) {
      m.complete(0);
    }
    return true;
  }

  boolean mprotect() {
    Instruction i = m.instruction;
    if (m.get(PHASE) == POPULATE) {
      return m.access.populate(true, 0);
    }
    if (m.get(PHASE) == FLUSH) {
      m.tlb.flush(process(), m.firstPage(), i.pages());
      m.s.setWriter(process(), -1);
      return protectedAll();
    }
    if (!m.mayWrite(process()) || !m.pteLocksFree(process(), m.firstPage(), i.pages())) {
      return false;
    }
    int prot =
        ((i.flags() & CallFlags.PROT_READ) != 0 ? VM_READ : 0)
            | ((i.flags() & CallFlags.PROT_WRITE) != 0 ? VM_WRITE : 0);
    if (!splitWhere(v -> !isProtected(v, prot))) {
      m.complete(0); // mprotect_fixup: the flags are the same, nothing is walked
      return true;
    }
    for (int v = m.firstPage(); v < m.firstPage() + i.pages(); v++) {
      int vma = m.s.vma(process(), v);
      if ((vma & VMA) == 0) {
        m.complete(Value.ENOMEM);
        return true;
      }
      if (isProtected(v, prot)) {
        continue;
      }
      m.s.setVma(process(), v, vma & ~(VM_READ | VM_WRITE) | prot);
      boolean becomesWritable =
          (vma & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED && (prot & VM_WRITE) != 0;
      m.set(SCRATCH, m.get(SCRATCH) | (becomesWritable ? 1 : 0));
      protectPte(v);
    }
    m.costFlushes++;
    if (m.tlb.on()) {
      m.tlb.deferFlush();
      m.s.setWriter(process(), m.t);
      m.set(PHASE, FLUSH);
      return true;
    }
    return protectedAll();
  }

  /** Whether the mapping of a page has these protections already. */
  private boolean isProtected(int v, int prot) {
    return (m.s.vma(process(), v) & (VMA | VM_READ | VM_WRITE)) == (VMA | prot);
  }

  /**
   * mprotect_fixup: private locked memory that becomes writable is copied at once, so that no store
   * has to. It is faulted in as mlock does it.
   */
  private boolean protectedAll() {
    if (m.get(SCRATCH) == 0) {
      m.complete(0);
    } else {
      m.set(PHASE, POPULATE);
    }
    return true;
  }

  private void protectPte(int v) {
    Focus f = m.focus;
    f.at(process(), v);
    if (isMigration(f.pteBits)) {
      m.s.setPte(process(), v, m.s.pteTarget(process(), v), f.pteBits & ~W);
    }
    if ((f.pteBits & KIND) != PRESENT) {
      return;
    }
    int bits = f.pteBits & ~W;
    if ((m.s.vma(process(), v) & VM_WRITE) != 0) {
      Decision rules = m.rules(DecisionPoint.MPROTECT_GRANT);
      for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
        m.fire(rules, r);
        bits |= W;
      }
    }
    m.s.setPte(process(), v, m.s.pteTarget(process(), v), bits);
  }

  /**
   * mremap: in one step, unless something is mapped at the destination of MREMAP_FIXED; then that
   * is unmapped first, with mmap_lock held for writing all along.
   */
  boolean mremap() {
    return switch (m.get(PHASE)) {
      case UNMAP_1 -> m.pteLockFree(process(), destination()) && emptyDestination();
      case UNMAP_2 -> {
        int frame = m.get(HELD);
        m.set(HELD, 0);
        m.s.putFrame(frame, 1);
        nextOfDestination();
        yield true;
      }
      case MOVE -> m.pteLocksFree(process(), m.firstPage(), m.instruction.pages()) && move();
      case EVENT_WAIT -> m.uffdEvent.waited() && toldOfUnmapping();
      default -> m.mayWrite(process()) && startMove();
    };
  }

  private int destination() {
    return m.instruction.object() + m.get(INDEX);
  }

  private boolean startMove() {
    int error = refusesMove();
    if (error != 0) {
      m.complete(error);
      return true;
    }
    Instruction i = m.instruction;
    boolean occupied = false;
    for (int v = i.object(); v < i.object() + i.pages(); v++) {
      occupied |= (m.s.vma(process(), v) & VMA) != 0;
    }
    if (!occupied) {
      return m.pteLocksFree(process(), m.firstPage(), i.pages()) && move();
    }
    m.huge.splitAround(process(), i.object(), i.pages());
    for (int v = i.object(); v < i.object() + i.pages(); v++) {
      if (m.uffdEvent.wanted(FaultSteps.UNMAPPED, v)) {
        throw new Machine.OutOfModel("the event of a mapping that mremap moves another one onto");
      }
      m.removeVma(process(), v);
    }
    m.s.setWriter(process(), m.t);
    m.set(PHASE, UNMAP_1);
    m.say("unlinks the VMA at the destination");
    return true;
  }

  private int refusesMove() {
    Instruction i = m.instruction;
    if (Math.abs(m.firstPage() - i.object()) < i.pages()) {
      return Value.EINVAL;
    }
    for (int n = 0; n < i.pages(); n++) {
      int from = m.firstPage() + n;
      boolean fixed = (i.flags() & CallFlags.MREMAP_FIXED) != 0;
      boolean occupied = (m.s.vma(process(), i.object() + n) & VMA) != 0;
      if ((m.s.vma(process(), from) & VMA) == 0 || occupied && !fixed) {
        return Value.EFAULT;
      }
      boolean keeps = (i.flags() & CallFlags.MREMAP_DONTUNMAP) != 0;
      if (m.hugetlb.isHugetlb(process(), from) && (keeps || !movesHugetlb())) {
        return Value.EINVAL;
      }
      if (keeps) {
        m.focus.at(process(), from);
        Decision rules = m.rules(DecisionPoint.MREMAP_DONTUNMAP);
        if (rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.EINVAL) {
          return Value.EINVAL;
        }
      }
    }
    return 0;
  }

  private boolean emptyDestination() {
    int frame = m.zapPte(process(), destination());
    m.say("empties the PTE");
    if (frame == 0) {
      nextOfDestination();
    } else {
      m.set(HELD, frame);
      m.set(PHASE, UNMAP_2);
    }
    return true;
  }

  private void nextOfDestination() {
    m.set(INDEX, m.get(INDEX) + 1);
    m.set(PHASE, m.get(INDEX) == m.instruction.pages() ? MOVE : UNMAP_1);
  }

  private boolean move() {
    Instruction i = m.instruction;
    State s = m.s;
    m.huge.splitAround(process(), m.firstPage(), i.pages());
    boolean unmapping =
        (i.flags() & CallFlags.MREMAP_DONTUNMAP) == 0
            && m.uffdEvent.wanted(FaultSteps.UNMAPPED, m.firstPage());
    int context = unmapping ? s.vmaContext(process(), m.firstPage()) + 1 : 0;
    m.uffdEvent.announce(FaultSteps.REMAPPED, m.firstPage());
    for (int n = 0; n < i.pages(); n++) {
      int from = m.firstPage() + n;
      int to = i.object() + n;
      splitForMove(from, to);
      s.setVma(process(), to, s.vma(process(), from));
      s.setVmaFile(process(), to, s.vmaFile(process(), from));
      s.setVmaMore(process(), to, s.vmaMore(process(), from));
      movePte(from, to);
      int ghost = s.ghost(process(), from) & GHOST_SNAPSHOT;
      s.setGhost(process(), to, ghost | moveRegistration(from, to));
      for (int w = 0; w < m.words && ghost != 0; w++) {
        s.setSnapshot(process(), to, w, s.snapshot(process(), from, w));
      }
      if ((i.flags() & CallFlags.MREMAP_DONTUNMAP) != 0) {
        s.setVma(process(), from, s.vma(process(), from) & ~VM_LOCKED);
      } else {
        m.removeVma(process(), from);
      }
      m.moveReferences(process(), from, to);
      m.dropMappingGhosts(process(), from);
    }
    m.costFlushes++;
    if (m.get(PHASE) == MOVE) {
      s.setWriter(process(), -1);
    }
    m.set(SCRATCH, context);
    if (m.uffdEvent.deliver()) {
      m.set(PHASE, EVENT_WAIT);
      return true;
    }
    return toldOfUnmapping();
  }

  /** A mapping stays registered when its userfaultfd hears of the move; what it still promises. */
  private int moveRegistration(int from, int to) {
    State s = m.s;
    if (!m.uffdEvent.wanted(FaultSteps.REMAPPED, from)) {
      return 0;
    }
    s.setVmaUffd(process(), to, s.vmaUffd(process(), from), s.vmaContext(process(), from));
    return s.ghost(process(), from) & GHOST_WP_ARMED;
  }

  /** mremap unmaps the old addresses, which is an event of its own. */
  private boolean toldOfUnmapping() {
    int context = m.get(SCRATCH);
    m.set(SCRATCH, 0);
    if (context != 0) {
      m.uffdEvent.announce(FaultSteps.UNMAPPED, m.firstPage(), context - 1);
      if (m.uffdEvent.deliver()) {
        m.set(PHASE, EVENT_WAIT);
        return true;
      }
    }
    return completed();
  }

  private boolean movesHugetlb() {
    Focus f = m.focus;
    f.at(process(), m.firstPage());
    Decision rules = m.rules(DecisionPoint.HUGETLB_MREMAP);
    return rules.action(m.fire(rules, rules.first(f, 0))) == Action.ACCEPT;
  }

  /** A PMD moves whole only to a place where a PMD fits. */
  private void splitForMove(int from, int to) {
    boolean pmd = HugeSteps.isPmd(m.s.pteBits(process(), from));
    if (pmd && from - m.huge.start(from) != to - m.huge.start(to)) {
      m.huge.splitPmd(process(), from);
    }
  }

  /** MADV_HUGEPAGE and MADV_NOHUGEPAGE. */
  boolean vmaMore(int set, int clear) {
    if (!m.mayWrite(process())) {
      return false;
    }
    splitWhere(v -> {
      int more = m.s.vmaMore(process(), v);
      return isMapped(v) && (more & ~clear | set) != more;
    });
    boolean hole = false;
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      if (isMapped(v)) {
        m.s.setVmaMore(process(), v, m.s.vmaMore(process(), v) & ~clear | set);
      } else {
        hole = true;
      }
    }
    m.complete(hole ? Value.ENOMEM : 0);
    return true;
  }

  /** Moves an entry; whether a protected one stays protected, the rules say. */
  private void movePte(int from, int to) {
    State s = m.s;
    int target = s.pteTarget(process(), from);
    int bits = s.pteBits(process(), from);
    if (s.uffdWp(process(), from) && clearsProtection(from)) {
      target = (bits & KIND) == MARKER ? target & ~MARKER_UFFD_WP : target;
      bits = (bits & KIND) == MARKER && target == 0 ? NONE : bits & ~UFFD_WP;
    }
    s.setPte(process(), to, target, moved(bits));
    s.setPte(process(), from, 0, 0);
  }

  private boolean clearsProtection(int v) {
    Focus f = m.focus;
    f.at(process(), v);
    f.features =
        m.s.vmaUffd(process(), v) == 0
            ? 0
            : m.s.contextFeatures(m.s.vmaContext(process(), v), process());
    Decision rules = m.rules(DecisionPoint.MREMAP_PROTECTED);
    int rule = rules.first(f, 0);
    return rule >= 0 && m.fire(rules, rule) >= 0;
  }

  /** move_soft_dirty_pte: what has moved counts as changed. */
  private int moved(int bits) {
    boolean mapped = (bits & KIND) == PRESENT || (bits & KIND) == SWAP;
    return mapped ? bits | m.dirtied & SOFT_DIRTY : bits;
  }

  /** MADV_DONTFORK and the like, mlock's and munlock's flag: VMA bits, nothing else. */
  boolean vmaFlag(int set, int clear) {
    if (!m.mayWrite(process())) {
      return false;
    }
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      if ((m.s.vma(process(), v) & VMA) == 0) {
        m.complete(Value.ENOMEM);
        return true;
      }
      boolean file = m.s.vmaFile(process(), v) >= 0 || m.hugetlb.isHugetlb(process(), v);
      if (set == VM_WIPEONFORK && file) {
        m.complete(Value.EINVAL);
        return true;
      }
    }
    setVmaFlag(set, clear);
    m.complete(0);
    return true;
  }

  void setVmaFlag(int set, int clear) {
    splitWhere(v -> {
      int vma = m.s.vma(process(), v);
      return (vma & VMA) != 0 && (vma & ~clear | set) != vma;
    });
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      int vma = m.s.vma(process(), v);
      boolean keeps = ((set | clear) & VM_LOCKED) != 0 && neverLocked(v);
      if ((vma & VMA) != 0 && !keeps) {
        m.s.setVma(process(), v, vma & ~clear | set);
      }
    }
  }

  /**
   * A VMA whose flags stay as they are is not split, nor a huge page that it maps: splits those at
   * the ends of what changes.
   *
   * @return whether any page changes
   */
  private boolean splitWhere(IntPredicate changes) {
    int from = m.firstPage();
    int to = from + m.instruction.pages();
    while (from < to && !changes.test(from)) {
      from++;
    }
    while (from < to && !changes.test(to - 1)) {
      to--;
    }
    if (from < to) {
      m.huge.splitAround(process(), from, to - from);
    }
    return from < to;
  }

  private boolean isMapped(int v) {
    return (m.s.vma(process(), v) & VMA) != 0;
  }

  /** mlock_fixup leaves the flag of hugetlb and of secret memory as it is. */
  private boolean neverLocked(int v) {
    return m.hugetlb.isHugetlb(process(), v) || m.secret(process(), v);
  }
}
