package cowherd.litmus;

import cowherd.litmus.FormattedLine.Alignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where blanks stand between tokens, and where a long line may be broken. */
final class Spacing {
  private static final Set<String> DASHED =
      Set.of("litmus", "for", "tolerates", "background", "expect");
  private static final Set<String> SPACED_PARENTHESES =
      Set.of("if", "while", "never", "always", "sometimes", "invariant");
  private static final Set<String> BREAK_AFTER = Set.of(",", "&&", "||", "|");

  /** What the further lines of a broken line begin with. */
  private static final String CONTINUATION = "    ";

  private Spacing() {}

  /** The tokens in one line. */
  static String join(List<Token> tokens) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < tokens.size(); i++) {
      out.append(i > 0 && isSpaced(tokens, i) ? " " : "").append(shown(tokens.get(i)));
    }
    return out.toString();
  }

  /** The tokens in lines of that width, as far as they can be broken. */
  static List<String> wrap(List<Token> tokens, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String piece : pieces(tokens)) {
      int room = lines.isEmpty() ? width : width - CONTINUATION.length();
      boolean tooLong = line.length() + piece.stripTrailing().length() > room;
      if (tooLong && !line.isEmpty()) {
        lines.add(lines.isEmpty() ? line.toString() : CONTINUATION + line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? piece.stripLeading() : piece);
    }
    lines.add(lines.isEmpty() ? line.toString() : CONTINUATION + line);
    return lines;
  }

  /** Parts between which a line may be broken, blanks included. */
  private static List<String> pieces(List<Token> tokens) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean breaks =
          i > 0
              && depth == 0
              && (token.kind() == Token.Kind.STRING
                  || BREAK_AFTER.contains(tokens.get(i - 1).text()));
      if (breaks && !piece.isEmpty()) {
        pieces.add(piece.toString());
        piece.setLength(0);
      }
      piece.append(i > 0 && isSpaced(tokens, i) ? " " : "").append(shown(token));
      depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
    }
    pieces.add(piece.toString());
    return pieces;
  }

  private static String shown(Token token) {
    return token.kind() == Token.Kind.STRING
        ? '"' + token.text().replace("\\", "\\\\").replace("\"", "\\\"") + '"'
        : token.text();
  }

  /** Whether a blank stands before a token. */
  private static boolean isSpaced(List<Token> tokens, int index) {
    Token before = tokens.get(index - 1);
    Token token = tokens.get(index);
    if (token.is(";") || token.is(",") || token.is("..") || before.is("..")) {
      return false;
    }
    if (DASHED.contains(tokens.getFirst().text())) {
      boolean glued = before.span().end() == token.span().start();
      return !glued || before.is(",") || token.kind() == Token.Kind.STRING;
    }
    if (token.is(")") || token.is("]") || token.is(".") || token.is("[")) {
      return false;
    }
    if (before.is("(") || before.is("[") || before.is(".") || before.is("!")) {
      return false;
    }
    if (token.is("(")) {
      return before.kind() != Token.Kind.WORD || SPACED_PARENTHESES.contains(before.text());
    }
    if (isInitializer(tokens, index)) {
      return before.is("=") || before.is(",");
    }
    return !(before.is("{") && token.is("}")) && !isUnary(tokens, index - 1);
  }

  /** Within {@code = {1, 2}}. */
  private static boolean isInitializer(List<Token> tokens, int index) {
    for (int i = index; i > 0; i--) {
      if (tokens.get(i).is("{")) {
        return tokens.get(i - 1).is("=");
      }
      if (tokens.get(i).is("}") && i < index) {
        return false;
      }
    }
    return false;
  }

  /** Whether an operator has no left operand. */
  private static boolean isUnary(List<Token> tokens, int index) {
    Token token = tokens.get(index);
    if (!token.is("*") && !token.is("&") && !token.is("-")) {
      return false;
    }
    if (index == 0) {
      return true;
    }
    Token before = tokens.get(index - 1);
    boolean operand =
        before.kind() == Token.Kind.WORD
            || before.kind() == Token.Kind.NUMBER
            || before.is(")")
            || before.is("]");
    return !operand;
  }

  /** Where neighbours of a line are aligned with it. */
  static Alignment alignment(List<Token> tokens, boolean oneLine) {
    Token first = tokens.getFirst();
    for (int i = 1; i < tokens.size() && oneLine; i++) {
      if (first.isWord("expect") && tokens.get(i).isWord("on")) {
        return new Alignment(Alignment.Kind.EXPECTATION, join(tokens.subList(0, i)).length() + 1);
      }
      if (first.isWord("thread") && tokens.get(i).is("{") && tokens.getLast().is("}")) {
        return new Alignment(Alignment.Kind.THREAD, join(tokens.subList(0, i)).length() + 1);
      }
    }
    return Alignment.NONE;
  }
}
