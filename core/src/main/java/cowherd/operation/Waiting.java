package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;
import java.util.ArrayList;
import java.util.List;

/** Says what an actor that cannot move waits for, and on whom. */
public final class Waiting {
  /**
   * A wait.
   *
   * @param actor who waits
   * @param what for what, as the end of a sentence that begins with the actor's name
   * @param on the actors that could end it; empty when nobody can
   */
  public record Wait(int actor, String what, List<Integer> on) {
    public Wait {
      on = List.copyOf(on);
    }
  }

  private final Machine m;
  private final State s;

  /** For the state that the machine is in. */
  public Waiting(Machine machine) {
    this.m = machine;
    this.s = machine.state();
  }

  /** Every thread of the program that runs and cannot move; the state is as before. */
  public List<Wait> all() {
    byte[] saved = s.bytes().clone();
    List<Wait> waits = new ArrayList<>();
    for (int actor = 0; actor < m.program().threads().size(); actor++) {
      boolean moves = !m.running(actor) || m.step(actor, 0);
      s.load(saved, 0);
      if (!moves) {
        waits.add(wait(actor));
      }
    }
    return waits;
  }

  private Wait wait(int actor) {
    Instruction i = m.instructionOf(actor);
    int faultPhase = s.thread(actor, FAULT_PHASE);
    if (faultPhase == FaultSteps.SLEEP) {
      return event(actor);
    }
    if (faultPhase == FaultSteps.SWAP_LOCK || faultPhase == FaultSteps.PAGE_LOCK) {
      int holder = s.lockHolder(s.thread(actor, FAULT_OLD));
      return new Wait(actor, "waits for a page lock", holder < 0 ? List.of() : List.of(holder));
    }
    if (s.thread(actor, EVENT) != 0) {
      List<Integer> readers = thatWill(Op.UFFD_READ, null);
      return new Wait(actor, "waits for its " + callName(i) + " event to be read", readers);
    }
    return switch (i.op()) {
      case UFFD_READ -> new Wait(actor, "waits for a userfaultfd event to read", List.of());
      case PIPE_READ -> new Wait(actor, "waits for data in the pipe", thatWill(Op.VMSPLICE, i));
      case WAIT_PROCESS ->
          new Wait(
              actor,
              "waits for " + m.program().processes().get(i.object()).name() + " to exit",
              threadsOf(i.object(), actor));
      case AWAIT ->
          new Wait(
              actor,
              "waits for the signal " + m.program().signals().get(i.object()),
              thatWill(Op.SIGNAL, i));
      case JOIN -> new Wait(actor, "waits for a thread to end", List.of(i.object()));
      case BARRIER -> new Wait(actor, "waits at a barrier", thatWill(Op.BARRIER, i));
      default -> lock(actor, i);
    };
  }

  private static String callName(Instruction i) {
    return switch (i.op()) {
      case FORK -> "fork";
      case MREMAP -> "mremap";
      case MUNMAP -> "munmap";
      default -> "remove";
    };
  }

  private Wait event(int actor) {
    int process = s.thread(actor, FAULT_MM);
    int page = s.thread(actor, FAULT_PAGE);
    String kind =
        switch (s.thread(actor, EVENT_TYPE)) {
          case FaultSteps.MISSING -> "MISSING";
          case FaultSteps.MINOR -> "MINOR";
          default -> "write-protect";
        };
    String read = s.thread(actor, EVENT) == FaultSteps.EVENT_READ ? "" : " (nobody has read it)";
    List<Integer> answers = new ArrayList<>();
    for (int other = 0; other < m.program().threads().size(); other++) {
      if (m.running(other) && answers(other, process)) {
        answers.add(other);
      }
    }
    return new Wait(
        actor,
        "sleeps in handle_userfault for an answer to its "
            + kind
            + " event on "
            + pageName(page)
            + read,
        answers);
  }

  private boolean answers(int thread, int process) {
    for (Instruction i : remaining(thread)) {
      boolean wakes =
          switch (i.op()) {
            case UFFD_WRITEPROTECT,
                UFFD_COPY,
                UFFD_ZEROPAGE,
                UFFD_CONTINUE,
                UFFD_POISON,
                UFFD_MOVE,
                UFFD_WAKE,
                UFFD_UNREGISTER,
                UFFD_CLOSE ->
                i.process() == process;
            case EXIT, EXEC -> m.program().threads().get(thread).process() == process;
            default -> false;
          };
      if (wakes) {
        return true;
      }
      if (i.op() == Op.MADVISE && i.process() == process) {
        return true;
      }
    }
    return false;
  }

  private Wait lock(int actor, Instruction i) {
    int process = s.thread(actor, FAULT_PHASE) != 0 ? s.thread(actor, FAULT_MM) : i.process();
    List<Integer> holders = new ArrayList<>();
    for (int other = 0; process >= 0 && other < m.actors(); other++) {
      boolean inside =
          s.writer(process) == other
              || other < m.program().threads().size()
                  && other != actor
                  && !m.betweenCalls(other)
                  && m.instructionOf(other).process() == process
                  && s.thread(other, FAULT_PHASE) != FaultSteps.SLEEP;
      if (inside) {
        holders.add(other);
      }
    }
    return new Wait(actor, "waits for mmap_lock or a page-table lock", holders);
  }

  private List<Instruction> remaining(int thread) {
    List<Instruction> code = m.program().threads().get(thread).code();
    boolean loops =
        code.stream().anyMatch(i -> i.op() == Op.JUMP && i.flags() <= s.thread(thread, PC));
    return loops ? code : code.subList(s.thread(thread, PC), code.size());
  }

  private List<Integer> thatWill(Op op, @org.jspecify.annotations.Nullable Instruction same) {
    List<Integer> result = new ArrayList<>();
    for (int other = 0; other < m.program().threads().size(); other++) {
      boolean will =
          m.running(other)
              && remaining(other).stream()
                  .anyMatch(i -> i.op() == op && (same == null || i.object() == same.object()));
      if (will) {
        result.add(other);
      }
    }
    return result;
  }

  private List<Integer> threadsOf(int process, int but) {
    List<Integer> result = new ArrayList<>();
    for (int other = 0; other < m.program().threads().size(); other++) {
      if (other != but && m.program().threads().get(other).process() == process) {
        result.add(other);
      }
    }
    return result;
  }

  /** How a virtual page is called. */
  public String pageName(int page) {
    return m.program().pageName(page);
  }
}
