package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * UFFDIO_MOVE of one anonymous page, mmap_lock held for reading.
 *
 * <pre>
 *   CLEAR   page lock, both page-table locks: look at source and destination, ask the rules, empty
 *           the source
 *   PUT     flushed: ask the rules again (the lockless walk may have pinned the page); put it back,
 *           or map it at the destination, writable and dirty
 *   WAKE    wake who waits for the destination, unlock
 * </pre>
 *
 * A page that is being migrated, or locked by somebody else, is waited for. The reference and the
 * mapcount of the source become those of the destination.
 */
final class UffdMoveSteps {
  private static final int PUT = 2;
  private static final int WAKE = 3;

  private final Machine m;

  UffdMoveSteps(Machine machine) {
    this.m = machine;
  }

  private int process() {
    return m.instruction.process();
  }

  /** The compiler keeps the userfaultfd in the word, since the object is the source. */
  private int context() {
    return m.instruction.word();
  }

  private int source() {
    return m.instruction.object();
  }

  private int destination() {
    return m.firstPage();
  }

  private boolean mode(int flag) {
    return m.instruction.flags() > 0 && (m.instruction.flags() & flag) != 0;
  }

  boolean step() {
    return switch (m.get(PHASE)) {
      case PUT -> put();
      case WAKE -> wake();
      default -> m.mayRead(process()) && clear();
    };
  }

  private boolean clear() {
    State s = m.s;
    if (!m.pteLockFree(process(), source()) || !m.pteLockFree(process(), destination())) {
      return false;
    }
    int error = error();
    if (error != 0) {
      m.complete(error);
      return true;
    }
    int bits = s.pteBits(process(), source());
    if (isMigration(bits)) {
      return false;
    }
    s.addReader(process(), 1);
    if ((bits & KIND) == NONE) {
      m.say("skips a hole");
      m.set(PHASE, WAKE);
      return true;
    }
    Focus f = m.focus;
    f.at(process(), source());
    if (s.frameFlag(f.frame, ANON) && s.lockHolder(f.frame) >= 0) {
      return false;
    }
    if (refused()) {
      return finish(Value.EBUSY);
    }
    if ((bits & KIND) == SWAP || f.frame == ZERO_FRAME) {
      map(s.pteTarget(process(), source()), bits);
      return true;
    }
    m.set(SCRATCH, bits);
    m.set(UNMAPPING, f.frame);
    s.setLockHolder(f.frame, m.t);
    s.setPte(process(), source(), 0, NONE);
    s.setPteLockHolder(process(), source(), m.t);
    s.setPteLockHolder(process(), destination(), m.t);
    m.dropSnapshot(process(), destination());
    m.costFlushes++;
    m.set(PHASE, PUT);
    m.say("empties the source and flushes");
    return true;
  }

  /** vma_move_compatible: anonymous memory, no hugetlb. */
  private boolean movable(int page) {
    return m.s.vmaFile(process(), page) < 0 && !m.hugetlb.isHugetlb(process(), page);
  }

  private int error() {
    State s = m.s;
    if (!m.uffd.knows(Op.UFFD_MOVE)) {
      return Value.EINVAL;
    }
    if (m.uffd.mmapChanging(context())) {
      return Value.EAGAIN;
    }
    int from = s.vma(process(), source());
    int to = s.vma(process(), destination());
    if (((from & to) & VMA) == 0) {
      return Value.ENOENT;
    }
    int alike = VM_READ | VM_WRITE | VM_LOCKED;
    boolean anonymous = movable(source()) && movable(destination());
    boolean registered =
        s.contextState(context(), process()) == 1
            && s.vmaUffd(process(), destination()) != 0
            && s.vmaContext(process(), destination()) == context();
    if (!registered || !anonymous || (from & alike) != (to & alike) || (from & VM_WRITE) == 0) {
      return Value.EINVAL;
    }
    return entryError();
  }

  private int entryError() {
    int from = m.s.pteBits(process(), source());
    if (HugeSteps.isPmd(from) || m.instruction.pages() > 1) {
      throw new Machine.OutOfModel("UFFDIO_MOVE of more than a page");
    }
    if ((m.s.pteBits(process(), destination()) & KIND) != NONE) {
      return Value.EEXIST;
    }
    return switch (from & KIND) {
      case NONE -> mode(CallFlags.UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES) ? 0 : Value.ENOENT;
      case MARKER -> Value.EFAULT;
      default -> 0;
    };
  }

  /** Asks the rules about the page in focus. */
  private boolean refused() {
    Decision rules = m.rules(DecisionPoint.UFFD_MOVE);
    return rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.EBUSY;
  }

  private boolean put() {
    State s = m.s;
    int frame = m.get(UNMAPPING);
    int bits = m.get(SCRATCH);
    m.set(UNMAPPING, 0);
    m.set(SCRATCH, 0);
    s.setLockHolder(frame, -1);
    s.setPteLockHolder(process(), source(), -1);
    s.setPteLockHolder(process(), destination(), -1);
    s.setPte(process(), source(), frame, bits);
    m.focus.at(process(), source());
    if (refused()) {
      m.say("the page got pinned: puts it back");
      return finish(Value.EBUSY);
    }
    map(frame, PRESENT | W | D | bits & SOFT_DIRTY);
    return true;
  }

  private void map(int target, int bits) {
    State s = m.s;
    s.setPte(process(), destination(), target, bits);
    s.setPte(process(), source(), 0, NONE);
    m.dropSnapshot(process(), destination());
    m.moveReferences(process(), source(), destination());
    m.dropMappingGhosts(process(), source());
    m.set(PHASE, WAKE);
    m.say("maps the page at the destination");
  }

  private boolean wake() {
    if (!mode(CallFlags.UFFDIO_MOVE_MODE_DONTWAKE)) {
      m.uffd.wake(context(), destination());
    }
    return finish(0);
  }

  private boolean finish(int result) {
    m.s.addReader(process(), -1);
    m.complete(result);
    return true;
  }
}
