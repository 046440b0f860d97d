package cowherd.litmus;

/**
 * A token.
 *
 * @param kind its kind
 * @param text the text, of a string without quotes and escapes
 * @param span where it stands
 */
record Token(Kind kind, String text, Span span) {
  /** Kinds of tokens. */
  enum Kind {
    /** letters, digits and underscores, not beginning with a digit */
    WORD,
    /** the same, beginning with a digit */
    NUMBER,
    STRING,
    /** punctuation and operators */
    SYMBOL,
    /** to the end of the line, or between slash-star and star-slash */
    COMMENT,
    /** the end of the text */
    END
  }

  boolean is(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equals(word);
  }

  /** How a message calls it. */
  String shown() {
    return switch (kind) {
      case WORD, NUMBER, SYMBOL -> "`" + text + "`";
      case STRING -> "a string";
      case COMMENT -> "a comment";
      case END -> "the end of the file";
    };
  }
}
