package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;

/**
 * Accesses through a mapping of the process itself: load, store, the user copy of a buffered read
 * or write, and populating. An access translates and acts in one transition when the page tables
 * allow it; otherwise it faults and is tried again.
 */
final class AccessSteps {
  private final Machine m;

  AccessSteps(Machine machine) {
    this.m = machine;
  }

  private int process() {
    return m.instruction.process();
  }

  /** Load or store of the instruction's page. */
  boolean loadOrStore() {
    boolean write = m.instruction.op() == Op.STORE;
    return access(m.firstPage(), write, Focus.USER | Focus.MAY_WAIT);
  }

  /** read(2) and write(2) through the page cache: a word a step. */
  boolean bufferedCopy() {
    boolean write = m.instruction.op() == Op.BUFFERED_READ;
    return access(m.firstPage() + m.get(INDEX) / m.words, write, Focus.MAY_WAIT);
  }

  /** MADV_POPULATE_READ and MADV_POPULATE_WRITE. */
  boolean populateByAdvice(boolean write) {
    if (m.get(PHASE) == 0 && m.get(INDEX) == 0) {
      if (!m.mayRead(process())) {
        return false;
      }
      int error = m.advice.refuses();
      if (error != 0) {
        m.complete(error);
        return true;
      }
    }
    return populate(write, Value.EINVAL);
  }

  /**
   * Faults pages in, one after the other, without accessing them.
   *
   * @param denied the result when the VMA does not allow the access
   */
  boolean populate(boolean write, int denied) {
    while (m.get(INDEX) < m.instruction.pages()) {
      int page = m.firstPage() + m.get(INDEX);
      int bits = m.s.pteBits(process(), page);
      if ((m.s.vma(process(), page) & (write ? VM_WRITE : VM_READ)) == 0) {
        boolean hole = (m.s.vma(process(), page) & VMA) == 0;
        m.complete(hole && denied != 0 ? Value.ENOMEM : denied);
        return true;
      }
      if ((bits & KIND) == PRESENT && (!write || (bits & W) != 0)) {
        if (write && (bits & D) == 0) {
          m.markDirty(m.s.pteTarget(process(), page)); // follow_page_pte: FOLL_TOUCH, FOLL_WRITE
        }
        m.set(INDEX, m.get(INDEX) + 1);
      } else {
        // mprotect keeps mmap_lock: such a fault cannot wait for userfaultfd, and is given up
        return startFault(page, write, m.instruction.op() == Op.MPROTECT ? 0 : Focus.MAY_WAIT);
      }
    }
    m.complete(0);
    return true;
  }

  /** The page that the access at hand is about, and whether it is a store; -1 when it is none. */
  int accessedPage() {
    return switch (m.instruction.op()) {
      case LOAD, STORE -> m.get(SCRATCH) == 0 ? m.firstPage() : -1;
      case BUFFERED_WRITE, BUFFERED_READ -> m.firstPage() + m.get(INDEX) / m.words;
      default -> -1;
    };
  }

  boolean stores() {
    return m.instruction.op() == Op.STORE || m.instruction.op() == Op.BUFFERED_READ;
  }

  private boolean access(int page, boolean write, int flags) {
    State s = m.s;
    int vma = s.vma(process(), page);
    int bits = s.pteBits(process(), page);
    // the CPU looks at the PTE alone; hugetlb can have a writable one in a read-only mapping
    if (write && (vma & VMA) != 0 && (bits & KIND) == PRESENT && (bits & W) != 0) {
      act(page, m.s.pteTarget(process(), page));
      return true;
    }
    if ((vma & (write ? VM_WRITE : VM_READ)) == 0) {
      if (s.writer(process()) >= 0) {
        return false;
      }
      fail(Value.SIGSEGV);
      return true;
    }
    if ((bits & KIND) == PRESENT && !write) {
      act(page, m.s.pteTarget(process(), page));
      return true;
    }
    return startFault(page, write, flags);
  }

  /** Begins a fault on a page; the call is tried again afterwards. */
  boolean startFault(int page, boolean write, int flags) {
    if (!m.mayRead(process()) && !runsUnderVmaLock(page, flags)) {
      return false;
    }
    if (m.tracing) {
      m.say(write ? "write fault" : "read fault");
    }
    m.fault.beginWithLookup(process(), page, flags | (write ? Focus.WRITE : 0));
    return true;
  }

  /** lock_vma_under_rcu: faults of user mode, where the anon_vma is there already. */
  private boolean runsUnderVmaLock(int page, int flags) {
    return (flags & Focus.USER) != 0
        && m.s.mmFlag(process(), MM_FAULTS_RUN)
        && (m.s.vma(process(), page) & VM_SHARED) == 0
        && m.s.vmaFile(process(), page) < 0
        && m.hasAnonVma(process(), page);
  }

  /** Loads or stores, by a translation of the page table or of a TLB. */
  void act(int page, int frame) {
    Instruction i = m.instruction;
    switch (i.op()) {
      case LOAD -> {
        int value = m.s.word(frame, Math.max(i.word(), 0));
        if (m.tracing) {
          m.say("reads " + Value.name(value));
        }
        m.complete(value);
      }
      case STORE -> {
        int value = m.evaluate(i.value());
        if (i.word() >= 0) {
          store(page, frame, i.word(), value);
        } else {
          for (int w = 0; w < m.words; w++) {
            store(page, frame, w, value);
          }
        }
        m.say("stores");
        m.complete(0);
      }
      case BUFFERED_WRITE -> {
        int word = m.get(INDEX) % m.words;
        m.s.setWord(m.pageToWrite(i.object()), word, m.s.word(frame, word), EVERYBODY);
        nextCopied();
      }
      default -> {
        int word = m.get(INDEX) % m.words;
        store(page, frame, word, m.s.word(i.object() + 1, word));
        nextCopied();
      }
    }
  }

  private void store(int page, int frame, int word, int value) {
    if (m.tlb.inAccess()) {
      m.tlb.store(page, frame, word, value);
    } else {
      m.store(process(), page, word, value);
    }
  }

  private void nextCopied() {
    int next = m.get(INDEX) + 1;
    m.say("copies a word");
    if (next == m.instruction.pages() * m.words) {
      m.complete(m.instruction.pages());
    } else {
      m.set(INDEX, next);
    }
  }

  /** A fault of an access has ended: the access is tried again, or fails. */
  void afterFault(int result) {
    if (result == FaultSteps.SIGBUS) {
      fail(Value.SIGBUS);
    } else if (result == FaultSteps.SIGSEGV) {
      fail(Value.SIGSEGV);
    }
  }

  private void fail(int signal) {
    m.say(Value.name(signal));
    boolean user = m.instruction.op() == Op.LOAD || m.instruction.op() == Op.STORE;
    if (m.instruction.op() == Op.MMAP || m.instruction.op() == Op.MPROTECT) {
      m.complete(0);
    } else if (!user) {
      // __mlock_posix_error_return
      m.complete(m.instruction.op() == Op.MLOCK ? Value.ENOMEM : Value.EFAULT);
    } else if (m.instruction.captured()) {
      m.complete(signal);
    } else {
      m.kill();
    }
  }
}
