package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;
import cowherd.operation.Program.FileKind;

/** The userfaultfd calls (semantics 3.9, 3.10). Changing page tables and waking are two steps. */
final class UffdSteps {
  private static final int WAKE = 2;
  private static final int FLUSH = 3;
  private static final int LET_GO = 4;

  /** State of a child's context whose fork event nobody has read yet. */
  static final int UNREAD_CHILD = 3;

  private final Machine m;

  UffdSteps(Machine machine) {
    this.m = machine;
  }

  private int context() {
    return m.instruction.object();
  }

  private int process() {
    return m.instruction.process();
  }

  /** userfaultfd(2) and its handshake; when that fails the descriptor is good for nothing. */
  boolean create() {
    handshake();
    m.complete(0);
    return true;
  }

  /** UFFDIO_API once more: once it has succeeded it is refused. */
  boolean api() {
    boolean again = m.s.contextState(context(), process()) != 0;
    m.complete(!again && handshake() ? 0 : Value.EINVAL);
    return true;
  }

  private boolean handshake() {
    Focus f = m.focus;
    f.features = m.instruction.flags();
    Decision rules = m.rules(DecisionPoint.UFFD_API);
    if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.EINVAL) {
      m.say("the kernel does not know these features");
      return false;
    }
    m.s.setContextState(context(), process(), 1);
    int features = m.instruction.flags();
    if ((features & CallFlags.UFFD_FEATURE_WP_ASYNC) != 0) {
      features |= CallFlags.UFFD_FEATURE_WP_UNPOPULATED;
    }
    m.s.setContextFeatures(context(), process(), features);
    return true;
  }

  /**
   * Ends a request on a userfaultfd that is none: EINVAL without a handshake (userfaultfd_ioctl),
   * EBADF when it is closed, or of a child that was not reported yet.
   */
  boolean refused() {
    int context = m.instruction.op() == Op.UFFD_MOVE ? m.instruction.word() : context();
    int state = m.s.contextState(context, process());
    if (state == 1) {
      return false;
    }
    m.complete(state == 0 && process() == m.ownProcess() ? Value.EINVAL : Value.EBADF);
    return true;
  }

  private boolean open() {
    return m.s.contextState(context(), process()) == 1;
  }

  boolean register() {
    if (!m.mayWrite(process())) {
      return false;
    }
    int error = open() ? checkRegister() : Value.EINVAL;
    if (error == 0) {
      m.huge.splitAround(process(), m.firstPage(), m.instruction.pages());
      for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
        int modes = m.instruction.flags();
        if ((m.s.vma(process(), v) & VMA) == 0) {
          continue;
        }
        if ((m.s.vmaUffd(process(), v) & modes) != modes) {
          m.s.setVmaUffd(process(), v, modes, context());
        }
      }
    }
    m.complete(error);
    return true;
  }

  private int checkRegister() {
    if (m.instruction.flags() == 0) {
      return Value.EINVAL;
    }
    if (!anyVma()) {
      return Value.EINVAL;
    }
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      if ((m.s.vma(process(), v) & VMA) == 0) {
        continue;
      }
      if (m.s.vmaUffd(process(), v) != 0 && m.s.vmaContext(process(), v) != context()) {
        return Value.EBUSY;
      }
      Focus f = m.focus;
      f.at(process(), v);
      f.features = m.s.contextFeatures(context(), process());
      f.modes = m.instruction.flags();
      Decision rules = m.rules(DecisionPoint.UFFD_REGISTER);
      if (rules.action(m.fire(rules, rules.first(f, 0))) == Action.EINVAL) {
        return Value.EINVAL;
      }
    }
    return 0;
  }

  boolean unregister() {
    if (m.get(PHASE) == LET_GO) {
      // vma_start_write waits for faults that have begun
      return m.s.readers(process()) == 0
          && m.pteLocksFree(process(), m.firstPage(), m.instruction.pages())
          && letGoUnlocked();
    }
    if (!m.mayWrite(process())
        || !m.pteLocksFree(process(), m.firstPage(), m.instruction.pages())) {
      return false;
    }
    if (!open() || !anyVma() || neverWatched()) {
      m.complete(Value.EINVAL);
      return true;
    }
    m.huge.splitAround(process(), m.firstPage(), m.instruction.pages());
    boolean woken = false;
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      // only who may wait for a missing page is woken (userfaultfd_unregister)
      if (isRegisteredHere(v) && (m.s.vmaUffd(process(), v) & VM_UFFD_MISSING) != 0) {
        wake(context(), v);
        woken = true;
      }
    }
    m.focus.at(process(), m.firstPage());
    Decision rules = m.rules(DecisionPoint.UFFD_UNREGISTER_FAULTS);
    boolean faultsRun = rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.GO;
    if (woken && faultsRun) {
      m.s.setWriter(process(), m.t);
      m.s.setMmFlag(process(), MM_FAULTS_RUN, true);
      m.say("wakes who sleeps");
      m.set(PHASE, LET_GO);
      return true;
    }
    return letGoAll();
  }

  private boolean isRegisteredHere(int v) {
    return m.s.vmaUffd(process(), v) != 0 && m.s.vmaContext(process(), v) == context();
  }

  private boolean letGoUnlocked() {
    m.s.setWriter(process(), -1);
    m.s.setMmFlag(process(), MM_FAULTS_RUN, false);
    return letGoAll();
  }

  private boolean letGoAll() {
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      if (isRegisteredHere(v)) {
        letGo(process(), v, DecisionPoint.UFFD_UNREGISTER);
      }
    }
    m.complete(0);
    return true;
  }

  /** vma_can_userfault: memory of a disk is refused, unless WP_ASYNC watches it. */
  private boolean neverWatched() {
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      boolean registered = m.s.vmaUffd(process(), v) != 0;
      if (!registered && (ofDisk(v) || m.secret(process(), v))) {
        return true;
      }
    }
    return false;
  }

  private boolean ofDisk(int v) {
    return m.fileKind(m.s.vmaFile(process(), v) + 1) == FileKind.DISK;
  }

  private boolean anyVma() {
    int all = 0;
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      all |= m.s.vma(process(), v);
    }
    return (all & VMA) != 0;
  }

  /** A VMA is no longer registered; what remains of its protection, the rules say. */
  private void letGo(int process, int v, DecisionPoint point) {
    if (m.s.uffdWp(process, v) && m.pteLockFree(process, v)) {
      Focus f = m.focus;
      f.at(process, v);
      Decision rules = m.rules(point);
      int rule = rules.first(f, 0);
      if (rule >= 0 && m.fire(rules, rule) >= 0) {
        unprotect(process, v);
      }
    }
    m.s.setVmaUffd(process, v, 0, 0);
    m.s.setGhost(process, v, m.s.ghost(process, v) & ~GHOST_WP_ARMED);
  }

  /** close(2): first nobody is asked any more; then, under mmap_lock, the VMAs are let go. */
  boolean close() {
    if (m.get(PHASE) == 0) {
      m.s.setContextState(context(), process(), 2);
      m.say("the userfaultfd is released");
      return true;
    }
    if (!m.mayWrite(process()) || !m.pteLocksFree(process(), 0, m.pages)) {
      return false;
    }
    for (int v = 0; v < m.pages; v++) {
      if (m.s.vmaUffd(process(), v) != 0 && m.s.vmaContext(process(), v) == context()) {
        letGo(process(), v, DecisionPoint.UFFD_CLOSE);
      }
      wake(context(), v);
    }
    wakeForks();
    m.complete(0);
    return true;
  }

  /** exit closes what the process has open: its own contexts, and those of children it monitors. */
  void closeAllOf(int process) {
    for (int u = 0; u < m.program.userfaultfds().size(); u++) {
      for (int p = 0; p < m.processes; p++) {
        boolean ofChild =
            m.program.processes().get(p).parent() == process
                && (m.s.contextFeatures(u, p) & CallFlags.UFFD_FEATURE_EVENT_FORK) != 0;
        boolean monitored = p == process || ofChild;
        if (monitored && m.s.contextState(u, p) != 0) {
          abandon(u, p);
        }
      }
    }
  }

  /** The context of a process ends: its VMAs are let go, whoever waits for it goes on. */
  void abandon(int context, int process) {
    State s = m.s;
    s.setContextState(context, process, 2);
    for (int v = 0; v < m.pages; v++) {
      if (s.vmaUffd(process, v) != 0 && s.vmaContext(process, v) == context) {
        letGo(process, v, DecisionPoint.UFFD_CLOSE);
      }
    }
    for (int t = 0; t < m.threads; t++) {
      boolean call = UffdEventSteps.isCall(s.thread(t, EVENT_TYPE));
      int of = call ? m.processOf(t) : s.thread(t, FAULT_MM);
      if (s.thread(t, EVENT) != 0 && s.thread(t, EVENT_CONTEXT) == context + 1 && of == process) {
        s.unqueueEvent(context, process, t);
        s.setThread(t, EVENT, FaultSteps.EVENT_WOKEN);
      }
    }
  }

  /** A fork that waits for its event to be read goes on when the userfaultfd is closed. */
  private void wakeForks() {
    for (int t = m.s.firstEvent(context(), process());
        t >= 0;
        t = m.s.firstEvent(context(), process())) {
      m.s.unqueueEvent(context(), process(), t);
      m.s.setThread(t, EVENT, FaultSteps.EVENT_WOKEN);
    }
  }

  boolean writeProtect() {
    if (m.get(PHASE) == WAKE) {
      return wakeAndUnlock(
          (m.instruction.flags() & CallFlags.UFFDIO_WRITEPROTECT_MODE_DONTWAKE) == 0);
    }
    int first = m.firstPage();
    int pages = m.instruction.pages();
    if (m.get(PHASE) == FLUSH) {
      m.tlb.flush(process(), first, pages);
      m.s.addReader(process(), -1);
      return protectionChanged();
    }
    if (!m.mayRead(process()) || !m.pteLocksFree(process(), first, pages)) {
      return false;
    }
    boolean protect = (m.instruction.flags() & CallFlags.UFFDIO_WRITEPROTECT_MODE_WP) != 0;
    int error = checkWriteProtect(protect, first, pages);
    if (error != 0) {
      m.complete(error);
      return true;
    }
    m.huge.splitAround(process(), first, pages);
    for (int v = first; v < first + pages; v++) {
      if (protect) {
        protect(v);
      } else {
        unprotect(process(), v);
      }
    }
    m.costFlushes++;
    m.say(protect ? "write-protects the page" : "takes the write protection away");
    if (m.tlb.on()) {
      m.tlb.deferFlush();
      m.s.addReader(process(), 1);
      m.set(PHASE, FLUSH);
      return true;
    }
    return protectionChanged();
  }

  private boolean protectionChanged() {
    if ((m.instruction.flags() & CallFlags.UFFDIO_WRITEPROTECT_MODE_WP) != 0) {
      m.complete(0);
    } else {
      m.s.addReader(process(), 1);
      m.set(PHASE, WAKE);
    }
    return true;
  }

  private int checkWriteProtect(boolean protect, int first, int pages) {
    if (mmapChanging(context())) {
      return Value.EAGAIN;
    }
    if (protect && (m.instruction.flags() & CallFlags.UFFDIO_WRITEPROTECT_MODE_DONTWAKE) != 0) {
      return Value.EINVAL;
    }
    for (int v = first; v < first + pages; v++) {
      if (!open() || (m.s.vmaUffd(process(), v) & VM_UFFD_WP) == 0) {
        return Value.ENOENT;
      }
    }
    return 0;
  }

  /** ctx.mmap_changing: a system call that tells this context of itself has not gone on yet. */
  boolean mmapChanging(int context) {
    for (int t = 0; t < m.threads; t++) {
      if (UffdEventSteps.isCall(m.s.thread(t, EVENT_TYPE))
          && m.s.thread(t, EVENT_CONTEXT) == context + 1
          && m.processOf(t) == process()) {
        return true;
      }
    }
    return false;
  }

  /** From now on a store must be told; with WP_ASYNC it is noted, and nobody is told. */
  private void arm(int v) {
    int features = m.s.contextFeatures(context(), process());
    if ((features & CallFlags.UFFD_FEATURE_WP_ASYNC) == 0) {
      m.s.setGhost(process(), v, m.s.ghost(process(), v) | GHOST_WP_ARMED);
    }
  }

  private void protect(int v) {
    State s = m.s;
    int bits = s.pteBits(process(), v);
    switch (bits & KIND) {
      case NONE -> {
        if (!protectsEmpty(v)) {
          return;
        }
        s.setPte(process(), v, MARKER_UFFD_WP, MARKER);
      }
      case MARKER -> {
        if (!s.uffdWp(process(), v) || s.guarded(process(), v)) {
          return;
        }
      }
      default -> s.setPte(process(), v, s.pteTarget(process(), v), bits & ~W | UFFD_WP);
    }
    arm(v);
  }

  private boolean protectsEmpty(int v) {
    Focus f = m.focus;
    f.at(process(), v);
    f.features = m.s.contextFeatures(context(), process());
    Decision rules = m.rules(DecisionPoint.UFFD_PROTECT_EMPTY);
    int rule = rules.first(f, 0);
    return rule >= 0 && m.fire(rules, rule) >= 0;
  }

  private void unprotect(int process, int v) {
    State s = m.s;
    s.setGhost(process, v, s.ghost(process, v) & ~GHOST_WP_ARMED);
    int bits = s.pteBits(process, v) & ~UFFD_WP;
    switch (bits & KIND) {
      case NONE -> {}
      case MARKER -> {
        int left = s.pteTarget(process, v) & ~MARKER_UFFD_WP;
        s.setPte(process, v, left, left == 0 ? NONE : MARKER);
      }
      case SWAP -> s.setPte(process, v, s.pteTarget(process, v), bits);
      default ->
          s.setPte(
              process, v, s.pteTarget(process, v), bits & ~W | unprotectedWritable(process, v));
    }
  }

  private int unprotectedWritable(int process, int v) {
    int bits = 0;
    Focus f = m.focus;
    f.at(process, v);
    f.pteBits &= ~UFFD_WP;
    Decision rules = m.rules(DecisionPoint.UFFD_UNPROTECT);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      bits |= W;
    }
    return bits;
  }

  /** UFFDIO_COPY, UFFDIO_ZEROPAGE and UFFDIO_CONTINUE. */
  boolean fill() {
    Instruction i = m.instruction;
    if (m.get(PHASE) == WAKE) {
      return wakeAndUnlock((i.flags() & CallFlags.UFFDIO_COPY_MODE_DONTWAKE) == 0);
    }
    int v = m.firstPage();
    if (!m.mayRead(process()) || !m.pteLockFree(process(), v)) {
      return false;
    }
    if (m.hugetlb.isHugetlb(process(), v) && m.hugetlb.faultRuns(process(), v)) {
      return false;
    }
    int error = prepareFill(v);
    if (error != 0) {
      m.complete(error);
      return true;
    }
    install(v);
    m.dropSnapshot(process(), v);
    m.say(i.op() == Op.UFFD_CONTINUE ? "maps the page of the page cache" : "fills the page");
    m.s.addReader(process(), 1);
    m.set(PHASE, WAKE);
    return true;
  }

  private boolean modeWp() {
    return m.instruction.op() != Op.UFFD_ZEROPAGE
        && (m.instruction.flags() & CallFlags.UFFDIO_COPY_MODE_WP) != 0;
  }

  /** find_vma_and_prepare_anon: what a call does to a private mapping that it may yet refuse. */
  private void lookUp(int v) {
    if (!open() || (m.s.vma(process(), v) & (VMA | VM_SHARED)) != VMA) {
      return;
    }
    Focus f = m.focus;
    f.at(process(), v);
    Decision rules = m.rules(DecisionPoint.UFFD_LOOKUP);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      m.prepareAnonVma(process(), v);
    }
  }

  /** Why a page is not filled, or 0; what is prepared stays so in either case. */
  private int prepareFill(int v) {
    Op op = m.instruction.op();
    if (op == Op.UFFD_CONTINUE && !knows(op)) {
      return Value.EINVAL;
    }
    if (mmapChanging(context())) {
      return Value.EAGAIN; // userfaultfd_copy and the like look before all else
    }
    lookUp(v);
    if (!open() || m.s.vmaUffd(process(), v) == 0) {
      return Value.ENOENT;
    }
    boolean huge = m.hugetlb.isHugetlb(process(), v);
    if (huge && op == Op.UFFD_ZEROPAGE) {
      return Value.EINVAL;
    }
    if (modeWp() && (m.s.vmaUffd(process(), v) & VM_UFFD_WP) == 0) {
      return Value.EINVAL;
    }
    if (ofDisk(v)) {
      return Value.EINVAL; // registered with WP_ASYNC; only that watches it
    }
    if ((m.s.vma(process(), v) & VM_SHARED) == 0) {
      m.prepareAnonVma(process(), v); // mfill_atomic, whatever comes of it
    }
    if (op == Op.UFFD_CONTINUE) {
      int file = m.s.vmaFile(process(), v);
      if (!m.shmem(file) && !m.hugetlbfs(file)) {
        return Value.EINVAL;
      }
      return m.pageCached(process(), v) ? occupied(v) : Value.EFAULT;
    }
    if (fillsPageCache(v)) {
      return m.pageCached(process(), v) ? Value.EEXIST : occupied(v);
    }
    int there = occupied(v);
    return there == 0 && huge && !m.hugetlb.canAllocate(process(), v) ? Value.ENOMEM : there;
  }

  /** Whether the kernel knows a newer request; an unknown one is EINVAL. */
  boolean knows(Op request) {
    Focus f = m.focus;
    f.request = request;
    f.modes = modeWp() ? CallFlags.UFFDIO_REGISTER_MODE_WP : 0;
    Decision rules = m.rules(DecisionPoint.UFFD_REQUEST);
    return rules.action(m.fire(rules, rules.first(f, 0))) != Action.EINVAL;
  }

  /** A page is never replaced; a marker is, except by the zero page. */
  private int occupied(int v) {
    int kind = m.s.pteBits(process(), v) & KIND;
    boolean overMarker = m.instruction.op() != Op.UFFD_ZEROPAGE || fillsPageCache(v);
    if (kind == NONE || kind == MARKER && overMarker) {
      return 0;
    }
    m.say("the page is there already");
    return Value.EEXIST;
  }

  /** A private mapping of a file is filled with anonymous memory, past the page cache. */
  private boolean fillsPageCache(int v) {
    return m.s.vmaFile(process(), v) >= 0 && (m.s.vma(process(), v) & VM_SHARED) != 0;
  }

  private void install(int v) {
    Instruction i = m.instruction;
    int file = m.s.vmaFile(process(), v);
    if (i.op() == Op.UFFD_CONTINUE) {
      m.mapFile(process(), v, file + 1, installedBits(v, file + 1));
    } else if (fillsPageCache(v)) {
      m.pageOfFile(file);
      fillWords(file + 1);
      m.mapFile(process(), v, file + 1, installedBits(v, file + 1));
    } else if (i.op() == Op.UFFD_ZEROPAGE) {
      m.s.setPte(process(), v, ZERO_FRAME, PRESENT);
    } else {
      boolean huge = m.hugetlb.isHugetlb(process(), v);
      int frame = huge ? m.hugetlb.allocate(process(), v, false) : m.newAnonymous();
      fillWords(frame);
      m.mapNew(process(), v, frame, installedBits(v, frame));
    }
    if (modeWp()) {
      arm(v);
    }
  }

  private void fillWords(int frame) {
    int value = m.instruction.op() == Op.UFFD_COPY ? m.evaluate(m.instruction.value()) : 0;
    for (int w = 0; w < m.words; w++) {
      m.s.setWord(frame, w, value, EVERYBODY);
    }
  }

  private int installedBits(int v, int frame) {
    Focus f = m.focus;
    f.at(process(), v);
    f.frame = frame;
    f.modes = modeWp() ? CallFlags.UFFDIO_REGISTER_MODE_WP : 0;
    int bits = 0;
    Decision rules = m.rules(DecisionPoint.UFFD_INSTALL);
    for (int r = rules.first(f, 0); r >= 0; r = rules.first(f, r + 1)) {
      m.fire(rules, r);
      bits |= rules.action(r) == Action.SET_WRITABLE ? W : m.dirtied;
    }
    return modeWp() ? bits & ~W | UFFD_WP : bits;
  }

  /** UFFDIO_POISON: a marker that answers every access with SIGBUS. */
  boolean poison() {
    if (m.get(PHASE) == WAKE) {
      return wakeAndUnlock(true);
    }
    int v = m.firstPage();
    if (!m.mayRead(process()) || !m.pteLockFree(process(), v)) {
      return false;
    }
    int error = 0;
    if (!knows(Op.UFFD_POISON)) {
      error = Value.EINVAL;
    } else if (mmapChanging(context())) {
      error = Value.EAGAIN;
    } else {
      lookUp(v);
      error =
          !open() || m.s.vmaUffd(process(), v) == 0
              ? Value.ENOENT
              : (m.s.pteBits(process(), v) & KIND) != NONE ? Value.EEXIST : 0;
    }
    if (error != 0) {
      m.complete(error);
      return true;
    }
    if ((m.s.vma(process(), v) & VM_SHARED) == 0) {
      m.prepareAnonVma(process(), v); // mfill_atomic
    }
    m.s.setPte(process(), v, MARKER_POISON, MARKER);
    m.say("poisons the page");
    m.s.addReader(process(), 1);
    m.set(PHASE, WAKE);
    return true;
  }

  boolean wakeCall() {
    for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
      wake(context(), v);
    }
    m.complete(0);
    return true;
  }

  private boolean wakeAndUnlock(boolean wake) {
    if (wake) {
      for (int v = m.firstPage(); v < m.firstPage() + m.instruction.pages(); v++) {
        wake(context(), v);
      }
    }
    m.s.addReader(process(), -1);
    m.complete(0);
    return true;
  }

  /** Wakes every fault of a context of the process on a page. */
  void wake(int context, int v) {
    for (int t = 0; t < m.threads; t++) {
      if (m.s.thread(t, EVENT) != 0
          && m.s.thread(t, EVENT_CONTEXT) == context + 1
          && m.s.thread(t, FAULT_PHASE) != 0
          && m.s.thread(t, FAULT_MM) == process()
          && m.s.thread(t, FAULT_PAGE) == v) {
        m.s.unqueueEvent(context, process(), t);
        m.s.setThread(t, EVENT, FaultSteps.EVENT_WOKEN);
        m.say("wakes " + m.threadName(t));
      }
    }
  }

  /** read(2) of the userfaultfd: the oldest unread event. */
  boolean read() {
    State s = m.s;
    if (!open()) {
      boolean never = m.s.contextState(context(), process()) == 0;
      m.complete(never && process() == m.ownProcess() ? Value.EINVAL : Value.EBADF);
      return true;
    }
    int from = s.firstEvent(context(), process());
    if (from < 0) {
      return false;
    }
    s.unqueueEvent(context(), process(), from);
    int register = m.instruction.result();
    int type = s.thread(from, EVENT_TYPE);
    boolean fork = type == FaultSteps.FORKED;
    if (register >= 0) {
      s.setRegister(register + 1, fork ? 0 : s.thread(from, EVENT_FLAGS));
      s.setRegister(register + 2, fork ? 0 : s.thread(from, FAULT_PAGE));
    }
    if (fork) {
      s.setContextState(context(), m.instructionOf(from).object(), 1);
    }
    boolean call = UffdEventSteps.isCall(type);
    s.setThread(from, EVENT, call ? FaultSteps.EVENT_WOKEN : FaultSteps.EVENT_READ);
    m.complete(UffdEventSteps.value(type));
    return true;
  }
}
