package cowherd.kernel;

import java.util.Arrays;
import java.util.Optional;

/**
 * What must hold in every reachable state of a kernel that claims it. I3 to I6 only make sense for
 * kernels that have PG_anon_exclusive.
 */
public enum Invariant {
  /** Counters are exact. */
  I1(
      "mapcount is the number of present PTEs of the page, swapcount the number of swap PTEs of the"
          + " entry"),
  /** References come before mappings and go after them. */
  I2("refcount is never smaller than mapcount"),
  /** Only an exclusive page is writable. */
  I3("a writable PTE of a private mapping maps an exclusive page"),
  /** Only an exclusive page is pinned. */
  I4("an anonymous page is exclusive when a pin of it is handed out"),
  /** An exclusive page is mapped once. */
  I5("an exclusive page is mapped at most once and is no KSM page"),
  /** The flag moves into the swap entry. */
  I6("a page that only swap PTEs refer to is not exclusive: the flag is in the swap PTE"),
  /** Nothing is freed too early. */
  I7("no page is freed while it is referenced");

  private final String meaning;

  Invariant(String meaning) {
    this.meaning = meaning;
  }

  /** The invariant in one sentence. */
  public String meaning() {
    return meaning;
  }

  static Optional<Invariant> of(String word) {
    return Arrays.stream(values()).filter(i -> i.name().equals(word)).findFirst();
  }
}
