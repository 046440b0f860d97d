package cowherd.litmus;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines of a formatted file. Tokens are gathered until a statement, a header or the opening of
 * a block is complete, and then make a line; comments make lines of their own or end one.
 */
final class Layout {
  private final String text;
  private final List<Token> tokens;
  private final List<FormattedLine> lines = new ArrayList<>();
  private final List<Token> pending = new ArrayList<>();
  private final List<Token> deferred = new ArrayList<>();
  private int at;
  private int indent;
  private int parentheses;
  private boolean header;
  private boolean blankNext;

  Layout(String text, List<Token> tokens) {
    this.text = text;
    this.tokens = tokens;
  }

  String run() {
    for (at = 0; tokens.get(at).kind() != Token.Kind.END; at++) {
      Token token = tokens.get(at);
      if (token.kind() == Token.Kind.COMMENT) {
        comment(token);
      } else if (pending.isEmpty()) {
        first(token);
      } else {
        further(token);
      }
    }
    return FormattedLine.print(lines);
  }

  // ---- tokens --------------------------------------------------------------------------------

  private void first(Token token) {
    if (token.is(";")) {
      return;
    }
    if (token.isWord("litmus")) {
      testName();
      return;
    }
    endHeader();
    if (header && token.kind() == Token.Kind.STRING) {
      pending.add(token);
      flushHeader();
      return;
    }
    if (header && token.isWord("for")) {
      kinds();
      return;
    }
    if (token.is("}")) {
      indent--;
    }
    pending.add(token);
    if (token.is("}") && !nextIsElse()) {
      flush();
    }
  }

  private void further(Token token) {
    if (header) {
      pending.add(token);
      flushHeader();
      return;
    }
    if (token.is("{") && !pending.getLast().is("=")) {
      brace();
      return;
    }
    pending.add(token);
    parentheses += token.is("(") ? 1 : token.is(")") ? -1 : 0;
    if (token.is(";") && parentheses == 0) {
      flush();
    }
  }

  /** The header ends before the first token that is no part of it; a blank line follows. */
  private void endHeader() {
    if (header) {
      int next = at;
      while (tokens.get(next).kind() == Token.Kind.COMMENT) {
        next++;
      }
      Token token = tokens.get(next);
      header = token.kind() == Token.Kind.STRING || token.isWord("from") || token.isWord("for");
      blankNext |= !header;
    }
  }

  /** {@code for base, thp}: to the end of the list. */
  private void kinds() {
    pending.add(tokens.get(at));
    for (int next = nextToken(); isListed(next); next = nextToken()) {
      deferred.addAll(tokens.subList(at + 1, next));
      pending.add(tokens.get(next));
      at = next;
    }
    flushHeader();
  }

  private int nextToken() {
    int next = at + 1;
    while (tokens.get(next).kind() == Token.Kind.COMMENT) {
      next++;
    }
    return next;
  }

  private boolean isListed(int next) {
    Token before = pending.getLast();
    Token token = tokens.get(next);
    boolean glued = before.span().end() == token.span().start();
    boolean inName =
        token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.NUMBER || token.is("-");
    return token.is(",") || before.is(",") || before.isWord("for") || glued && inName;
  }

  private void testName() {
    separate();
    pending.add(tokens.get(at));
    while (tokens.get(++at).kind() == Token.Kind.COMMENT) {
      deferred.add(tokens.get(at));
    }
    pending.add(tokens.get(at));
    while (tokens.get(at).span().end() == tokens.get(at + 1).span().start()
        && tokens.get(at + 1).kind() != Token.Kind.COMMENT
        && tokens.get(at + 1).kind() != Token.Kind.END
        && tokens.get(at + 1).kind() != Token.Kind.STRING) {
      pending.add(tokens.get(++at));
    }
    flush();
    header = true;
  }

  /** A blank line before a test and the comments directly above it. */
  private void separate() {
    int first = lines.size();
    boolean attached = newlinesBefore() < 2;
    while (attached && first > 0 && lines.get(first - 1).isComment()) {
      first--;
      attached = !lines.get(first).hasBlankBefore();
    }
    if (first == lines.size()) {
      blankNext = true;
    } else {
      lines.get(first).separate(first > 0);
    }
  }

  private void flushHeader() {
    indent++;
    flush();
    indent--;
  }

  /** A block, or the outcomes of {@code allowed}. */
  private void brace() {
    int close = closing(at);
    if (pending.getFirst().isWord("allowed")) {
      allowed(close);
      return;
    }
    if (tokens.subList(at + 1, close).stream().allMatch(token -> token.is(";"))) {
      pending.addAll(List.of(tokens.get(at), tokens.get(close)));
      at = close;
      if (!nextIsElse()) {
        flush();
      }
      return;
    }
    if (isInline(close)) {
      pending.addAll(tokens.subList(at, close + 1));
      at = close;
      if (!nextIsElse()) {
        flush();
      }
      return;
    }
    pending.add(tokens.get(at));
    flush();
    indent++;
  }

  private int closing(int open) {
    int depth = 0;
    int index = open;
    do {
      depth += tokens.get(index).is("{") ? 1 : tokens.get(index).is("}") ? -1 : 0;
      index++;
    } while (depth > 0);
    return index - 1;
  }

  /** Whether a block stands on one line, holds no other, and fits. */
  private boolean isInline(int close) {
    List<Token> inner = tokens.subList(at + 1, close);
    boolean simple = inner.stream().noneMatch(t -> t.kind() == Token.Kind.COMMENT || t.is("{"));
    boolean oneLine =
        text.substring(tokens.get(at).span().start(), tokens.get(close).span().start())
                .indexOf('\n')
            < 0;
    if (!simple || !oneLine) {
      return false;
    }
    List<Token> whole = new ArrayList<>(pending);
    whole.addAll(tokens.subList(at, close + 1));
    return 2 * indent + Spacing.join(whole).length() <= Formatter.COLUMNS_MAX;
  }

  private void allowed(int close) {
    List<Token> whole = new ArrayList<>(pending);
    int end = close;
    for (int next = close + 1; isTail(tokens.get(next)); next++) {
      end = tokens.get(next).kind() == Token.Kind.COMMENT ? end : next;
    }
    whole.addAll(tokens.subList(at, end + 1));
    boolean comments = whole.stream().anyMatch(t -> t.kind() == Token.Kind.COMMENT);
    if (!comments && 2 * indent + Spacing.join(whole).length() <= Formatter.COLUMNS_MAX) {
      pending.addAll(tokens.subList(at, end + 1));
      at = end;
      flush();
      return;
    }
    pending.add(tokens.get(at));
    flush();
    indent++;
    outcomes(close);
    indent--;
    for (Token token : tokens.subList(close, end + 1)) {
      (token.kind() == Token.Kind.COMMENT ? deferred : pending).add(token);
    }
    at = end;
    flush();
  }

  private static boolean isTail(Token token) {
    return token.is(";") || token.kind() == Token.Kind.STRING || token.kind() == Token.Kind.COMMENT;
  }

  private void outcomes(int close) {
    int depth = 0;
    for (at++; at < close; at++) {
      Token token = tokens.get(at);
      if (token.kind() == Token.Kind.COMMENT) {
        comment(token);
        continue;
      }
      pending.add(token);
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      if (token.is(",") && depth == 0) {
        flush();
      }
    }
    if (!pending.isEmpty()) {
      flush();
    }
  }

  private boolean nextIsElse() {
    return tokens.get(nextToken()).isWord("else");
  }

  // ---- comments ------------------------------------------------------------------------------

  private void comment(Token token) {
    if (!pending.isEmpty()) {
      deferred.add(token);
      return;
    }
    boolean trailing = !lines.isEmpty() && at > 0 && newlinesBefore() == 0;
    if (trailing && lines.getLast().canTakeComment()) {
      lines.getLast().comment = token.text().stripTrailing();
    } else {
      endHeader();
      indent += header ? 1 : 0;
      addLine(token.text().stripTrailing(), newlinesBefore() > 1, true);
      indent -= header ? 1 : 0;
    }
  }

  /** Line ends before the current token. */
  private int newlinesBefore() {
    return newlinesBefore(at);
  }

  private int newlinesBefore(int index) {
    int start = index == 0 ? 0 : tokens.get(index - 1).span().end();
    String gap = text.substring(start, tokens.get(index).span().start());
    return (int) gap.chars().filter(c -> c == '\n').count();
  }

  // ---- lines ---------------------------------------------------------------------------------

  private void flush() {
    boolean blank = blankBefore(pending.getFirst());
    int inner = pending.getFirst().is("}") ? 1 : 0;
    indent += inner;
    for (Token comment : deferred) {
      addLine(comment.text().stripTrailing(), blank, true);
      blank = false;
    }
    indent -= inner;
    deferred.clear();
    List<String> wrapped = Spacing.wrap(pending, Formatter.COLUMNS_MAX - 2 * indent);
    addLine(wrapped.getFirst(), blank, false);
    lines.getLast().alignAt(Spacing.alignment(pending, wrapped.size() == 1));
    for (String more : wrapped.subList(1, wrapped.size())) {
      addLine(more, false, false);
    }
    pending.clear();
    parentheses = 0;
  }

  private boolean blankBefore(Token token) {
    int index = at;
    while (tokens.get(index) != token) {
      index--;
    }
    return newlinesBefore(index) > 1 && !token.is("}");
  }

  private void addLine(String content, boolean blank, boolean isComment) {
    boolean opened = !lines.isEmpty() && lines.getLast().content.endsWith("{");
    boolean before = (blank || blankNext) && !lines.isEmpty() && !opened && !header;
    blankNext = false;
    lines.add(new FormattedLine(2 * indent, content, before, isComment));
  }
}
