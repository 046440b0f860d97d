package cowherd.litmus;

import java.util.ArrayList;
import java.util.List;

/** Parses the bodies of processes and threads. */
final class StatementParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  StatementParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Statements between braces; mistakes in one of them do not end the block. */
  Tree.Block block(String owner) {
    tokens.enter();
    try {
      Token open = tokens.expect("{", "`{` and the statements of " + owner);
      List<Tree.Statement> statements = new ArrayList<>();
      while (!tokens.at("}") && !tokens.atEnd() && !atTest()) {
        statement(statements);
      }
      if (!tokens.at("}")) {
        throw tokens.bail(open.span(), "this `{` has no `}`", "close it with `}`");
      }
      Token close = tokens.next();
      return new Tree.Block(open.span().to(close.span()), List.copyOf(statements));
    } finally {
      tokens.leave();
    }
  }

  /** The beginning of another test: a brace is missing before it. */
  private boolean atTest() {
    return tokens.isOnNewLine() && (tokens.atWord("litmus") || tokens.atWord("expect"));
  }

  private void statement(List<Tree.Statement> out) {
    int begin = tokens.position();
    try {
      if (tokens.accept(";")) {
        return;
      }
      out.add(statement());
    } catch (TokenStream.Bail _) {
      tokens.skipStatement(Words.STATEMENTS);
      if (tokens.position() == begin) {
        tokens.next();
      }
    }
  }

  private Tree.Statement statement() {
    Token token = tokens.peek();
    if (token.kind() != Token.Kind.WORD) {
      return assignment();
    }
    return switch (token.text()) {
      case "if" -> branch();
      case "while" -> loopWhile();
      case "loop" -> {
        tokens.next();
        yield new Tree.Loop(token.span(), block("`loop`"));
      }
      case "repeat" -> repeat();
      case "break" -> {
        tokens.next();
        tokens.semicolon();
        yield new Tree.Break(token.span());
      }
      case "thread" -> thread();
      case "assert" -> {
        tokens.next();
        Tree.Expression condition = expressions.parenthesisedCondition("assert");
        Span span = token.span().to(tokens.previous().span());
        tokens.semicolon();
        yield new Tree.Assert(span, condition);
      }
      default -> callOrAssignment(token);
    };
  }

  private Tree.Statement callOrAssignment(Token token) {
    boolean foreign = Words.FOREIGN.containsKey(token.text());
    if (foreign && (!tokens.peek(1).is("=") || Words.RESERVED.contains(token.text()))) {
      tokens.skipParentheses();
      throw tokens.bail(
          token.span(),
          "`" + token.text() + "` is not a statement of this language",
          Words.FOREIGN.getOrDefault(token.text(), ""));
    }
    if (tokens.peek(1).is("(")) {
      Tree.Call call = expressions.call();
      tokens.semicolon();
      return new Tree.CallStatement(call.span(), call);
    }
    if (tokens.peek(1).kind() == Token.Kind.WORD && tokens.peek(2).is("=")) {
      throw tokens.bail(
          token.span(),
          "a declaration `" + token.text() + " " + tokens.peek(1).text() + "` inside a process",
          Words.ITEMS.contains(token.text())
              ? "declare memory above the processes, or map it here with `mmap(...)`"
              : "a variable is made by assigning to it: `r = x;`");
    }
    return assignment();
  }

  private Tree.Statement assignment() {
    Token first = tokens.peek();
    Tree.Expression target;
    if (tokens.accept("*")) {
      Tree.Path path = expressions.path("a reference");
      target = new Tree.Dereference(first.span().to(path.span()), path);
    } else {
      target = expressions.path("a statement");
    }
    if (!tokens.at("=")) {
      throw tokens.unexpected(
          "`=`, or `(` and the arguments of a call",
          tokens.at("+") || tokens.at("-") ? "write `r = r + 1;`" : "");
    }
    tokens.next();
    Tree.Expression value = expressions.expression();
    Span span = first.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.Assign(span, target, value);
  }

  private Tree.Statement branch() {
    Token keyword = tokens.next();
    Tree.Expression condition = expressions.parenthesisedCondition("if");
    Span span = keyword.span().to(tokens.previous().span());
    Tree.Block then = block("`if`");
    Tree.Block otherwise = new Tree.Block(then.span().after(), List.of());
    if (tokens.acceptWord("else")) {
      otherwise = tokens.atWord("if") ? elseIf() : block("`else`");
    }
    return new Tree.If(span, condition, then, otherwise);
  }

  private Tree.Block elseIf() {
    tokens.enter();
    try {
      Tree.Statement statement = branch();
      return new Tree.Block(statement.span(), List.of(statement));
    } finally {
      tokens.leave();
    }
  }

  private Tree.Statement loopWhile() {
    Token keyword = tokens.next();
    Tree.Expression condition = expressions.parenthesisedCondition("while");
    Span span = keyword.span().to(tokens.previous().span());
    return new Tree.While(span, condition, block("`while`"));
  }

  private Tree.Statement repeat() {
    Token keyword = tokens.next();
    if (tokens.peek().kind() != Token.Kind.NUMBER) {
      throw tokens.unexpected("a number of rounds", "for an endless loop write `loop {...}`");
    }
    Token number = tokens.next();
    Tree.Expression times = new Tree.Number(number.span(), number.text());
    return new Tree.Repeat(keyword.span().to(number.span()), times, block("`repeat`"));
  }

  private Tree.Statement thread() {
    Token keyword = tokens.next();
    Tree.Name name = tokens.name("the name of the thread");
    boolean daemon = tokens.acceptWord("daemon");
    Span span = keyword.span().to(tokens.previous().span());
    return new Tree.ThreadBlock(span, name, daemon, block("the thread"));
  }
}
