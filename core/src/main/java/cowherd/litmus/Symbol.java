package cowherd.litmus;

import java.util.Set;

/** What a name of a test stands for, apart from variables of processes. */
sealed interface Symbol {
  /** Virtual pages. {@code mappedBy} is the process that maps them by a call, or -1. */
  record Memory(String name, int firstPage, int pages, int mappedBy) implements Symbol {}

  record FileObject(int index) implements Symbol {}

  record Pipe(int index) implements Symbol {}

  /** A userfaultfd and the processes that create it. */
  record Userfaultfd(int index, Set<Integer> creators) implements Symbol {}

  record ProcessName(int index) implements Symbol {}

  record KernelThread() implements Symbol {}

  record Signal(int index) implements Symbol {}

  record Barrier(int index) implements Symbol {}

  /** How a message calls it. */
  default String what() {
    return switch (this) {
      case Memory _ -> "memory";
      case FileObject _ -> "a file";
      case Pipe _ -> "a pipe";
      case Userfaultfd _ -> "a userfaultfd";
      case ProcessName _ -> "a process";
      case KernelThread _ -> "a kernel thread";
      case Signal _ -> "a signal";
      case Barrier _ -> "a barrier";
    };
  }
}
