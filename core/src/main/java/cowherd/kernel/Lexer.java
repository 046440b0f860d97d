package cowherd.kernel;

import cowherd.kernel.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a kernel file into tokens. A word consists of letters, digits and {@code _ - . / '} and
 * begins with none of {@code - '}, so that {@code v5.10-stable}, {@code child's} and {@code
 * ../my.kernel} are words; a word of digits alone is a number.
 */
final class Lexer {
  /** Most tokens of a file. */
  static final int TOKENS_MAX = 50_000;

  /** Longest word, in UTF-16 units. */
  static final int WORD_LENGTH_MAX = 200;

  /** Longest string, in UTF-16 units. */
  static final int STRING_LENGTH_MAX = 500;

  private static final List<String> SIGNS =
      List.of("==", "!=", "<=", ">=", "<", ">", "(", ")", "+", ":", ";", ",");

  private final Problems problems;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(Problems problems) {
    this.problems = problems;
    this.text = problems.source().text();
  }

  /** All tokens, the last one of kind END. */
  static List<Token> tokens(Problems problems) {
    Lexer lexer = new Lexer(problems);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (skipLayout() && !problems.isFull()) {
      if (tokens.size() == TOKENS_MAX) {
        problems.at(at, 1, "the file has more than " + TOKENS_MAX + " words and signs", "");
        break;
      }
      next();
    }
    tokens.add(new Token(Kind.END, text.length(), 0, ""));
  }

  /** Skips space and comments; false at the end. */
  private boolean skipLayout() {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          problems.at(at, 2, "this comment does not end", "end it with `*/`");
        }
        at = end < 0 ? text.length() : end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  private void next() {
    char c = text.charAt(at);
    if (isWordStart(c)) {
      word();
    } else if (c == '"') {
      string();
    } else {
      sign();
    }
  }

  private void word() {
    int start = at;
    boolean digits = true;
    while (at < text.length() && isWordPart(text.charAt(at)) && !commentBegins()) {
      digits &= isDigit(text.charAt(at));
      at++;
    }
    String word = limited(start, at, "word", WORD_LENGTH_MAX);
    add(digits ? Kind.NUMBER : Kind.WORD, start, word);
  }

  /** The text from start to end, cut and reported when it is too long. */
  private String limited(int start, int end, String what, int lengthMax) {
    if (end - start > lengthMax) {
      problems.at(start, 1, "this " + what + " is longer than " + lengthMax + " characters", "");
    }
    return text.substring(start, Math.min(end, start + lengthMax));
  }

  private boolean commentBegins() {
    return text.startsWith("//", at) || text.startsWith("/*", at);
  }

  private void string() {
    int start = at;
    int end = start + 1;
    while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
      end++;
    }
    boolean closed = end < text.length() && text.charAt(end) == '"';
    if (!closed) {
      problems.at(start, 1, "this string does not end on its line", "end it with `\"`");
    }
    at = closed ? end + 1 : end;
    add(Kind.STRING, start, limited(start + 1, end, "string", STRING_LENGTH_MAX));
  }

  private void sign() {
    for (String sign : SIGNS) {
      if (text.startsWith(sign, at)) {
        at += sign.length();
        add(Kind.SIGN, at - sign.length(), sign);
        return;
      }
    }
    int length = Character.charCount(text.codePointAt(at));
    String offending = text.substring(at, at + length);
    for (String foreign : List.of("&&", "||")) {
      if (text.startsWith(foreign, at)) {
        offending = foreign;
        length = 2;
      }
    }
    problems.at(at, length, "`" + offending + "` means nothing here", fix(offending));
    at += length;
    if (offending.equals("#")) {
      int end = text.indexOf('\n', at);
      at = end < 0 ? text.length() : end;
    }
    // The likely meaning, so that one slip does not bring a second message.
    switch (offending) {
      case "&&" -> add(Kind.WORD, at - length, "and");
      case "||" -> add(Kind.WORD, at - length, "or");
      case "!" -> add(Kind.WORD, at - length, "not");
      case "=" -> add(Kind.SIGN, at - length, "==");
      case "-" -> add(Kind.SIGN, at - length, "+");
      default -> skipRow(offending);
    }
  }

  /** A row of the same junk is reported once. */
  private void skipRow(String offending) {
    while (text.startsWith(offending, at)) {
      at += offending.length();
    }
  }

  private static String fix(String offending) {
    return switch (offending) {
      case "&&", "&" -> "write `and`";
      case "||", "|" -> "write `or`";
      case "!" -> "write `not`";
      case "=" -> "write `==`";
      case "-" -> "sums know only `+`: move the term to the other side";
      case "'" -> "strings stand between double quotes";
      case "#" -> "comments begin with `//`";
      case "{", "}" -> "blocks have no braces: they begin with `on DECISION:`";
      default -> "";
    };
  }

  private void add(Kind kind, int start, String content) {
    tokens.add(new Token(kind, start, at - start, content));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || isDigit(c)
        || c == '_'
        || c == '.'
        || c == '/';
  }

  private static boolean isWordPart(char c) {
    return isWordStart(c) || c == '-' || c == '\'';
  }
}
