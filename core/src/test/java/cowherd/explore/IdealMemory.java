package cowherd.explore;

import cowherd.machine.State;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.Value;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What private anonymous memory means, without pages: every process has bytes and permissions of
 * its own. A load and a store are one event; so are munmap, mprotect and madvise of flags; fork and
 * MADV_DONTNEED take an event per page; swapping and populating do nothing. All interleavings of
 * these events are played. No kernel, no page table, no fault: written from the manual pages, to
 * hold the machine against.
 *
 * <p>A dying process lets its other threads finish the calls they are in. Nothing that takes a
 * reference, and no userfaultfd.
 */
final class IdealMemory {
  private static final int STATES_MAX = 200_000;

  private final Program program;
  private final int processes;
  private final int pages;
  private final int words;
  private final int threads;

  // one state: life, then permissions, words, registers, and per thread pc, phase, ended
  private final int permissionsAt;
  private final int wordsAt;
  private final int registersAt;
  private final int threadsAt;
  private byte[] b;

  private static final int LOCKED = State.VM_LOCKED;
  private static final int PC = 0;
  private static final int PHASE = 1;
  private static final int ENDED = 2;
  private static final int THREAD_BYTES = 3;
  private static final int DYING = 100;

  private IdealMemory(Program program) {
    this.program = program;
    processes = program.processes().size();
    pages = program.pages();
    words = program.words();
    threads = program.threads().size();
    permissionsAt = processes;
    wordsAt = permissionsAt + processes * pages;
    registersAt = wordsAt + processes * pages * words;
    threadsAt = registersAt + program.registers().size();
    b = new byte[threadsAt + threads * THREAD_BYTES];
  }

  /** The outcomes of all interleavings, as {@link Outcomes#asLoaded} writes them. */
  static Set<String> outcomes(Program program) {
    return new IdealMemory(program).play();
  }

  private Set<String> play() {
    start();
    Set<String> outcomes = new TreeSet<>();
    Set<String> seen = new HashSet<>();
    ArrayDeque<byte[]> work = new ArrayDeque<>();
    seen.add(Arrays.toString(b));
    work.add(b);
    while (!work.isEmpty()) {
      byte[] from = work.remove();
      b = from;
      if (complete()) {
        outcomes.add(describe());
      }
      for (int t = 0; t < threads; t++) {
        b = from.clone();
        if (step(t) && seen.add(Arrays.toString(b))) {
          work.add(b);
        }
      }
      if (seen.size() > STATES_MAX) {
        throw new IllegalStateException("IdealMemory.play: too many states");
      }
    }
    return outcomes;
  }

  private void start() {
    for (int r = 0; r < program.registers().size(); r++) {
      b[registersAt + r] = (byte) Value.UNSET;
    }
    for (int p = 0; p < processes; p++) {
      if (program.processes().get(p).parent() < 0) {
        b[p] = State.ALIVE;
        for (Region region : program.regions()) {
          if (region.kind() == RegionKind.SHARED_ANON || region.kind() == RegionKind.RESERVED) {
            throw new UnsupportedOperationException("IdealMemory.start: " + region.kind());
          }
          for (int v = region.firstPage(); v < region.firstPage() + region.pages(); v++) {
            permit(p, v, State.VMA | State.VM_READ | State.VM_WRITE);
            for (int w = 0; w < words; w++) {
              put(p, v, w, region.populated() ? region.initial().get(w) : 0);
            }
          }
        }
      }
    }
  }

  // ---- the state

  private int permissions(int p, int v) {
    return b[permissionsAt + p * pages + v];
  }

  private void permit(int p, int v, int bits) {
    b[permissionsAt + p * pages + v] = (byte) bits;
  }

  private int word(int p, int v, int w) {
    return b[wordsAt + (p * pages + v) * words + w] & 0xff;
  }

  private void put(int p, int v, int w, int value) {
    b[wordsAt + (p * pages + v) * words + w] = (byte) value;
  }

  private int get(int t, int field) {
    return b[threadsAt + t * THREAD_BYTES + field] & 0xff;
  }

  private void set(int t, int field, int value) {
    b[threadsAt + t * THREAD_BYTES + field] = (byte) value;
  }

  private Instruction instruction(int t) {
    return program.threads().get(t).code().get(get(t, PC));
  }

  private int process(int t) {
    return program.threads().get(t).process();
  }

  private boolean running(int t) {
    int p = process(t);
    boolean born = p < 0 || b[p] != State.UNBORN;
    int spawner = program.threads().get(t).spawner();
    boolean begun =
        spawner < 0
            || get(spawner, ENDED) != 0
            || get(spawner, PC) >= program.threads().get(t).spawnAt();
    return born && begun && get(t, ENDED) == 0 && instruction(t).op() != Op.END;
  }

  private boolean complete() {
    for (int t = 0; t < threads; t++) {
      if (running(t)) {
        return false;
      }
    }
    return true;
  }

  // ---- events

  private boolean step(int t) {
    if (!running(t)) {
      return false;
    }
    int p = process(t);
    Instruction i = instruction(t);
    if (get(t, PHASE) == DYING) {
      return die(t, p, i.op() == Op.EXEC);
    }
    if (get(t, PHASE) == 0 && p >= 0 && b[p] != State.ALIVE) {
      return false;
    }
    return switch (i.op()) {
      case LOAD, STORE -> access(t, i);
      case FORK -> fork(t, i);
      case EXIT, EXEC -> {
        b[p] = State.EXITING;
        set(t, PHASE, DYING);
        yield true;
      }
      case WAIT_PROCESS -> b[i.object()] == State.DEAD && done(t);
      case MUNMAP -> munmap(t, i);
      case MPROTECT -> mprotect(t, i);
      case MADVISE -> madvise(t, i);
      case MLOCK -> flag(t, i, LOCKED, 0);
      case MUNLOCK -> flag(t, i, 0, LOCKED);
      case SWAP_OUT, SWAP_IN, LRU_DRAIN, KSM_MERGE, MIGRATE -> done(t);
      default -> throw new UnsupportedOperationException("IdealMemory.step: " + i.op());
    };
  }

  private boolean done(int t) {
    set(t, PHASE, 0);
    set(t, PC, get(t, PC) + 1);
    return true;
  }

  private boolean give(int t, Instruction i, int result) {
    if (i.result() >= 0) {
      b[registersAt + i.result()] = (byte) result;
    }
    return done(t);
  }

  private boolean access(int t, Instruction i) {
    int p = i.process();
    int need = i.op() == Op.STORE ? State.VM_WRITE : State.VM_READ;
    if ((permissions(p, i.page()) & need) == 0) {
      if (forking(p)) {
        return false;
      }
      if (i.captured()) {
        return give(t, i, Value.SIGSEGV);
      }
      b[p] = State.EXITING;
      set(t, PHASE, DYING);
      return true;
    }
    if (i.op() == Op.LOAD) {
      return give(t, i, word(p, i.page(), Math.max(0, i.word())));
    }
    int value = ((Expr.Constant) i.value()).value();
    for (int w = 0; w < words; w++) {
      if (i.word() < 0 || i.word() == w) {
        put(p, i.page(), w, value);
      }
    }
    return give(t, i, 0);
  }

  /** Whether a fork of the process has begun: whatever changes its mappings waits. */
  private boolean forking(int p) {
    for (int t = 0; t < threads; t++) {
      if (process(t) == p && get(t, PHASE) > 0 && instruction(t).op() == Op.FORK) {
        return true;
      }
    }
    return false;
  }

  private boolean fork(int t, Instruction i) {
    int parent = process(t);
    int child = i.object();
    int v = get(t, PHASE) - 1;
    if (v < 0) {
      if (discarding(parent)) {
        return false;
      }
      for (int page = 0; page < pages; page++) {
        int bits = permissions(parent, page);
        boolean copied = (bits & State.VMA) != 0 && (bits & State.VM_DONTCOPY) == 0;
        permit(child, page, copied ? bits & ~LOCKED : 0);
      }
    } else {
      boolean wiped = (permissions(child, v) & State.VM_WIPEONFORK) != 0;
      boolean there = (permissions(child, v) & State.VMA) != 0;
      for (int w = 0; w < words; w++) {
        put(child, v, w, there && !wiped ? word(parent, v, w) : 0);
      }
    }
    if (v + 1 < pages) {
      set(t, PHASE, v + 2);
      return true;
    }
    b[child] = State.ALIVE;
    return done(t);
  }

  /** Whether a MADV_DONTNEED is under way, which holds mmap_lock for reading. */
  private boolean discarding(int p) {
    for (int t = 0; t < threads; t++) {
      if (process(t) == p && get(t, PHASE) > 0 && instruction(t).op() == Op.MADVISE) {
        return true;
      }
    }
    return false;
  }

  private boolean munmap(int t, Instruction i) {
    if (forking(i.process()) || discarding(i.process())) {
      return false;
    }
    for (int v = i.page(); v < i.page() + i.pages(); v++) {
      permit(i.process(), v, 0);
      forget(i.process(), v);
    }
    return give(t, i, 0);
  }

  private void forget(int p, int v) {
    for (int w = 0; w < words; w++) {
      put(p, v, w, 0);
    }
  }

  private boolean mprotect(int t, Instruction i) {
    if (forking(i.process()) || discarding(i.process())) {
      return false;
    }
    int prot =
        ((i.flags() & CallFlags.PROT_READ) != 0 ? State.VM_READ : 0)
            | ((i.flags() & CallFlags.PROT_WRITE) != 0 ? State.VM_WRITE : 0);
    for (int v = i.page(); v < i.page() + i.pages(); v++) {
      int bits = permissions(i.process(), v);
      if ((bits & State.VMA) == 0) {
        return give(t, i, Value.ENOMEM);
      }
      permit(i.process(), v, (bits & ~(State.VM_READ | State.VM_WRITE)) | prot);
    }
    return give(t, i, 0);
  }

  private boolean madvise(int t, Instruction i) {
    return switch (i.flags()) {
      case CallFlags.MADV_DONTNEED -> dontneed(t, i);
      case CallFlags.MADV_DONTFORK -> flag(t, i, State.VM_DONTCOPY, 0);
      case CallFlags.MADV_DOFORK -> flag(t, i, 0, State.VM_DONTCOPY);
      case CallFlags.MADV_WIPEONFORK -> flag(t, i, State.VM_WIPEONFORK, 0);
      case CallFlags.MADV_KEEPONFORK -> flag(t, i, 0, State.VM_WIPEONFORK);
      default -> done(t);
    };
  }

  private boolean flag(int t, Instruction i, int set, int clear) {
    if (forking(i.process()) || discarding(i.process())) {
      return false;
    }
    for (int v = i.page(); v < i.page() + i.pages(); v++) {
      int bits = permissions(i.process(), v);
      if ((bits & State.VMA) != 0) {
        permit(i.process(), v, (bits & ~clear) | set);
      }
    }
    return done(t);
  }

  private boolean dontneed(int t, Instruction i) {
    int at = get(t, PHASE);
    if (at == 0) {
      if (forking(i.process())) {
        return false;
      }
      int bits = permissions(i.process(), i.page());
      if ((bits & State.VMA) == 0 || (bits & LOCKED) != 0) {
        return done(t);
      }
    }
    forget(i.process(), i.page() + at);
    if (at + 1 < i.pages()) {
      set(t, PHASE, at + 1);
      return true;
    }
    return done(t);
  }

  /** The end of a process, or of its address space, when its other threads have stopped. */
  private boolean die(int t, int p, boolean exec) {
    for (int other = 0; other < threads; other++) {
      boolean busy = get(other, PHASE) != 0 && get(other, PHASE) != DYING;
      if (other != t && process(other) == p && running(other) && busy) {
        return false;
      }
    }
    for (int v = 0; v < pages; v++) {
      permit(p, v, 0);
      forget(p, v);
    }
    for (int other = 0; other < threads; other++) {
      if (process(other) == p && !(exec && other == t)) {
        set(other, PHASE, 0);
        set(other, PC, 0);
        set(other, ENDED, 1);
      }
    }
    b[p] = exec ? (byte) State.ALIVE : (byte) State.DEAD;
    return !exec || done(t);
  }

  // ---- outcomes

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < program.registers().size(); r++) {
      text.append(program.registers().get(r).name()).append('=');
      text.append(Value.name(b[registersAt + r] & 0xff)).append(' ');
    }
    for (int p = 0; p < processes; p++) {
      text.append(program.processes().get(p).name()).append(":life").append(b[p]);
      for (int v = 0; v < pages; v++) {
        text.append(' ').append(program.pageName(v)).append('=').append(content(p, v));
      }
      text.append(' ');
    }
    return text.toString();
  }

  private String content(int p, int v) {
    if ((permissions(p, v) & State.VMA) == 0) {
      return "gone";
    }
    StringBuilder text = new StringBuilder();
    for (int w = 0; w < words; w++) {
      text.append(w == 0 ? "" : ",").append(word(p, v, w));
    }
    return text.toString();
  }
}
