package cowherd.litmus;

import cowherd.operation.Expr;
import java.util.Arrays;
import java.util.Optional;

/**
 * A condition that a test states.
 *
 * @param kind when it is judged
 * @param condition the condition; constantly true for {@link Kind#TERMINATES}
 * @param because why it matters, or empty
 * @param text source text, blanks folded
 * @param line 1-based line
 */
public record Assertion(Kind kind, Expr condition, String because, String text, int line) {

  /** When a condition is judged. */
  public enum Kind {
    /** true at the end of no complete run */
    NEVER("never"),
    /** true at the end of every complete run */
    ALWAYS("always"),
    /** true at the end of some complete run */
    SOMETIMES("sometimes"),
    /** true in every reachable state */
    INVARIANT("invariant"),
    /** {@code always terminates}: no reachable state without a way to the end */
    TERMINATES("terminates"),
    /** one of several outcomes at the end of every complete run; they are joined by "or" */
    ALLOWED("allowed"),
    /**
     * {@code assert(...)} in a process: true in every reachable state, also before it is reached
     */
    ASSERT("assert"),
    /**
     * what a kind of memory asserts when it is prepared; a test that never had the memory which it
     * is about has shown nothing, so no expectation excuses it
     */
    PREPARED("prepared");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word by which an expectation names it. */
    public String word() {
      return word;
    }

    /** The kind of a word. */
    public static Optional<Kind> of(String word) {
      return Arrays.stream(values()).filter(k -> k.word.equals(word)).findFirst();
    }
  }
}
