package cowherd.litmus;

/** A variable of a process or thread. */
sealed interface Variable {
  /** Its register; of an event the first of three. */
  int register();

  /** A number. */
  record Plain(int register) implements Variable {}

  /** An event: its code, its flags and its address in three registers in a row. */
  record Event(int register) implements Variable {
    int flags() {
      return register + 1;
    }

    int address() {
      return register + 2;
    }
  }

  /**
   * A reference.
   *
   * @param register how many pages, or an error code
   * @param handle its first slot
   * @param pages its slots
   * @param taker the name of the call that takes it, without its variants
   * @param writable whether its holder may write
   */
  record Reference(int register, int handle, int pages, String taker, boolean writable)
      implements Variable {}

  /** What a call with a mistake was assigned to; its uses are not reported. */
  record Broken(int register) implements Variable {}

  /** How a message calls it. */
  default String what() {
    return switch (this) {
      case Plain _ -> "a number";
      case Event _ -> "an event";
      case Reference _ -> "a reference";
      case Broken _ -> "unknown";
    };
  }
}
