package cowherd.litmus;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text into tokens. Characters that begin no token are reported and skipped. */
final class Lexer {
  private static final List<String> SYMBOLS =
      List.of(
          "==", "!=", "<=", ">=", "&&", "||", "..", "{", "}", "(", ")", "[", "]", ";", ",", "=",
          "<", ">", "+", "-", "*", "&", "|", "!", ".");

  private final String text;
  private final Problems problems;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String text, Problems problems) {
    this.text = text;
    this.problems = problems;
  }

  /** All tokens, comments included; the last one is the end. */
  static List<Token> tokens(String text, Problems problems) {
    return new Lexer(text, problems).run();
  }

  private List<Token> run() {
    at = text.startsWith("\uFEFF") ? 1 : 0;
    while (at < text.length() && tokens.size() < Limits.TOKENS_MAX) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else {
        token();
      }
    }
    if (at < text.length()) {
      problems.error(
          new Span(at, at), "the file has more than " + Limits.TOKENS_MAX + " words and symbols");
    }
    tokens.add(new Token(Token.Kind.END, "", new Span(text.length(), text.length())));
    return tokens;
  }

  private void token() {
    char c = text.charAt(at);
    if (isDigit(c)) {
      word(Token.Kind.NUMBER);
    } else if (isWordPart(c)) {
      word(Token.Kind.WORD);
    } else if (c == '"') {
      string();
    } else if (text.startsWith("//", at)) {
      int end = text.indexOf('\n', at);
      add(Token.Kind.COMMENT, end < 0 ? text.length() : end);
    } else if (text.startsWith("/*", at)) {
      blockComment();
    } else {
      symbol();
    }
  }

  private void add(Token.Kind kind, int end) {
    tokens.add(new Token(kind, text.substring(at, end), new Span(at, end)));
    at = end;
  }

  private void word(Token.Kind kind) {
    int end = at;
    while (end < text.length() && isWordPart(text.charAt(end))) {
      end++;
    }
    if (end - at > Limits.NAME_CHARACTERS_MAX) {
      problems.error(
          new Span(at, end),
          "this word is longer than " + Limits.NAME_CHARACTERS_MAX + " characters");
    }
    add(kind, end);
  }

  private void blockComment() {
    int close = text.indexOf("*/", at + 2);
    if (close < 0) {
      problems.error(new Span(at, at + 2), "this comment has no end", "close it with `*/`");
    }
    add(Token.Kind.COMMENT, close < 0 ? text.length() : close + 2);
  }

  private void string() {
    StringBuilder content = new StringBuilder();
    int end = at + 1;
    while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
      if (text.charAt(end) == '\\' && end + 1 < text.length() && isEscaped(text.charAt(end + 1))) {
        end++;
      }
      content.append(text.charAt(end++));
    }
    boolean closed = end < text.length() && text.charAt(end) == '"';
    if (!closed) {
      problems.error(
          new Span(at, end), "this string does not end on its line", "close it with `\"`");
    }
    int after = closed ? end + 1 : end;
    tokens.add(new Token(Token.Kind.STRING, content.toString().strip(), new Span(at, after)));
    at = after;
  }

  private static boolean isEscaped(char c) {
    return c == '"' || c == '\\';
  }

  private void symbol() {
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, at)) {
        add(Token.Kind.SYMBOL, at + symbol.length());
        return;
      }
    }
    int end = at + 1;
    while (end < text.length() && isStrange(text.charAt(end))) {
      end++;
    }
    Span span = new Span(at, end);
    problems.error(span, strange(text.charAt(at)), hint(text.charAt(at)));
    // The parser stumbles over it too, at the same place, which is then not reported again.
    tokens.add(new Token(Token.Kind.SYMBOL, text.substring(at, at + 1), span));
    at = end;
  }

  private static boolean isStrange(char c) {
    return (c >= 128 || Character.isISOControl(c)) && !Character.isWhitespace(c);
  }

  private static String strange(char c) {
    return c > ' ' && c < 127
        ? "`" + c + "` has no meaning in this language"
        : String.format("the character U+%04X stands outside of strings and comments", (int) c);
  }

  private static String hint(char c) {
    return switch (c) {
      case '#' -> "a comment begins with `//`";
      case '\'' -> "strings stand between `\"` and `\"`";
      case '/', '%', '^', '~', '?' -> "the operators are + - | & == != < <= > >= && || !";
      default -> "";
    };
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isWordPart(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
}
