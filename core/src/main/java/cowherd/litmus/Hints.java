package cowherd.litmus;

import cowherd.kernel.source.Suggest;
import java.util.Collection;
import java.util.List;

/** What to write instead. */
final class Hints {
  /** Names of so few characters are all alike. */
  private static final int WORD_LENGTH_MIN = 3;

  /** Most words that are listed. */
  private static final int LIST_MAX = 12;

  private Hints() {}

  /** {@code did you mean `other`?}, or empty. */
  static String didYouMean(String word, Collection<String> known) {
    if (word.length() < WORD_LENGTH_MIN) {
      return known.stream()
          .filter(other -> other.equalsIgnoreCase(word) && !other.equals(word))
          .findFirst()
          .map(Hints::question)
          .orElse("");
    }
    return Suggest.closest(word, known).map(Hints::question).orElse("");
  }

  /** {@code did you mean `other`?}, or the words that are known. */
  static String didYouMeanOr(String word, List<String> known, String listed) {
    String question = didYouMean(word, known);
    return question.isEmpty() && !known.isEmpty() ? listed + listOf(known) : question;
  }

  private static String listOf(List<String> known) {
    String some = String.join(", ", known.subList(0, Math.min(LIST_MAX, known.size())));
    return known.size() > LIST_MAX ? some + ", ..." : some;
  }

  private static String question(String word) {
    return "did you mean `" + word + "`?";
  }
}
