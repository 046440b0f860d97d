package cowherd.litmus;

/** Where the result of a call goes. */
sealed interface Destination {
  /** It is dropped. */
  record Nowhere() implements Destination {}

  /** {@code name = ...}: a variable, or memory or a userfaultfd that the call makes. */
  record Named(Tree.Name name) implements Destination {}

  /** It is a part of an expression. */
  record Hidden(int register) implements Destination {}
}
