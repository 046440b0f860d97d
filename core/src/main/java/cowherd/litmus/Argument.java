package cowherd.litmus;

import java.util.List;

/** An argument of a call, understood. */
sealed interface Argument {
  record Pages(PageRange range) implements Argument {}

  /** A file, pipe, signal, barrier, thread or process. */
  record Target(int index) implements Argument {}

  /** A userfaultfd, and the process whose context is meant. */
  record Userfaultfd(int index, int process) implements Argument {}

  /** The process whose memory the next argument means. */
  record MemoryOf(int process) implements Argument {}

  /** Slots of a reference. */
  record Handle(Variable.Reference reference, int first, int count, int word) implements Argument {}

  /** Flags, and those among them that no model executes. */
  record Flags(int bits, List<Constants.Constant> outOfModel, Span span) implements Argument {}

  /** A value; it is compiled when the form of the call is settled. */
  record Value(Tree.Expression expression) implements Argument {}

  record Number(int value) implements Argument {}

  /** Nothing that an instruction needs. */
  record Word(String text) implements Argument {}
}
