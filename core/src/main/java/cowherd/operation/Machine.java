package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.GupUser;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.machine.Layout;
import cowherd.machine.State;
import cowherd.operation.Program.BackgroundActor;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executes a program on a kernel, one atomic step of one actor at a time. An actor is a thread of
 * the program or a background actor; {@link #step} either does its next atomic step in {@link
 * #state} or says that the actor cannot move now (then the state may be half-changed and must be
 * loaded again).
 */
public final class Machine {
  /** Pages of an LRU batch (PAGEVEC_SIZE of 4.14 to 6.x): a full one is drained. */
  private static final int LRU_BATCH_PAGES = 15;

  /** Pages of all address spaces among which ksmd may choose two: a choice is one byte. */
  private static final int KSMD_MAPPINGS_MAX = 15;

  final Program program;
  final Kernel kernel;
  final State s;
  final MemoryObserver observer;
  final Focus focus;
  final HugetlbPool hugetlb;
  final FaultSteps fault;
  final GupSteps gup;
  final AccessSteps access;
  final TransferSteps transfer;
  final ForkSteps fork;
  final ZapSteps zap;
  final ReclaimSteps reclaim;
  final UffdSteps uffd;
  final UffdMoveSteps uffdMove;
  final UffdEventSteps uffdEvent;
  final HugeSteps huge;
  final SoftDirtySteps softDirty;
  final AdviceSteps advice;
  final PagemapSteps pagemap;

  /** Whether the test calls MADV_FREE: only then PG_dirty of anonymous pages is kept. */
  final boolean lazyFree;

  /** What pte_mkdirty sets; the soft-dirty bit only in tests that clear it. */
  final int dirtied;

  final TlbSteps tlb;
  final KsmSteps ksm;
  final MigrationSteps migration;

  final int threads;
  final int processes;
  final int pages;
  final int words;
  private final int programThreads;
  private final int hiddenHandles;
  private final boolean lruOn;
  private final boolean tlbs;
  private final Decision[] decisions;
  private final int[][] userAttempts;
  private final Instruction[][] code;
  private final int[] processOf;
  private final int[] spawnerOf;
  private final int[] spawnAt;
  private final boolean[] daemon;
  private final Menu menu;
  private final boolean freeThreads;
  private final boolean[][] fired;
  private final boolean[] asked;

  // the step at hand
  int t;
  Instruction instruction;
  boolean tracing;
  int costFaults;
  int costCopies;
  int costNeedless;
  int costFlushes;
  int costSplits;
  boolean synchronousSwap;
  private boolean startedCall;
  private StepLog log = StepLog.SILENT;

  /**
   * A machine with room for some frames and swap entries.
   *
   * @param pinBias how much a pin adds to the refcount (GUP_PIN_COUNTING_BIAS)
   */
  public Machine(
      Program program,
      Kernel kernel,
      int frames,
      int entries,
      int pinBias,
      MemoryObserver observer) {
    this.program = program;
    this.kernel = kernel;
    this.observer = observer;
    programThreads = program.threads().size();
    threads = programThreads + program.actors().size();
    processes = program.processes().size();
    pages = program.pages();
    words = program.words();
    lruOn = program.actors().contains(BackgroundActor.LRU);
    tlbs = program.actors().contains(BackgroundActor.TLB);
    code =
        program.threads().stream()
            .map(thread -> thread.code().toArray(Instruction[]::new))
            .toArray(Instruction[][]::new);
    processOf = program.threads().stream().mapToInt(ThreadInfo::process).toArray();
    spawnerOf = program.threads().stream().mapToInt(ThreadInfo::spawner).toArray();
    spawnAt = program.threads().stream().mapToInt(ThreadInfo::spawnAt).toArray();
    daemon = new boolean[programThreads];
    for (int i = 0; i < programThreads; i++) {
      daemon[i] = program.threads().get(i).daemon();
    }
    menu = new Menu(this, code);
    freeThreads = menu.isOfFreeThreads();
    hiddenHandles = hiddenHandlesOfAThread();
    lazyFree = advises(CallFlags.MADV_FREE);
    boolean clears = program.actors().contains(BackgroundActor.SOFT_DIRTY);
    dirtied = clears || uses(Op.CLEAR_REFS) ? D | SOFT_DIRTY : D;
    s = new State(new Layout(shape(frames, entries)), pinBias);
    focus = new Focus(this);
    hugetlb = new HugetlbPool(this);
    fault = new FaultSteps(this);
    gup = new GupSteps(this);
    access = new AccessSteps(this);
    transfer = new TransferSteps(this);
    fork = new ForkSteps(this);
    zap = new ZapSteps(this);
    reclaim = new ReclaimSteps(this);
    uffd = new UffdSteps(this);
    uffdMove = new UffdMoveSteps(this);
    uffdEvent = new UffdEventSteps(this);
    huge = new HugeSteps(this);
    softDirty = new SoftDirtySteps(this);
    tlb = new TlbSteps(this, tlbs);
    advice = new AdviceSteps(this);
    ksm = new KsmSteps(this);
    migration = new MigrationSteps(this);
    pagemap = new PagemapSteps(this);
    DecisionPoint[] points = DecisionPoint.values();
    decisions = new Decision[points.length];
    fired = new boolean[points.length][];
    asked = new boolean[points.length];
    for (DecisionPoint point : points) {
      decisions[point.ordinal()] = kernel.decision(point);
      fired[point.ordinal()] = new boolean[kernel.decision(point).size()];
    }
    userAttempts = program.users().stream().map(this::attempts).toArray(int[][]::new);
    instruction = code[0][0];
  }

  private int[] attempts(String user) {
    GupUser row = kernel.users().get(user);
    if (row == null) {
      throw new OutOfModel("the kernel's table of users has no row " + user);
    }
    return row.attempts().stream().mapToInt(Integer::intValue).toArray();
  }

  private boolean advises(int advice) {
    for (Instruction[] thread : code) {
      for (Instruction i : thread) {
        if (i.op() == Op.MADVISE && i.flags() == advice) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean uses(Op op) {
    for (Instruction[] thread : code) {
      for (Instruction i : thread) {
        if (i.op() == op) {
          return true;
        }
      }
    }
    return false;
  }

  private int hiddenHandlesOfAThread() {
    int most = 0;
    for (Instruction[] thread : code) {
      for (Instruction i : thread) {
        boolean hidden = i.user() >= 0 && i.handle() < 0;
        most = Math.max(most, hidden ? i.pages() : 0);
      }
    }
    return most;
  }

  private Layout.Shape shape(int frames, int entries) {
    return new Layout.Shape(
        processes,
        pages,
        words,
        threads,
        program.registers().size(),
        program.handles() + hiddenHandles * programThreads,
        program.pipes().size(),
        program.pipes().isEmpty() ? 0 : program.handles() + 1,
        program.userfaultfds().size(),
        program.signals().size(),
        program.barriers().size(),
        program.files().size(),
        program.files().size() + frames,
        entries,
        program.folioPages(),
        tlbs);
  }

  // ---- the outside

  /** The state that {@link #step} changes. */
  public State state() {
    return s;
  }

  /** The program. */
  public Program program() {
    return program;
  }

  /** The kernel. */
  public Kernel kernel() {
    return kernel;
  }

  /** Number of actors: the program's threads, then the background actors. */
  public int actors() {
    return threads;
  }

  /** How an actor is called. */
  public String threadName(int actor) {
    return actor < programThreads
        ? program.threads().get(actor).name()
        : switch (program.actors().get(actor - programThreads)) {
          case RECLAIM -> "reclaim";
          case LRU -> "lru";
          case SOFT_DIRTY -> "soft-dirty";
          case KHUGEPAGED -> "khugepaged";
          case SPLIT -> "split";
          case TLB -> "tlb";
          case KSMD -> "ksmd";
          case MIGRATION -> "migration";
        };
  }

  /** An upper bound of the choices that an actor has in any state. */
  public int choices(int actor) {
    if (actor < programThreads) {
      return menu.size(actor) * (tlbs ? 2 : 1); // the second half: through a TLB
    }
    int mappings = processes * pages;
    return switch (program.actors().get(actor - programThreads)) {
      case LRU, TLB -> 1;
      case SOFT_DIRTY -> processes;
      case RECLAIM, KHUGEPAGED, SPLIT, MIGRATION -> mappings;
      case KSMD -> pairs(mappings);
    };
  }

  /** The same in the state at hand; for a free thread between two calls, its menu. */
  public int choicesNow(int actor) {
    return actor < programThreads && s.thread(actor, PC) != Menu.CHOOSING
        ? tlbs ? 2 : 1
        : choices(actor);
  }

  /** Whether a thread is free and between two calls: its next step takes an item of its menu. */
  public boolean choosing(int actor) {
    return actor < programThreads
        && s.thread(actor, PC) == Menu.CHOOSING
        && code[actor][Menu.CHOOSING].op() == Op.CHOOSE;
  }

  /** Whether a choosing thread could begin an item now; it may still have to wait. */
  public boolean offers(int actor, int choice) {
    t = actor;
    return menu.offers(choice % menu.size(actor));
  }

  /** The item that a choice of a free thread means. */
  public int item(int actor, int choice) {
    return choice % menu.size(actor);
  }

  private static int pairs(int mappings) {
    if (mappings > KSMD_MAPPINGS_MAX) {
      throw new OutOfModel(
          "background ksmd with more than " + KSMD_MAPPINGS_MAX + " pages of all processes");
    }
    return mappings * mappings;
  }

  /** Whether the last step began a call. */
  public boolean startedCall() {
    return startedCall;
  }

  /** Faults that the last step began. */
  public int costFaults() {
    return costFaults;
  }

  /** Pages that the last step copied. */
  public int costCopies() {
    return costCopies;
  }

  /** Copies of the last step that nobody needed: no other user of the old page existed. */
  public int costNeedless() {
    return costNeedless;
  }

  /** PMDs that the last step split. */
  public int costSplits() {
    return costSplits;
  }

  /** TLB flushes of the last step. */
  public int costFlushes() {
    return costFlushes;
  }

  /** Sends what steps do to a log, or to {@link StepLog#SILENT}. */
  public void listen(StepLog newLog) {
    log = newLog;
    tracing = newLog != StepLog.SILENT;
  }

  /** Whether a decision has been asked since this machine was made, whatever fired. */
  public boolean asked(DecisionPoint point) {
    return asked[point.ordinal()];
  }

  /** Whether a rule of a decision has fired since this machine was made. */
  public boolean fired(DecisionPoint point, int rule) {
    return fired[point.ordinal()][rule];
  }

  /** Sets the state to the beginning of the program. */
  public void reset() {
    java.util.Arrays.fill(s.bytes(), (byte) 0);
    for (int r = 0; r < program.registers().size(); r++) {
      s.setRegister(r, Value.UNSET);
    }
    for (int f = 0; f < program.files().size(); f++) {
      if (program.files().get(f).hole()) {
        continue;
      }
      cache(f);
      for (int w = 0; w < words; w++) {
        s.setWord(f + 1, w, program.files().get(f).initial().get(w), EVERYBODY);
      }
    }
    for (int p = 0; p < processes; p++) {
      if (program.processes().get(p).parent() < 0) {
        s.setLife(p, ALIVE);
        for (Region region : program.regions()) {
          mapAtStart(p, region);
        }
      }
    }
  }

  private void mapAtStart(int p, Region region) {
    if (region.kind() == RegionKind.RESERVED) {
      return;
    }
    if (region.kind() == RegionKind.THP || region.kind() == RegionKind.THP_BY_PTES) {
      mapHugeAtStart(p, region);
      return;
    }
    boolean shared = region.kind() == RegionKind.SHARED_ANON;
    for (int v = region.firstPage(); v < region.firstPage() + region.pages(); v++) {
      s.setVma(p, v, VMA | VM_READ | VM_WRITE | (shared ? VM_SHARED : 0));
      if (shared) {
        s.setVmaFile(p, v, region.file());
        s.setVmaMore(p, v, hugetlbfs(region.file()) ? VM_HUGETLB : 0);
        if (region.populated()) {
          mapFile(p, v, region.file() + 1, W | dirtied);
        }
      } else if (region.kind() == RegionKind.HUGETLB) {
        s.setVmaMore(p, v, VM_HUGETLB | VM_HUGETLB_OWNER | VM_HUGETLB_RESERVED);
        if (region.populated()) {
          populate(p, v, hugetlb.allocate(p, v, false), region);
        }
      } else if (region.populated()) {
        populate(p, v, newAnonymous(), region);
      }
    }
  }

  private void mapHugeAtStart(int p, Region region) {
    int end = region.firstPage() + region.pages();
    for (int v = region.firstPage(); v < end; v++) {
      s.setVma(p, v, VMA | VM_READ | VM_WRITE);
      s.setVmaMore(p, v, VM_HUGEPAGE);
    }
    for (int v = region.firstPage(); v < end && region.populated(); v += huge.pages()) {
      int folio = newAnonymousFolio();
      for (int i = 0; i < huge.pages(); i++) {
        for (int w = 0; w < words; w++) {
          s.setWord(s.folioPage(folio, i), w, region.initial().get(w), EVERYBODY);
        }
      }
      huge.mapNew(p, v, folio, W | dirtied);
      if (region.kind() == RegionKind.THP_BY_PTES) {
        huge.splitPmd(p, v);
      }
    }
  }

  private void populate(int p, int v, int frame, Region region) {
    for (int w = 0; w < words; w++) {
      s.setWord(frame, w, region.initial().get(w), EVERYBODY);
    }
    mapNew(p, v, frame, W | dirtied);
  }

  /** Whether a thread of the program runs, has not ended, and its process lives. */
  public boolean running(int thread) {
    if (s.thread(thread, ENDED) != 0 || !started(thread)) {
      return false;
    }
    return code[thread][s.thread(thread, PC)].op() != Op.END;
  }

  /**
   * Lets the swap device be one that reads at once (a ram disk, zram; SWP_SYNCHRONOUS_IO): a page
   * that only one PTE refers to does not pass through the swap cache. Two faults of one mm that
   * race on this path are not modelled, so this is for whoever runs one call at a time.
   */
  public void useSynchronousSwap() {
    synchronousSwap = true;
  }

  /** Whether an actor is worth a {@link #step}; false only when it cannot move for certain. */
  public boolean mayMove(int actor) {
    return actor >= programThreads || running(actor);
  }

  private boolean started(int thread) {
    int process = processOf[thread];
    if (process >= 0 && s.life(process) == UNBORN) {
      return false;
    }
    int spawner = spawnerOf[thread];
    return spawner < 0 || s.thread(spawner, ENDED) != 0 || s.thread(spawner, PC) >= spawnAt[thread];
  }

  /** Whether every thread that is no daemon has ended: the run is complete. */
  public boolean complete() {
    for (int i = 0; i < programThreads; i++) {
      if (!daemon[i] && running(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether an actor is at rest: between two calls. */
  public boolean betweenCalls(int actor) {
    return s.thread(actor, PHASE) == 0
        && s.thread(actor, GUP_PHASE) == 0
        && s.thread(actor, FAULT_PHASE) == 0;
  }

  Instruction codeOf(int thread, int pc) {
    return code[thread][pc];
  }

  /** The instruction that a thread is at. */
  public Instruction instructionOf(int thread) {
    return code[thread][s.thread(thread, PC)];
  }

  /**
   * Does the next atomic step of an actor.
   *
   * @param choice below {@link #choices}
   * @return false when the actor cannot move; the state must then be loaded again
   */
  public boolean step(int actor, int choice) {
    t = actor;
    if (!tlbs && !freeThreads) {
      return stepOf(actor, choice);
    }
    if (tlbs) {
      s.forgetFlushesDue();
    }
    boolean moved = stepOf(actor, choice);
    if (tlbs) {
      s.flushDue();
    }
    if (freeThreads && moved) {
      menu.forgetTheDead();
    }
    return moved;
  }

  private boolean stepOf(int actor, int choice) {
    costFaults = 0;
    costCopies = 0;
    costNeedless = 0;
    costFlushes = 0;
    costSplits = 0;
    if (actor >= programThreads) {
      return backgroundStep(actor, choice);
    }
    if (!running(actor)) {
      return false;
    }
    instruction = instructionOf(actor);
    startedCall = betweenCalls(actor);
    int process = processOf[actor];
    if (startedCall && process >= 0 && s.life(process) != ALIVE) {
      return false;
    }
    int access = choice;
    if (instruction.op() == Op.CHOOSE) {
      int item = choice % menu.size(actor);
      access = choice / menu.size(actor);
      if (!menu.take(item)) {
        return false;
      }
      instruction = instructionOf(actor);
    }
    if (access != 0) {
      return access == 1 && tlbs && tlb.access();
    }
    if (instruction.isLocal()) {
      runLocals();
      startedCall = false;
      return true;
    }
    int pc = get(PC);
    boolean moved = dispatch();
    if (moved && startedCall && get(PC) == pc && get(PHASE) == 0 && get(ENDED) == 0) {
      set(PHASE, 1);
    }
    return moved;
  }

  private boolean backgroundStep(int actor, int choice) {
    startedCall = get(PHASE) == 0;
    if (get(FAULT_PHASE) != 0) {
      return choice == 0 && fault.step();
    }
    return switch (program.actors().get(actor - programThreads)) {
      case RECLAIM -> reclaim.background(choice);
      case LRU -> drainLru();
      case SOFT_DIRTY -> softDirty.background(choice);
      case KHUGEPAGED -> huge.background(choice);
      case SPLIT -> huge.backgroundSplit(choice);
      case TLB -> false; // what TLBs keep is the choice of the accesses
      case KSMD -> ksm.background(choice);
      case MIGRATION -> migration.background(choice);
    };
  }

  private boolean dispatch() {
    if (get(FAULT_PHASE) != 0) {
      return fault.step();
    }
    if (get(GUP_PHASE) != 0) {
      return gup.step();
    }
    return switch (instruction.op()) {
      case LOAD, STORE -> get(SCRATCH) == 0 ? access.loadOrStore() : zap.exitOrExec();
      case BUFFERED_WRITE, BUFFERED_READ -> access.bufferedCopy();
      case SWAP_IN -> access.populate(false, Value.EFAULT);
      case FORK -> fork.step();
      case EXEC, EXIT -> zap.exitOrExec();
      case MMAP -> zap.mmap();
      case MUNMAP -> zap.munmap();
      case MPROTECT -> zap.mprotect();
      case MREMAP -> zap.mremap();
      case MADVISE -> madvise();
      case PUNCH_HOLE -> zap.punchHole(instruction.object());
      case MLOCK -> mlock();
      case MUNLOCK -> zap.vmaFlag(0, VM_LOCKED);
      case GUP, DIRECT_WRITE, DIRECT_READ, VMSPLICE, REMOTE_READ, REMOTE_WRITE, TOUCH_BY_GUP ->
          transfer.referenceUser();
      case PUT -> transfer.put();
      case REFERENCE_READ -> transfer.readReference();
      case REFERENCE_WRITE -> transfer.writeReference();
      case FIXED_WRITE, FIXED_READ -> transfer.fixedTransfer();
      case PIPE_READ -> transfer.readPipe();
      case PIPE_CLOSE -> transfer.closePipe();
      case TEE -> transfer.tee();
      case UFFD_CREATE -> uffd.create();
      case UFFD_API -> uffd.api();
      case UFFD_REGISTER,
          UFFD_UNREGISTER,
          UFFD_WRITEPROTECT,
          UFFD_COPY,
          UFFD_ZEROPAGE,
          UFFD_CONTINUE,
          UFFD_POISON,
          UFFD_MOVE,
          UFFD_WAKE ->
          get(PHASE) == 0 && uffd.refused() || uffdRequest();
      case UFFD_READ -> uffd.read();
      case UFFD_CLOSE -> uffd.close();
      case COLLAPSE -> huge.collapseByKernel();
      case SPLIT -> huge.splitCall();
      case SWAP_OUT -> reclaim.swapOut();
      case CLEAR_REFS -> softDirty.clearRefs();
      case KSM_MERGE -> ksm.merge();
      case MIGRATE -> migration.migrate();
      case PRCTL -> ksm.prctl();
      case PAGEMAP_SCAN -> pagemap.scan();
      case LRU_DRAIN -> {
        drainLru();
        complete(0);
        yield true;
      }
      case WAIT_PROCESS, SIGNAL, AWAIT, BARRIER, JOIN, OBSERVE -> control();
      case BRANCH_UNLESS, JUMP, ASSIGN, END, CHOOSE ->
          throw new BrokenMachine("Machine: a local call");
    };
  }

  private boolean uffdRequest() {
    return switch (instruction.op()) {
      case UFFD_REGISTER -> uffd.register();
      case UFFD_UNREGISTER -> uffd.unregister();
      case UFFD_WRITEPROTECT -> uffd.writeProtect();
      case UFFD_COPY, UFFD_ZEROPAGE, UFFD_CONTINUE -> uffd.fill();
      case UFFD_POISON -> uffd.poison();
      case UFFD_MOVE -> uffdMove.step();
      default -> uffd.wakeCall();
    };
  }

  private boolean madvise() {
    return switch (instruction.flags()) {
      case CallFlags.MADV_DONTNEED -> zap.dontneed();
      case CallFlags.MADV_REMOVE -> zap.remove();
      case CallFlags.MADV_PAGEOUT -> reclaim.pageout();
      case CallFlags.MADV_DONTFORK -> zap.vmaFlag(VM_DONTCOPY, 0);
      case CallFlags.MADV_DOFORK -> zap.vmaFlag(0, VM_DONTCOPY);
      case CallFlags.MADV_WIPEONFORK -> zap.vmaFlag(VM_WIPEONFORK, 0);
      case CallFlags.MADV_KEEPONFORK -> zap.vmaFlag(0, VM_WIPEONFORK);
      case CallFlags.MADV_POPULATE_READ -> access.populateByAdvice(false);
      case CallFlags.MADV_POPULATE_WRITE -> access.populateByAdvice(true);
      case CallFlags.MADV_FREE -> advice.free();
      case CallFlags.MADV_GUARD_INSTALL -> advice.guardInstall();
      case CallFlags.MADV_GUARD_REMOVE -> advice.guardRemove();
      case CallFlags.MADV_MERGEABLE -> ksm.mergeableCall();
      case CallFlags.MADV_UNMERGEABLE -> ksm.unmergeableCall();
      case CallFlags.MADV_COLLAPSE -> huge.collapseCall();
      case CallFlags.MADV_HUGEPAGE -> zap.vmaMore(VM_HUGEPAGE, VM_NOHUGEPAGE);
      case CallFlags.MADV_NOHUGEPAGE -> zap.vmaMore(VM_NOHUGEPAGE, VM_HUGEPAGE);
      default -> throw new OutOfModel(instruction.text());
    };
  }

  private boolean mlock() {
    if (get(PHASE) == 0) {
      if (!mayWrite(instruction.process())) {
        return false;
      }
      zap.setVmaFlag(VM_LOCKED, 0);
      return true;
    }
    int vma = s.vma(instruction.process(), firstPage());
    return access.populate((vma & (VM_WRITE | VM_SHARED)) == VM_WRITE, Value.ENOMEM);
  }

  private boolean control() {
    int object = instruction.object();
    switch (instruction.op()) {
      case WAIT_PROCESS -> {
        if (s.life(object) != DEAD) {
          return false;
        }
        complete(0);
      }
      case SIGNAL -> {
        s.signal(object);
        complete(0);
      }
      case AWAIT -> {
        if (!s.signalled(object)) {
          return false;
        }
        complete(0);
      }
      case JOIN -> {
        if (running(object) || !started(object)) {
          return false;
        }
        complete(0);
      }
      case OBSERVE -> complete(evaluate(instruction.value()));
      default -> {
        return barrier(object);
      }
    }
    return true;
  }

  private boolean barrier(int barrier) {
    int parties = program.barriers().get(barrier).parties();
    if (get(PHASE) == 0) {
      if (s.left(barrier) != 0) {
        return false;
      }
      s.setBarrier(barrier, s.arrived(barrier) + 1, 0);
      if (s.arrived(barrier) < parties) {
        return true;
      }
    } else if (s.arrived(barrier) < parties) {
      return false;
    }
    boolean last = s.left(barrier) + 1 == parties;
    s.setBarrier(barrier, last ? 0 : parties, last ? 0 : s.left(barrier) + 1);
    complete(0);
    return true;
  }

  // ---- the thread at hand

  int get(int register) {
    return s.thread(t, register);
  }

  void set(int register, int value) {
    s.setThread(t, register, value);
  }

  boolean backgroundThread() {
    return t >= programThreads;
  }

  void say(String text) {
    if (tracing) {
      log.say(text);
    }
  }

  int firstPage() {
    int register = instruction.pageRegister();
    if (register < 0) {
      return instruction.page();
    }
    int page = s.register(register);
    return page < pages ? page : 0;
  }

  int firstHandle() {
    return instruction.handle() >= 0 ? instruction.handle() : program.handles() + t * hiddenHandles;
  }

  int processOf(int thread) {
    return thread < programThreads ? processOf[thread] : -1;
  }

  /** The process of the thread at hand. */
  int ownProcess() {
    return processOf[t];
  }

  int[] userAttempts(int user) {
    return userAttempts[user];
  }

  /** Ends the call: its result, the next instruction, and the local control that follows it. */
  void complete(int result) {
    int register = instruction.result();
    if (register >= 0) {
      s.setRegister(register, result);
      if (tracing) {
        sayResult(program.registers().get(register).name(), result);
      }
    }
    set(PHASE, 0);
    set(INDEX, 0);
    set(SCRATCH, 0);
    set(PC, get(PC) + 1);
    runLocals();
  }

  /** Tells a result; names with a dollar are the compiler's own. */
  private void sayResult(String name, int result) {
    if (name.indexOf('$') < 0) {
      say(name + " = " + Value.name(result));
    }
  }

  private void runLocals() {
    for (int limit = 0; limit < 10_000; limit++) {
      Instruction i = instructionOf(t);
      switch (i.op()) {
        case BRANCH_UNLESS -> set(PC, evaluate(i.value()) == 0 ? i.flags() : get(PC) + 1);
        case JUMP -> set(PC, i.flags());
        case ASSIGN -> {
          s.setRegister(i.result(), evaluate(i.value()));
          set(PC, get(PC) + 1);
        }
        default -> {
          return;
        }
      }
    }
    throw new BrokenMachine("Machine: an endless local loop");
  }

  int evaluate(Expr expression) {
    return Evaluator.evaluate(expression, s);
  }

  /** A signal that nobody catches: the process dies at once, as by exit. */
  void kill() {
    set(PHASE, 1);
    set(SCRATCH, 1);
    s.setLife(processOf[t], EXITING);
  }

  /** Whether a thread is about to exit, or to die of a signal, and waits for the others. */
  private boolean leaving(int thread) {
    Op op = instructionOf(thread).op();
    boolean dying = (op == Op.LOAD || op == Op.STORE) && s.thread(thread, SCRATCH) != 0;
    return s.thread(thread, PHASE) == 1 && (dying || op == Op.EXIT || op == Op.EXEC);
  }

  // ---- rules

  Decision rules(DecisionPoint point) {
    asked[point.ordinal()] = true;
    return decisions[point.ordinal()];
  }

  /** Notes that a rule fired. */
  int fire(Decision decision, int rule) {
    if (rule < 0) {
      throw new BrokenMachine("no rule for " + decision.point().phrase());
    }
    fired[decision.point().ordinal()][rule] = true;
    if (tracing) {
      log.rule(decision.rule(rule));
    }
    if (decision.action(rule) == Action.OUT_OF_MODEL) {
      Rule r = decision.rule(rule);
      throw new OutOfModel(r.because().isEmpty() ? r.text() : r.because());
    }
    return rule;
  }

  // ---- locks

  /** Whether mmap_lock can be taken for reading. */
  boolean mayRead(int process) {
    return s.writer(process) < 0;
  }

  /** Whether mmap_lock can be taken for writing. */
  boolean mayWrite(int process) {
    return s.writer(process) < 0 && s.readers(process) == 0;
  }

  boolean pteLockFree(int process, int page) {
    int holder = s.pteLockHolder(process, page);
    return holder < 0 || holder == t;
  }

  /** Whether a PTE is empty and nobody who holds its lock is about to put something there. */
  boolean surelyEmpty(int process, int page) {
    return (s.pteBits(process, page) & KIND) == NONE && pteLockFree(process, page);
  }

  boolean pteLocksFree(int process, int page, int count) {
    for (int v = page; v < page + count; v++) {
      if (!pteLockFree(process, v)) {
        return false;
      }
    }
    return true;
  }

  // ---- pages

  /** A new anonymous page with one reference, flagged as the rules say. */
  int newAnonymous() {
    int frame = s.allocateFrame();
    Decision rules = rules(DecisionPoint.FRESH);
    if (rules.size() > 0) {
      int focused = focus.frame;
      focus.frame = frame;
      for (int r = rules.first(focus, 0); r >= 0; r = rules.first(focus, r + 1)) {
        fire(rules, r);
        s.setFrameFlag(frame, EXCLUSIVE, true);
      }
      focus.frame = focused;
    }
    return frame;
  }

  /** A new large folio with one reference, its pages flagged as the rules say. */
  int newAnonymousFolio() {
    int folio = s.allocateFolio();
    Decision rules = rules(DecisionPoint.FRESH);
    int focused = focus.frame;
    focus.frame = folio;
    for (int r = rules.first(focus, 0); r >= 0; r = rules.first(focus, r + 1)) {
      fire(rules, r);
      setExclusive(folio);
    }
    focus.frame = focused;
    return folio;
  }

  /** Sets PG_anon_exclusive of every page of a folio: its PMD maps them all. */
  void setExclusive(int folio) {
    for (int i = 0; i < s.folioPages(folio); i++) {
      s.setFrameFlag(s.folioPage(folio, i), EXCLUSIVE, true);
    }
  }

  /**
   * With the LRU actor on, a new page carries the reference of the LRU batch; pages of hugetlb are
   * on no list.
   */
  void joinLru(int frame) {
    if (lruOn && !s.frameFlag(frame, HUGETLB)) {
      if (lruPages() == LRU_BATCH_PAGES) {
        drainLru();
      }
      s.setFrameFlag(frame, LRU, true);
      s.getFrame(frame, 1);
    }
  }

  private int lruPages() {
    int count = 0;
    for (int f = program.files().size() + 1; f <= s.layout().shape().frames(); f++) {
      count += s.frameFlag(f, LRU) ? 1 : 0;
    }
    return count;
  }

  /** What the file of a page-cache page lives on; null for other pages, and for none. */
  @Nullable FileKind fileKind(int frame) {
    boolean ofFile = frame > 0 && frame <= program.files().size();
    return ofFile ? program.files().get(frame - 1).kind() : null;
  }

  /** Whether the first store to a clean page of a mapping must take a fault: page_mkwrite. */
  boolean writeNotify(int process, int page) {
    return (s.vma(process, page) & VM_SHARED) != 0
        && fileKind(s.vmaFile(process, page) + 1) == FileKind.DISK;
  }

  /** Throws a page away that was allocated and never mapped. */
  void putNew(int frame) {
    s.putFrame(frame, 1);
  }

  /**
   * Whether reclaim may drop a page: MADV_FREE has marked it, and the batch in which it waited for
   * that (lru_lazyfree, here the LRU batch too) has been drained.
   */
  boolean lazilyFreed(int frame) {
    return s.frameMore(frame, LAZYFREE) && !s.frameFlag(frame, LRU);
  }

  /** Whether a page is new and waits to be put on an LRU list: PG_lru is not set. */
  boolean waitsForLru(int frame) {
    return s.frameFlag(frame, LRU) && !s.frameMore(frame, LAZYFREE);
  }

  /** folio_mark_lazyfree: into the batch; with the LRU actor off, it is drained at once. */
  void markLazilyFreed(int frame) {
    if (waitsForLru(frame)) {
      say("the page is on no LRU list yet: it is not marked");
      return;
    }
    if (!s.frameMore(frame, LAZYFREE)) {
      joinLru(frame);
      s.setFrameMore(frame, LAZYFREE, true);
    }
  }

  /** lru_add_drain: false when nothing waits. */
  public boolean drainLru() {
    boolean any = false;
    for (int f = program.files().size() + 1; f <= s.layout().shape().frames(); f++) {
      if (s.frameFlag(f, LRU)) {
        // lru_lazyfree looks again: not in the swap cache; who holds the lock has isolated the page
        if (s.frameMore(f, LAZYFREE) && (s.frameEntry(f) != 0 || s.lockHolder(f) >= 0)) {
          s.setFrameMore(f, LAZYFREE, false);
        }
        s.setFrameFlag(f, LRU, false);
        s.putFrame(f, 1);
        any = true;
      }
    }
    return any;
  }

  /** Maps a new page; its one reference becomes the mapping's. */
  void mapNew(int process, int page, int frame, int bits) {
    s.addMapcount(frame, 1);
    s.setPte(process, page, frame, PRESENT | bits);
    joinLru(frame);
    prepareAnonVma(process, page);
  }

  /** anon_vma_prepare: from now on fork copies what is mapped there. */
  void prepareAnonVma(int process, int page) {
    s.setVmaMore(process, page, s.vmaMore(process, page) | VM_ANON_VMA);
  }

  /** Whether a page belongs to a VMA that has ever had an anonymous page. */
  boolean hasAnonVma(int process, int page) {
    for (Region region : program.regions()) {
      int end = region.firstPage() + region.pages();
      for (int v = region.firstPage(); page >= region.firstPage() && page < end && v < end; v++) {
        if ((s.vmaMore(process, v) & VM_ANON_VMA) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Maps a page of the page cache: one reference more. */
  void mapFile(int process, int page, int frame, int bits) {
    s.getFrame(frame, 1);
    s.addMapcount(frame, 1);
    s.setPte(process, page, frame, PRESENT | bits);
  }

  /** Whether a file lives in tmpfs (also a memfd and shared anonymous memory); not -1. */
  boolean shmem(int file) {
    return file >= 0 && program.files().get(file).kind() == Program.FileKind.SHMEM;
  }

  /** Whether a page belongs to a mapping of memfd_secret. */
  boolean secret(int process, int page) {
    return fileKind(s.vmaFile(process, page) + 1) == FileKind.SECRETMEM;
  }

  /** Whether the page cache has the page behind a mapping. */
  boolean pageCached(int process, int page) {
    int file = s.vmaFile(process, page);
    return file >= 0 && s.cached(file + 1);
  }

  /** The same for write(2), which hugetlbfs does not have. */
  int pageToWrite(int file) {
    if (hugetlbfs(file)) {
      throw new OutOfModel("write to a file of hugetlbfs");
    }
    return pageOfFile(file);
  }

  private void cache(int file) {
    s.addToPageCache(file + 1);
    s.setFrameFlag(file + 1, HUGETLB, hugetlbfs(file));
  }

  /** Whether a file lives in hugetlbfs; not -1. */
  boolean hugetlbfs(int file) {
    return file >= 0 && program.files().get(file).kind() == FileKind.HUGETLBFS;
  }

  /** The page of a file in the page cache; a hole is filled with zeros. */
  int pageOfFile(int file) {
    if (!s.cached(file + 1)) {
      cache(file);
    }
    return file + 1;
  }

  /**
   * Removes a page from the swap cache if it is not being written and no swap PTE needs it but
   * {@code own} ones that the caller is about to replace.
   */
  void dropSwapCache(int frame, int own) {
    int entry = s.frameEntry(frame);
    if (entry != 0 && s.folioEntriesCount(frame) <= own && !s.frameFlag(frame, WRITEBACK)) {
      s.removeFromSwapCache(frame);
      markDirty(frame);
    }
  }

  /** SetPageDirty of an anonymous page: it cannot be dropped any more. */
  void markDirty(int frame) {
    if (lazyFree && s.frameFlag(frame, ANON)) {
      s.setFrameMore(frame, DIRTY_PAGE, true);
    }
  }

  /** Whether only the one mapping at hand (and transient references) uses an anonymous page. */
  boolean nobodyElseUses(int frame) {
    if (frame >= STALE || !s.frameFlag(frame, ANON) || s.mapcount(frame) != 1) {
      return false;
    }
    int entry = s.frameEntry(frame);
    if (entry != 0 && s.entryCount(entry) != 0) {
      return false;
    }
    for (int h = 0; h < s.layout().shape().handles(); h++) {
      if (s.handleFrame(h) == frame) {
        return false;
      }
    }
    return true;
  }

  void takeReference(int frame, boolean pin) {
    if (pin) {
      s.pinFrame(frame);
    } else {
      s.getFrame(frame, 1);
    }
  }

  void dropReference(int frame, boolean pin) {
    if (pin) {
      s.unpinFrame(frame);
    } else {
      s.putFrame(frame, 1);
    }
  }

  void dropHandle(int handle) {
    int frame = s.handleFrame(handle);
    boolean pin = (s.handleBits(handle) & PIN) != 0;
    s.clearHandle(handle);
    if (frame != 0) {
      dropReference(frame, pin);
    }
    observer.released();
  }

  /** A device, or a remote writer, changes a word: not a store of any process. */
  void deviceWrite(int handle, int word, int value) {
    int frame = s.handleFrame(handle);
    if (frame < STALE) {
      s.setWord(frame, word, value, EVERYBODY);
      markDirty(frame);
    }
    dropSnapshot(s.handleOwner(handle), s.handlePage(handle));
  }

  /** The CPU stores through a writable PTE. */
  void store(int process, int page, int word, int value) {
    int frame = s.pteTarget(process, page);
    int seenBy = s.frameFlag(frame, FILE) ? EVERYBODY : 1 << process;
    s.setWord(frame, word, value, seenBy);
    huge.setBits(process, page, s.pteBits(process, page) | D);
    noteInPendingReferences(process, page, frame);
    observer.stored(process, page);
    dropSnapshot(process, page);
  }

  private void noteInPendingReferences(int process, int page, int frame) {
    int relies = PENDING | COVERED | MAPPED;
    for (int h = 0; h < s.layout().shape().handles(); h++) {
      if ((s.handleBits(h) & relies) == relies
          && s.handleOwner(h) == process
          && s.handlePage(h) == page
          && s.handleFrame(h) != frame) {
        s.setHandleBits(h, s.handleBits(h) | OUTDATED);
      }
    }
  }

  void dropSnapshot(int process, int page) {
    s.setGhost(process, page, s.ghost(process, page) & ~GHOST_SNAPSHOT);
  }

  /**
   * Empties a PTE under its lock.
   *
   * @return the page whose reference the caller must drop after the TLB flush, or 0
   */
  int zapPte(int process, int page) {
    int bits = s.pteBits(process, page);
    int target = s.pteTarget(process, page);
    if (HugeSteps.isPmd(bits)) {
      return zapPmd(process, huge.start(page));
    }
    s.setPte(process, page, 0, NONE);
    dropMappingGhosts(process, page);
    if ((bits & KIND) == NONE || (bits & KIND) == MARKER) {
      return 0;
    }
    if (isMigration(bits)) {
      return 0;
    }
    if ((bits & KIND) == SWAP) {
      int frame = s.entryFrame(target);
      s.addEntryCount(target, -1);
      if (frame != 0 && s.lockHolder(frame) < 0 && s.folioMapcount(frame) == 0) {
        dropSwapCache(frame, 0);
      }
      return 0;
    }
    if (target >= STALE) {
      return 0;
    }
    s.addMapcount(target, -1);
    return target;
  }

  private int zapPmd(int process, int start) {
    int folio = s.folio(s.pteTarget(process, start));
    for (int v = start; v < start + huge.pages(); v++) {
      s.setPte(process, v, 0, NONE);
      dropMappingGhosts(process, v);
    }
    if (folio >= STALE) {
      return 0;
    }
    s.addPmdMapcount(folio, -1);
    return folio;
  }

  /**
   * Empties a PTE of a mapping that stays. Of file memory the page tables are only a view: its
   * write protection is kept as a marker (zap_install_uffd_wp_if_needed; for hugetlb,
   * __unmap_hugepage_range does not ask whether anybody watches). A guard stays.
   */
  int zapPteOfMapping(int process, int page) {
    if (s.guarded(process, page)) {
      return 0;
    }
    boolean watched = (s.vmaUffd(process, page) & VM_UFFD_WP) != 0;
    boolean keeps =
        s.uffdWp(process, page)
            && (s.vmaFile(process, page) >= 0 && watched || hugetlb.isHugetlb(process, page));
    int armed = keeps ? s.ghost(process, page) & GHOST_WP_ARMED : 0;
    int frame = zapPte(process, page);
    if (keeps) {
      s.setPte(process, page, MARKER_UFFD_WP, MARKER);
      s.setGhost(process, page, armed);
    }
    return frame;
  }

  /** The mapping of a page is gone: no property relies on it any more. */
  void dropMappingGhosts(int process, int page) {
    s.setGhost(process, page, 0);
    for (int h = 0; h < s.layout().shape().handles(); h++) {
      if (s.handleFrame(h) != 0
          && s.handleOwner(h) == process
          && s.handlePage(h) == page
          && (s.handleBits(h) & MAPPED) != 0) {
        s.setHandleBits(h, s.handleBits(h) & ~(MAPPED | COVERED));
      }
    }
  }

  /** mremap: references follow the page to its new address. */
  void moveReferences(int process, int from, int to) {
    for (int h = 0; h < s.layout().shape().handles(); h++) {
      if (s.handleFrame(h) != 0 && s.handleOwner(h) == process && s.handlePage(h) == from) {
        s.setHandle(h, s.handleFrame(h), s.handleBits(h), process, to);
      }
    }
  }

  void removeVma(int process, int page) {
    s.setVma(process, page, 0);
    s.setVmaUffd(process, page, 0, 0);
    s.setVmaFile(process, page, -1);
    s.setVmaMore(process, page, 0);
  }

  // ---- threads and processes

  /** fork's write_protect_seq moves: the lockless walks of the mm will see that it changed. */
  void noteForkInFastWalks(int process) {
    for (int other = 0; other < programThreads; other++) {
      int phase = s.thread(other, GUP_PHASE);
      boolean walking = phase >= GupSteps.READ_PTE && phase <= GupSteps.FAST_END;
      boolean begun = phase != GupSteps.READ_PTE || s.thread(other, GUP_INDEX) > 0;
      if (walking && begun && instructionOf(other).process() == process) {
        s.setThread(other, GUP_BITS, s.thread(other, GUP_BITS) | GUP_FORK_RAN);
      }
    }
  }

  /** Whether an actor waits for a userfaultfd event with a read (or a load), not with a write. */
  boolean readerWaits() {
    if (get(GUP_PHASE) != 0) {
      return !gup.wantsWrite();
    }
    return (get(FAULT_FLAGS) & Focus.WRITE) == 0;
  }

  void unqueueEvent(int thread) {
    int context = s.thread(thread, EVENT_CONTEXT) - 1;
    boolean calls = UffdEventSteps.isCall(s.thread(thread, EVENT_TYPE));
    if (context >= 0) {
      int process = calls ? processOf[thread] : s.thread(thread, FAULT_MM);
      s.unqueueEvent(context, process, thread);
    }
  }

  private boolean stopped(int thread) {
    return betweenCalls(thread)
        || leaving(thread)
        || s.thread(thread, FAULT_PHASE) == FaultSteps.SLEEP
        || instructionOf(thread).op() == Op.BARRIER;
  }

  boolean othersHaveStopped(int process) {
    for (int other = 0; other < programThreads; other++) {
      boolean same = processOf[other] == process;
      if (same && other != t && running(other) && !stopped(other)) {
        return false;
      }
    }
    return true;
  }

  void endOthers(int process) {
    for (int other = 0; other < programThreads; other++) {
      if (processOf[other] == process && other != t) {
        endThread(other);
      }
    }
  }

  void endProcess(int process) {
    endOthers(process);
    endThread(t);
  }

  private void endThread(int thread) {
    if (s.thread(thread, EVENT) != 0) {
      unqueueEvent(thread);
    }
    dropHeldByGup(thread);
    for (int register = 0; register < ENDED; register++) {
      s.setThread(thread, register, 0);
    }
    s.setThread(thread, EVENT_CONTEXT, 0);
    s.setThread(thread, ENDED, 1);
  }

  private void dropHeldByGup(int thread) {
    if (s.thread(thread, GUP_PHASE) == 0) {
      return;
    }
    Instruction i = instructionOf(thread);
    int first = i.handle() >= 0 ? i.handle() : program.handles() + thread * hiddenHandles;
    for (int h = first; h < first + i.pages(); h++) {
      if ((s.handleBits(h) & PENDING) != 0) {
        dropHandle(h);
      }
    }
  }

  /** References that a file descriptor holds (io_uring, RDMA, VFIO, i915) end with the process. */
  void releaseFileReferences(int process) {
    for (int h = 0; h < program.handles(); h++) {
      if (s.handleFrame(h) != 0 && s.handleOwner(h) == process && heldByDescriptor(h)) {
        dropHandle(h);
      }
    }
  }

  private boolean heldByDescriptor(int handle) {
    for (Instruction[] thread : code) {
      for (Instruction i : thread) {
        boolean fills = i.handle() >= 0 && handle >= i.handle() && handle < i.handle() + i.pages();
        if (i.op() == Op.GUP && fills) {
          return !GupUser.NAMES.subList(0, 10).contains(program.users().get(i.user()));
        }
      }
    }
    return false;
  }

  /** Names of the background actors that are on. */
  public List<String> backgroundActors() {
    List<String> names = new ArrayList<>();
    for (int a = programThreads; a < threads; a++) {
      names.add(threadName(a));
    }
    return names;
  }

  /** The test touches something that the kernel's rules or the model do not describe. */
  public static class OutOfModel extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what. */
    public OutOfModel(String what) {
      super(what, null, false, false);
    }

    /** Why the test says nothing, as a report has it. */
    public String told() {
      return "outside the model: " + getMessage();
    }
  }
}
