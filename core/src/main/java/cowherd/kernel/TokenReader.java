package cowherd.kernel;

import cowherd.kernel.Token.Kind;
import java.util.List;
import java.util.Optional;

/** A cursor over the tokens of a kernel file. */
final class TokenReader {
  /**
   * Ends the statement that is being read, after its mistake has been reported; caught where
   * reading can go on.
   */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    private Malformed() {
      super("", null, false, false);
    }
  }

  private final List<Token> tokens;
  private final Problems problems;
  private int at;

  TokenReader(Problems problems) {
    this.problems = problems;
    this.tokens = Lexer.tokens(problems);
  }

  Problems problems() {
    return problems;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token take() {
    Token token = tokens.get(at);
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  boolean atEnd() {
    return peek().kind() == Kind.END;
  }

  boolean takeWord(String word) {
    boolean found = peek().isWord(word);
    if (found) {
      at++;
    }
    return found;
  }

  boolean takeSign(String sign) {
    boolean found = peek().isSign(sign);
    if (found) {
      at++;
    }
    return found;
  }

  Optional<Token> takeIf(Kind kind) {
    return peek().kind() == kind ? Optional.of(take()) : Optional.empty();
  }

  /** Takes {@code sign}; when it is missing says so and ends the statement. */
  void expectSign(String sign, String fix) throws Malformed {
    if (!takeSign(sign)) {
      throw expected("`" + sign + "`", fix);
    }
  }

  /**
   * Takes the semicolon of a statement. A missing one is reported behind the statement, and reading
   * goes on as if it were there when the next line can begin a statement.
   */
  void expectSemicolon() throws Malformed {
    if (takeSign(";")) {
      return;
    }
    Token last = tokens.get(Math.max(0, at - 1));
    problems.at(last.end(), 0, "`;` is missing", "end the statement with `;`");
    int lastLine = problems.source().line(last.offset());
    if (!atEnd() && problems.source().line(peek().offset()) == lastLine) {
      throw new Malformed();
    }
  }

  /** Where the token before the next one ends. */
  int previousEnd() {
    return tokens.get(Math.max(0, at - 1)).end();
  }

  /** Reports that something else was expected here. */
  Malformed expected(String what, String fix) {
    Token found = peek();
    problems.at(found, "expected " + what + ", found " + found.described(), fix);
    return new Malformed();
  }

  /** Reports a mistake that makes the statement unreadable. */
  Malformed malformed(Token token, String message, String fix) {
    problems.at(token, message, fix);
    return new Malformed();
  }

  /**
   * Skips to the statement after the next semicolon, or to one of {@code words} at the beginning of
   * a line.
   */
  void recover(List<String> words) {
    while (!atEnd() && !(beginsWith(words) && beginsLine())) {
      if (take().isSign(";")) {
        return;
      }
    }
  }

  /** Skips to one of {@code words} at the beginning of a line. */
  void skipTo(List<String> words) {
    while (!atEnd() && !(beginsWith(words) && beginsLine())) {
      at++;
    }
  }

  private boolean beginsLine() {
    return at == 0
        || problems.source().line(tokens.get(at - 1).offset())
            < problems.source().line(peek().offset());
  }

  boolean beginsWith(List<String> words) {
    return peek().kind() == Kind.WORD && words.contains(peek().text());
  }
}
