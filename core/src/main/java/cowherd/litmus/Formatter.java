package cowherd.litmus;

import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceText;
import java.util.List;

/**
 * Lays a file of tests out: two blanks for each level, one statement a line, the {@code on} of
 * neighbouring expectations in one column. Comments, and single blank lines between statements, are
 * kept; a block that stands on one line and fits stays there. Formatting twice changes nothing.
 */
public final class Formatter {
  /** Columns of a line, as far as it can be broken. */
  static final int COLUMNS_MAX = 100;

  private Formatter() {}

  /** What came of formatting. */
  public sealed interface Result {}

  /** The new text. */
  public record Formatted(String text) implements Result {}

  /** The file is not formatted because it cannot be read. */
  public record Refused(Diagnostics diagnostics) implements Result {}

  /** A text laid out; as it is when it cannot be read. */
  public static String formatted(String text) {
    return format("", text) instanceof Formatted(String laidOut) ? laidOut : text;
  }

  /**
   * Formats a file. Only mistakes of grammar hinder it; names need not exist.
   *
   * @param file how diagnostics call it
   * @param text its text
   */
  public static Result format(String file, String text) {
    if (text.length() > Limits.FILE_CHARACTERS_MAX) {
      return new Refused(Diagnostics.of(LitmusParser.tooLarge(file)));
    }
    SourceText sourceText = new SourceText(file, text);
    Problems problems = new Problems(sourceText);
    List<Token> all = Lexer.tokens(text, problems);
    new TestParser(new TokenStream(LitmusParser.source(sourceText, all), problems)).file();
    return problems.isEmpty()
        ? new Formatted(new Layout(text, all).run())
        : new Refused(new Diagnostics(problems.list(), List.of(sourceText)));
  }
}
