package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.GupFlags;
import cowherd.machine.State;

/**
 * What the users of get_user_pages do: take references, move bytes (a word a step), drop the
 * references. The reference itself, and whether it is a get or a pin, comes from the kernel's table
 * of users.
 */
final class TransferSteps {
  private static final int MOVING = 2;
  private static final int DROPPING = 3;

  private final Machine m;

  TransferSteps(Machine machine) {
    this.m = machine;
  }

  /** A call that begins by taking references. */
  boolean referenceUser() {
    return switch (m.get(PHASE)) {
      case MOVING -> move();
      case DROPPING -> drop();
      default -> {
        m.gup.begin();
        yield m.gup.step();
      }
    };
  }

  /** get_user_pages has ended, with all references or with an error. */
  void afterGup(int error) {
    Instruction i = m.instruction;
    if (error != 0) {
      // a lockless walk that takes nothing says how many pages it has: none
      boolean remote = i.op() == Op.REMOTE_READ || i.op() == Op.REMOTE_WRITE;
      if (remote && (i.flags() & CallFlags.REFUSED_IS_EIO) != 0 && error == Value.EFAULT) {
        m.complete(Value.EIO);
        return;
      }
      boolean walked = i.op() == Op.GUP && (i.flags() & GupFlags.FOLL_FAST_ONLY) != 0;
      m.complete(walked && error == Value.EFAULT ? 0 : error);
      return;
    }
    switch (i.op()) {
      case GUP -> m.complete(taken());
      case VMSPLICE -> {
        for (int page = 0; page < i.pages(); page++) {
          m.s.pushPipe(i.object(), m.firstHandle() + page);
        }
        m.complete(i.pages());
      }
      case TOUCH_BY_GUP -> m.set(PHASE, DROPPING);
      default -> m.set(PHASE, MOVING);
    }
  }

  private int taken() {
    int count = 0;
    for (int page = 0; page < m.instruction.pages(); page++) {
      count += m.s.handleFrame(m.firstHandle() + page) != 0 ? 1 : 0;
    }
    return count;
  }

  private boolean move() {
    Instruction i = m.instruction;
    int index = m.get(INDEX);
    int handle = m.firstHandle() + index / m.words;
    int frame = m.s.handleFrame(handle);
    int word = i.word() >= 0 ? i.word() : index % m.words;
    switch (i.op()) {
      case DIRECT_WRITE ->
          m.s.setWord(m.pageToWrite(i.object()), word, m.s.word(frame, word), EVERYBODY);
      case DIRECT_READ -> m.deviceWrite(handle, word, m.s.word(i.object() + 1, word));
      case REMOTE_READ -> m.set(SCRATCH, m.s.word(frame, Math.max(i.word(), 0)));
      default -> m.deviceWrite(handle, word, m.evaluate(i.value()));
    }
    if (m.tracing) {
      m.say("moves " + (m.words == 1 ? "the page" : "word " + word));
    }
    boolean oneWord = i.op() == Op.REMOTE_READ || i.word() >= 0;
    if (oneWord || index + 1 == i.pages() * m.words) {
      m.set(INDEX, 0);
      m.set(PHASE, DROPPING);
    } else {
      m.set(INDEX, index + 1);
    }
    return true;
  }

  private boolean drop() {
    Instruction i = m.instruction;
    for (int page = 0; page < i.pages(); page++) {
      m.dropHandle(m.firstHandle() + page);
    }
    m.say("drops the reference");
    if (m.gup.holdsMmapLock(m.userAttempts(i.user())[0])) {
      m.s.addReader(i.process(), -1);
    }
    m.complete(i.op() == Op.REMOTE_READ ? m.get(SCRATCH) : i.pages());
    return true;
  }

  // ---- references that the test holds

  boolean put() {
    Instruction i = m.instruction;
    boolean any = false;
    for (int page = 0; page < i.pages(); page++) {
      if (m.s.handleFrame(i.handle() + page) != 0) {
        m.dropHandle(i.handle() + page);
        any = true;
      }
    }
    m.complete(any ? 0 : Value.EBADF);
    return true;
  }

  boolean readReference() {
    Instruction i = m.instruction;
    int frame = m.s.handleFrame(i.handle());
    int value = frame == 0 ? Value.UNSET : m.s.word(frame, Math.max(i.word(), 0));
    if (m.tracing) {
      m.say("reads " + Value.name(value) + " through the reference");
    }
    m.complete(value);
    return true;
  }

  boolean writeReference() {
    Instruction i = m.instruction;
    int frame = m.s.handleFrame(i.handle());
    if (frame != 0) {
      int value = m.evaluate(i.value());
      for (int w = 0; w < m.words; w++) {
        if (i.word() < 0 || i.word() == w) {
          m.deviceWrite(i.handle(), w, value);
        }
      }
      m.say("writes through the reference");
    }
    m.complete(frame == 0 ? Value.EBADF : 0);
    return true;
  }

  /** io_uring's fixed read and write: through a reference, between a file and memory. */
  boolean fixedTransfer() {
    Instruction i = m.instruction;
    int frame = m.s.handleFrame(i.handle());
    if (frame == 0) {
      m.complete(Value.EFAULT);
      return true;
    }
    int word = m.get(INDEX);
    if (i.op() == Op.FIXED_WRITE) {
      m.s.setWord(m.pageToWrite(i.object()), word, m.s.word(frame, word), EVERYBODY);
    } else {
      m.deviceWrite(i.handle(), word, m.s.word(i.object() + 1, word));
    }
    m.say("moves a word");
    if (word + 1 == m.words) {
      m.complete(1);
    } else {
      m.set(INDEX, word + 1);
    }
    return true;
  }

  // ---- pipes

  boolean readPipe() {
    State s = m.s;
    Instruction i = m.instruction;
    if (s.pipeSlot(i.object(), 0) < 0) {
      return false;
    }
    int handle = s.popPipe(i.object());
    int value = s.word(s.handleFrame(handle), Math.max(i.word(), 0));
    m.dropHandle(handle);
    if (m.tracing) {
      m.say("reads " + Value.name(value) + " from the pipe and drops its reference");
    }
    m.complete(value);
    return true;
  }

  /** Both ends: the buffers go one by one, each with its reference. Nobody can read any more. */
  boolean closePipe() {
    int pipe = m.instruction.object();
    if (m.s.pipeSlot(pipe, 0) >= 0) {
      m.set(PHASE, 1);
      m.dropHandle(m.s.popPipe(pipe));
      m.say("drops a buffer and its reference");
    }
    if (m.s.pipeSlot(pipe, 0) < 0) {
      m.complete(0);
    }
    return true;
  }

  boolean tee() {
    State s = m.s;
    Instruction i = m.instruction;
    int handle = s.pipeSlot(i.object(), 0);
    if (handle < 0) {
      return false;
    }
    int copy = m.firstHandle();
    if (s.handleFrame(copy) != 0) {
      throw new Machine.OutOfModel("`" + i.text() + "` while its earlier buffer is still held");
    }
    int frame = s.handleFrame(handle);
    m.takeReference(frame, false);
    s.setHandle(copy, frame, s.handleBits(handle), s.handleOwner(handle), s.handlePage(handle));
    s.pushPipe(i.flags(), copy);
    m.complete(1);
    return true;
  }
}
