package cowherd.kernel.source;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses which word a misspelt one was meant to be. */
public final class Suggest {
  /** Longer words are not compared. */
  static final int WORD_LENGTH_MAX = 80;

  private Suggest() {}

  /**
   * The candidate with the fewest edits (an insertion, a deletion, a replacement, or two neighbours
   * swapped), ignoring case and the difference between {@code -}, {@code _} and a space; nothing
   * when more than a third of the word would have to change. The first of equals wins.
   */
  public static Optional<String> closest(String word, Collection<String> candidates) {
    if (word.isEmpty() || word.length() > WORD_LENGTH_MAX) {
      return Optional.empty();
    }
    String wanted = normal(word);
    int best = Math.max(1, word.length() / 3) + 1;
    Optional<String> found = Optional.empty();
    for (String candidate : candidates) {
      if (Math.abs(candidate.length() - word.length()) < best) {
        int edits = edits(wanted, normal(candidate));
        if (edits < best) {
          best = edits;
          found = Optional.of(candidate);
        }
      }
    }
    return found;
  }

  /** {@code did you mean `candidate`?}, or empty; for {@link Diagnostic#fix()}. */
  public static String didYouMean(String word, Collection<String> candidates) {
    return closest(word, candidates).map(c -> "did you mean `" + c + "`?").orElse("");
  }

  private static String normal(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-').replace(' ', '-');
  }

  /** Optimal string alignment distance. */
  private static int edits(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[b.length()];
  }
}
