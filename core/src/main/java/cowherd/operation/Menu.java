package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;
import java.util.ArrayList;
import java.util.List;

/**
 * What free threads may do. The code of a free thread begins with {@link Op#CHOOSE}; behind it
 * stand the calls of its menu, each followed by a jump back to the beginning. Between two calls the
 * thread takes any item whose call could do something now; the calls that are left out only return
 * an error, or name a reference or a process in a way that no program can (see {@link #offers}).
 */
final class Menu {
  /** The program counter of a free thread between two calls. */
  static final int CHOOSING = 0;

  private static final int[] ONE = {0};

  private final Machine m;
  private final int[][] items;
  private final boolean anyFree;

  Menu(Machine machine, Instruction[][] code) {
    this.m = machine;
    items = new int[code.length][];
    boolean free = false;
    for (int t = 0; t < code.length; t++) {
      boolean chooses = code[t][CHOOSING].op() == Op.CHOOSE;
      items[t] = chooses ? itemsOf(code[t]) : ONE;
      free |= chooses;
    }
    anyFree = free;
  }

  /** Where the items begin: behind the CHOOSE, and behind each jump back to it. */
  private static int[] itemsOf(Instruction[] code) {
    List<Integer> begins = new ArrayList<>();
    boolean begin = true;
    for (int pc = CHOOSING + 1; pc < code.length; pc++) {
      if (begin) {
        begins.add(pc);
      }
      begin = code[pc].op() == Op.JUMP && code[pc].flags() == CHOOSING;
    }
    return begins.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Whether any thread is free. */
  boolean isOfFreeThreads() {
    return anyFree;
  }

  /** Items of a thread; 1 when it is not free: its next call. */
  int size(int thread) {
    return items[thread].length;
  }

  /** The thread at hand goes to an item; false when it is not to be had now. */
  boolean take(int item) {
    boolean offered = offers(item);
    if (offered) {
      m.set(PC, items[m.t][item]);
    }
    return offered;
  }

  /** Whether the thread at hand can have an item now. */
  boolean offers(int item) {
    return offers(m.codeOf(m.t, items[m.t][item]));
  }

  private boolean offers(Instruction i) {
    return switch (i.op()) {
      case FORK -> canBeBorn(i.object());
      case GUP, VMSPLICE -> isMapped(i) && isNextFree(i.handle(), i.pages());
      case PUT, REFERENCE_READ, FIXED_WRITE -> isHeld(i.handle());
      case REFERENCE_WRITE, FIXED_READ ->
          isHeld(i.handle()) && (m.s.handleBits(i.handle()) & WRITE) != 0;
      case MMAP -> !isMapped(i);
      case UFFD_CREATE -> m.s.contextState(i.object(), m.ownProcess()) == 0;
      case UFFD_REGISTER, UFFD_WRITEPROTECT, UFFD_COPY, UFFD_ZEROPAGE, UFFD_UNREGISTER, UFFD_WAKE ->
          isMapped(i) && m.s.contextState(i.object(), m.ownProcess()) == 1;
      case UFFD_READ, UFFD_CLOSE -> m.s.contextState(i.object(), m.ownProcess()) == 1;
      default -> i.page() < 0 || isMapped(i);
    };
  }

  private boolean isMapped(Instruction i) {
    State s = m.s;
    for (int v = i.page(); v < i.page() + i.pages(); v++) {
      if ((s.vma(i.process(), v) & VMA) == 0) {
        return false;
      }
    }
    return true;
  }

  // ---- references

  /** Whether a reference slot is free, and no slot before it is: which slot is only a name. */
  private boolean isNextFree(int handle, int pages) {
    for (int h = 0; h < handle; h += pages) {
      if (isFree(h)) {
        return false;
      }
    }
    return isFree(handle);
  }

  private boolean isFree(int handle) {
    return m.s.handleFrame(handle) == 0 && !isBeingTaken(handle);
  }

  private boolean isBeingTaken(int handle) {
    for (int t = 0; t < items.length; t++) {
      Instruction i = m.instructionOf(t);
      if (t != m.t && i.handle() == handle && (i.op() == Op.GUP || i.op() == Op.VMSPLICE)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the reference is there, taken by this process, and no other thread uses it now. */
  private boolean isHeld(int handle) {
    State s = m.s;
    if ((s.handleBits(handle) & LIVE) == 0 || s.handleOwner(handle) != m.ownProcess()) {
      return false;
    }
    for (int t = 0; t < items.length; t++) {
      if (t != m.t && m.instructionOf(t).handle() == handle) {
        return false;
      }
    }
    return true;
  }

  // ---- processes

  /**
   * Whether a fork can make this process: it is not there, and none before it is missing either, as
   * which of them is made is only a name.
   */
  private boolean canBeBorn(int process) {
    for (int p = 0; p < process; p++) {
      if (isMissing(p)) {
        return false;
      }
    }
    return isMissing(process);
  }

  private boolean isMissing(int process) {
    return m.s.life(process) == UNBORN && m.s.writer(process) < 0;
  }

  /**
   * Dead processes of which nothing is left are as if they had never been, and their names can be
   * given again: so no program has too many processes, as long as few live at a time.
   */
  void forgetTheDead() {
    for (int p = 0; p < m.processes; p++) {
      if (m.s.life(p) == DEAD && nothingIsLeft(p)) {
        forget(p);
      }
    }
  }

  private boolean nothingIsLeft(int process) {
    State s = m.s;
    for (int h = 0; h < s.layout().shape().handles(); h++) {
      if (s.handleFrame(h) != 0 && s.handleOwner(h) == process) {
        return false;
      }
    }
    return s.readers(process) == 0 && s.writer(process) < 0;
  }

  private void forget(int process) {
    State s = m.s;
    s.forgetProcess(process);
    for (int t = 0; t < items.length; t++) {
      if (m.processOf(t) == process) {
        s.setThread(t, ENDED, 0);
      }
    }
    for (int u = 0; u < m.program.userfaultfds().size(); u++) {
      s.setContextState(u, process, 0);
      s.setContextFeatures(u, process, 0);
    }
  }
}
