package cowherd.cli;

import cowherd.kernel.source.Suggest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** What stood on the command line, as the commands ask for it. */
final class Arguments {
  private final ParseResult result;

  Arguments(ParseResult result) {
    this.result = result;
  }

  boolean has(String option) {
    return result.hasMatchedOption(option);
  }

  Optional<String> value(String option) {
    return has(option)
        ? Optional.of(result.<String>matchedOptionValue(option, ""))
        : Optional.empty();
  }

  List<String> list(String option) {
    return result.matchedOptionValue(option, List.of());
  }

  List<String> parameters() {
    return result.matchedPositionals().isEmpty()
        ? List.of()
        : result.matchedPositionalValue(0, List.of());
  }

  /**
   * A whole number.
   *
   * @throws UserError when it is none, or not within the bounds
   */
  long number(String option, long otherwise, long least, long most) {
    Optional<String> text = value(option);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text.get().strip().replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UserError(
        option
            + " takes a number from "
            + least
            + " to "
            + most
            + ", and `"
            + text.get()
            + "` is none",
        "");
  }

  /**
   * One of a few words.
   *
   * @throws UserError when it is none of them
   */
  String word(String option, String otherwise, List<String> words) {
    String text = value(option).orElse(otherwise);
    return words.stream()
        .filter(word -> word.equalsIgnoreCase(text.strip()))
        .findFirst()
        .orElseThrow(() -> noSuchWord(option, text, words));
  }

  static UserError noSuchWord(String option, String text, List<String> words) {
    String question = Suggest.didYouMean(text.toLowerCase(Locale.ROOT), words);
    String list = String.join(", ", words);
    return new UserError(
        option + " takes one of " + list + ", and `" + text + "` is none of them", question);
  }
}
