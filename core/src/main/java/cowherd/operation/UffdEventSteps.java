package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;

/**
 * Events of system calls (semantics 3.9): munmap, mremap and the advice that drops pages tell a
 * userfaultfd that asked for it, and wait without mmap_lock until the event is read. The context of
 * the caller's process counts as changing from the moment the call is announced until it goes on.
 */
final class UffdEventSteps {
  private final Machine m;

  UffdEventSteps(Machine machine) {
    this.m = machine;
  }

  /** Whether an event comes from a system call, and not from a fault. */
  static boolean isCall(int eventType) {
    return switch (eventType) {
      case FaultSteps.FORKED, FaultSteps.REMAPPED, FaultSteps.REMOVED, FaultSteps.UNMAPPED -> true;
      default -> false;
    };
  }

  private static int feature(int eventType) {
    return switch (eventType) {
      case FaultSteps.REMAPPED -> CallFlags.UFFD_FEATURE_EVENT_REMAP;
      case FaultSteps.REMOVED -> CallFlags.UFFD_FEATURE_EVENT_REMOVE;
      default -> CallFlags.UFFD_FEATURE_EVENT_UNMAP;
    };
  }

  static int value(int eventType) {
    return switch (eventType) {
      case FaultSteps.FORKED -> Value.UFFD_EVENT_FORK;
      case FaultSteps.REMAPPED -> Value.UFFD_EVENT_REMAP;
      case FaultSteps.REMOVED -> Value.UFFD_EVENT_REMOVE;
      case FaultSteps.UNMAPPED -> Value.UFFD_EVENT_UNMAP;
      default -> Value.UFFD_EVENT_PAGEFAULT;
    };
  }

  /** Whether the userfaultfd of a mapping wants such an event. */
  boolean wanted(int eventType, int page) {
    State s = m.s;
    int process = m.ownProcess();
    if (s.vmaUffd(process, page) == 0) {
      return false;
    }
    int context = s.vmaContext(process, page);
    return s.contextState(context, process) == 1
        && (s.contextFeatures(context, process) & feature(eventType)) != 0;
  }

  /** The call is going to change a mapping; whether its userfaultfd wants to hear of it. */
  boolean announce(int eventType, int page) {
    boolean wanted = wanted(eventType, page);
    if (wanted) {
      announce(eventType, page, m.s.vmaContext(m.ownProcess(), page));
    }
    return wanted;
  }

  /** The same, when the mapping is gone already. */
  void announce(int eventType, int page, int context) {
    m.set(EVENT_TYPE, eventType);
    m.set(EVENT_CONTEXT, context + 1);
    m.set(FAULT_PAGE, page);
  }

  /** Queues what was announced; whether the call has to wait. */
  boolean deliver() {
    int context = m.get(EVENT_CONTEXT) - 1;
    if (context < 0 || m.s.contextState(context, m.ownProcess()) != 1) {
      forget();
      return false;
    }
    m.s.queueEvent(context, m.ownProcess(), m.t);
    m.set(EVENT, FaultSteps.EVENT_UNREAD);
    m.say("queues a userfaultfd event");
    return true;
  }

  /**
   * Whether the wait is over: the event was read, or its userfaultfd closed, or the caller dies.
   */
  boolean waited() {
    boolean unread = m.get(EVENT) == FaultSteps.EVENT_UNREAD;
    if (unread && m.s.life(m.ownProcess()) == ALIVE) {
      return false;
    }
    if (unread) {
      m.unqueueEvent(m.t);
    }
    forget();
    return true;
  }

  /** The call has gone on, or failed. */
  void forget() {
    m.set(EVENT, 0);
    m.set(EVENT_TYPE, 0);
    m.set(EVENT_CONTEXT, 0);
    m.set(FAULT_PAGE, 0);
  }
}
