package cowherd.kernel;

/**
 * A token of a kernel file.
 *
 * @param kind what it is
 * @param offset where it begins
 * @param length how long it is, quotes of a string included
 * @param text the word, the digits, the sign, or a string without its quotes
 */
record Token(Kind kind, int offset, int length, String text) {
  enum Kind {
    WORD,
    NUMBER,
    STRING,
    SIGN,
    END
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equals(word);
  }

  boolean isSign(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  int end() {
    return offset + length;
  }

  /** How a message calls the token. */
  String described() {
    return switch (kind) {
      case END -> "the end of the file";
      case STRING -> "a string";
      case WORD, NUMBER, SIGN -> "`" + text + "`";
    };
  }
}
