package cowherd.operation;

/** What one instruction of a compiled test does. */
public enum Op {
  // control, local to the thread: executed together with the call before it
  BRANCH_UNLESS,
  JUMP,
  ASSIGN,
  END,
  /** a free thread between two calls: it may begin any call of its menu, see {@link Menu} */
  CHOOSE,
  // memory accesses of the CPU
  LOAD,
  STORE,
  // processes
  FORK,
  EXEC,
  EXIT,
  WAIT_PROCESS,
  // the address space
  MMAP,
  MUNMAP,
  MPROTECT,
  MREMAP,
  MADVISE,
  PUNCH_HOLE,
  MLOCK,
  MUNLOCK,
  // references
  GUP,
  PUT,
  REFERENCE_READ,
  REFERENCE_WRITE,
  // users of get_user_pages and of the user copy
  DIRECT_WRITE,
  DIRECT_READ,
  BUFFERED_WRITE,
  BUFFERED_READ,
  VMSPLICE,
  PIPE_READ,
  TEE,
  PIPE_CLOSE,
  REMOTE_READ,
  REMOTE_WRITE,
  TOUCH_BY_GUP,
  FIXED_WRITE,
  FIXED_READ,
  // userfaultfd
  UFFD_CREATE,
  UFFD_API,
  UFFD_REGISTER,
  UFFD_UNREGISTER,
  UFFD_WRITEPROTECT,
  UFFD_COPY,
  UFFD_ZEROPAGE,
  UFFD_CONTINUE,
  UFFD_POISON,
  UFFD_MOVE,
  UFFD_WAKE,
  UFFD_READ,
  UFFD_CLOSE,
  // kernel actors, as explicit steps
  COLLAPSE,
  SPLIT,
  SWAP_OUT,
  SWAP_IN,
  LRU_DRAIN,
  // /proc/PID
  CLEAR_REFS,
  PAGEMAP_SCAN,
  KSM_MERGE,
  MIGRATE,
  // what a process asks of the kernel for all its memory
  PRCTL,
  // happens-before
  SIGNAL,
  AWAIT,
  BARRIER,
  JOIN,
  // observers
  OBSERVE
}
