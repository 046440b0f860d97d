package cowherd.litmus;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The tokens of a file with a position, for the parsers. */
final class TokenStream {
  /** Unwinds to the next place where parsing can go on; the mistake is reported already. */
  static final class Bail extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Bail() {
      super("syntax error", null, false, false);
    }
  }

  private static final Bail BAIL = new Bail();

  private final Source source;
  private final List<Token> tokens;
  private final Problems problems;
  private int at;
  private int depth;
  private boolean givenUp;

  TokenStream(Source source, Problems problems) {
    this.source = source;
    this.tokens = source.tokens();
    this.problems = problems;
  }

  Source source() {
    return source;
  }

  Problems problems() {
    return problems;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  /** The token before the current one; the current one at the start. */
  Token previous() {
    return tokens.get(Math.max(0, at - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (at < tokens.size() - 1) {
      at++;
    }
    return token;
  }

  int position() {
    return at;
  }

  boolean atEnd() {
    return peek().kind() == Token.Kind.END;
  }

  boolean at(String symbol) {
    return peek().is(symbol);
  }

  boolean atWord(String word) {
    return peek().isWord(word);
  }

  boolean accept(String symbol) {
    boolean found = at(symbol);
    if (found) {
      next();
    }
    return found;
  }

  boolean acceptWord(String word) {
    boolean found = atWord(word);
    if (found) {
      next();
    }
    return found;
  }

  /** Whether the current token follows the one before without a blank. */
  boolean isGlued() {
    return at > 0 && previous().span().end() == peek().span().start();
  }

  /** Whether the current token stands on a later line than the one before. */
  boolean isOnNewLine() {
    return atEnd()
        || source.line(peek().span()) > source.line(new Span(previous().span().end(), 0));
  }

  /** Reports a mistake, unless the file was given up; the caller throws the result. */
  Bail bail(Span span, String message, String fix) {
    if (!givenUp) {
      problems.error(span, message, fix);
    }
    return BAIL;
  }

  Bail unexpected(String wanted, String fix) {
    return bail(peek().span(), "here should be " + wanted + ", not " + peek().shown(), fix);
  }

  Token expect(String symbol, String wanted) {
    if (!at(symbol)) {
      throw unexpected(wanted, "");
    }
    return next();
  }

  /** The semicolon at the end of a statement; a missing one is reported where it belongs. */
  void semicolon() {
    if (accept(";")) {
      return;
    }
    String fix = at("*") ? "values are not multiplied here" : "end the statement with `;`";
    if (isOnNewLine() || at("}")) {
      problems.error(previous().span().after(), "here should be a `;`", fix);
    } else {
      throw unexpected("a `;`", fix);
    }
  }

  Tree.Name name(String wanted) {
    Token token = peek();
    if (token.kind() == Token.Kind.NUMBER) {
      throw bail(token.span(), "a name cannot begin with a digit", "");
    }
    if (token.kind() != Token.Kind.WORD) {
      throw unexpected(wanted, "");
    }
    if (Words.RESERVED.contains(token.text())) {
      throw bail(
          token.span(), "`" + token.text() + "` is a word of the language", "take another name");
    }
    next();
    return new Tree.Name(token.text(), token.span());
  }

  /** A name that may contain dashes and dots: parts that follow each other without a blank. */
  Tree.Name dashedName(String wanted, boolean dots) {
    Token first = peek();
    if (first.kind() != Token.Kind.WORD && first.kind() != Token.Kind.NUMBER) {
      throw unexpected(wanted, "");
    }
    next();
    StringBuilder text = new StringBuilder(first.text());
    Span span = first.span();
    while (isGlued() && continuesDashedName(dots)) {
      span = span.to(peek().span());
      text.append(next().text());
    }
    if (text.charAt(text.length() - 1) == '.') {
      problems.error(span, "a name does not end with `.`");
    }
    if (text.length() > Limits.NAME_CHARACTERS_MAX) {
      problems.error(
          span, "this name is longer than " + Limits.NAME_CHARACTERS_MAX + " characters");
    }
    return new Tree.Name(text.toString(), span);
  }

  private boolean continuesDashedName(boolean dots) {
    Token.Kind kind = peek().kind();
    return kind == Token.Kind.WORD || kind == Token.Kind.NUMBER || at("-") || (dots && at("."));
  }

  Optional<String> string() {
    return peek().kind() == Token.Kind.STRING ? Optional.of(next().text()) : Optional.empty();
  }

  /** One level deeper; beyond the limit the rest of the file is not read. */
  void enter() {
    if (++depth > Limits.NESTING_MAX) {
      Bail bail =
          bail(
              peek().span(),
              "this is nested more than " + Limits.NESTING_MAX + " deep",
              "the rest of the file was not read");
      at = tokens.size() - 1;
      givenUp = true;
      throw bail;
    }
  }

  void leave() {
    depth--;
  }

  /** Skips to the end of a statement or item: behind `;`, behind a block, or before `}`. */
  void skipStatement(Collection<String> starters) {
    int open = 0;
    int begin = at;
    while (!atEnd()) {
      if (open == 0 && at > begin && isStarter(starters)) {
        return;
      }
      if (at("}")) {
        if (open == 0) {
          return;
        }
        next();
        if (--open == 0) {
          return;
        }
      } else if (at("{")) {
        open++;
        next();
      } else if (next().is(";") && open == 0) {
        return;
      }
    }
  }

  /** Skips a word and what stands in parentheses behind it, as far as they close. */
  void skipParentheses() {
    int ahead = 1;
    int open = peek(1).is("(") ? 1 : 0;
    while (open > 0 && peek(ahead).kind() != Token.Kind.END) {
      ahead++;
      open += peek(ahead).is("(") ? 1 : peek(ahead).is(")") ? -1 : 0;
    }
    if (open == 0) {
      at = Math.min(at + ahead, tokens.size() - 1);
    }
  }

  private boolean isStarter(Collection<String> starters) {
    return peek().kind() == Token.Kind.WORD && isOnNewLine() && starters.contains(peek().text());
  }

  /** Skips to one of the words, as far as it begins a line. */
  void skipToWord(Collection<String> words) {
    while (!atEnd() && !isStarter(words)) {
      next();
    }
  }
}
