package cowherd.operation;

/**
 * One instruction of a thread. Fields that an operation does not use are {@link #NONE}.
 *
 * @param op what it does
 * @param result the register that receives the result (loaded value, 0 or a count on success, or an
 *     error code), or {@link #NONE}
 * @param process the process whose memory is meant: the thread's own unless the call names another
 * @param page first virtual page
 * @param pages how many virtual pages from there
 * @param pageRegister a register that holds the virtual page instead (an event's address)
 * @param word a word of the page, or {@link #NONE} for the whole page
 * @param handle first handle slot of a reference variable; one slot a page
 * @param object index of a file, pipe, userfaultfd, signal, barrier, thread or process; for MREMAP
 *     the first virtual page of the destination
 * @param flags FOLL_* bits ({@link cowherd.kernel.GupFlags}), UFFDIO modes, MADV advice, protection
 *     or the jump target, by operation
 * @param user row of the kernel's table of GUP users, an index into {@link Program#users()}
 * @param value what is stored, or the condition of a branch
 * @param captured whether a signal is reported in {@code result} instead of killing the process
 * @param text the source text, for traces
 * @param line 1-based line of the source
 */
public record Instruction(
    Op op,
    int result,
    int process,
    int page,
    int pages,
    int pageRegister,
    int word,
    int handle,
    int object,
    int flags,
    int user,
    Expr value,
    boolean captured,
    String text,
    int line) {

  /** The value of an integer field that the operation does not use. */
  public static final int NONE = -1;

  /** Whether the instruction is local control that is executed together with the call before. */
  public boolean isLocal() {
    return switch (op) {
      case BRANCH_UNLESS, JUMP, ASSIGN, END -> true;
      default -> false;
    };
  }
}
