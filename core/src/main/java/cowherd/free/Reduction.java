package cowherd.free;

/**
 * What a search over free programs leaves out because it differs only in names. Each is sound; a
 * test compares each with the search without it.
 */
public enum Reduction {
  /** page frames and swap entries are numbered in the order of first appearance */
  FRAMES("frames"),
  /** processes are exchangeable: who was the parent does not matter once the child runs */
  PROCESSES("processes"),
  /** the threads of a process are exchangeable */
  THREADS("threads"),
  /** variables that hold references are exchangeable */
  REFERENCES("references");

  private final String word;

  Reduction(String word) {
    this.word = word;
  }

  /** The word of the command line. */
  public String word() {
    return word;
  }
}
