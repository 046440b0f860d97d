package cowherd.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses expressions: C's operators with C's precedence. */
final class ExpressionParser {
  /** Binary operators from the weakest to the strongest. */
  private static final List<List<String>> LEVELS =
      List.of(
          List.of("||"),
          List.of("&&"),
          List.of("|"),
          List.of("&"),
          List.of("==", "!="),
          List.of("<", "<=", ">", ">="),
          List.of("+", "-"));

  private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream tokens;
  private int operators;
  private int nesting;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  Tree.Expression expression() {
    if (nesting == 0) {
      operators = 0;
    }
    tokens.enter();
    nesting++;
    try {
      return binary(0);
    } finally {
      nesting--;
      tokens.leave();
    }
  }

  /** An expression where a single {@code =} must be a slip. */
  Tree.Expression condition() {
    Tree.Expression left = expression();
    if (!tokens.at("=")) {
      return left;
    }
    tokens
        .problems()
        .error(tokens.peek().span(), "`=` assigns; this is a condition", "did you mean `==`?");
    Tree.Name operator = new Tree.Name("==", tokens.next().span());
    Tree.Expression right = condition();
    return new Tree.Binary(left.span().to(right.span()), operator, left, right);
  }

  /** {@code (condition)}. */
  Tree.Expression parenthesisedCondition(String keyword) {
    tokens.expect("(", "`(` and the condition of `" + keyword + "`");
    Tree.Expression condition = condition();
    tokens.expect(")", "`)` at the end of the condition");
    return condition;
  }

  private Tree.Expression binary(int level) {
    if (level == LEVELS.size()) {
      return unary();
    }
    Tree.Expression left = binary(level + 1);
    while (isOperator(level)) {
      Token operator = tokens.next();
      if (++operators > Limits.OPERATORS_MAX) {
        throw tokens.bail(
            operator.span(),
            "this expression has more than " + Limits.OPERATORS_MAX + " operators",
            "assign parts of it to variables");
      }
      Tree.Expression right = binary(level + 1);
      left =
          new Tree.Binary(
              left.span().to(right.span()),
              new Tree.Name(operator.text(), operator.span()),
              left,
              right);
      checkMixture((Tree.Binary) left);
    }
    return left;
  }

  private boolean isOperator(int level) {
    Token token = tokens.peek();
    return token.kind() == Token.Kind.SYMBOL && LEVELS.get(level).contains(token.text());
  }

  /** Mixtures that C reads otherwise than people do. */
  private void checkMixture(Tree.Binary binary) {
    String operator = binary.operator().text();
    if (operator.equals("&") || operator.equals("|")) {
      if (isComparison(binary.left()) || isComparison(binary.right())) {
        tokens
            .problems()
            .error(
                binary.operator().span(),
                "`" + operator + "` binds weaker than a comparison, as in C",
                "put parentheses around `a " + operator + " b`");
      }
    } else if (COMPARISONS.contains(operator) && isComparison(binary.left())) {
      throw tokens.bail(
          binary.operator().span(),
          "comparisons do not chain",
          "write `a == b && b == c`, or put parentheses");
    }
  }

  private static boolean isComparison(Tree.Expression expression) {
    return expression instanceof Tree.Binary binary
        && COMPARISONS.contains(binary.operator().text());
  }

  private Tree.Expression unary() {
    Token token = tokens.peek();
    if (token.is("!") || token.is("-")) {
      tokens.next();
      tokens.enter();
      Tree.Expression operand = unary();
      tokens.leave();
      return new Tree.Unary(token.span().to(operand.span()), token.text(), operand);
    }
    if (token.is("*")) {
      tokens.next();
      Tree.Path path = path("a reference");
      return new Tree.Dereference(token.span().to(path.span()), path);
    }
    if (token.is("&")) {
      tokens.next();
      Tree.Path path = path("a page");
      return new Tree.AddressOf(token.span().to(path.span()), path);
    }
    return primary();
  }

  private Tree.Expression primary() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case NUMBER -> {
        tokens.next();
        yield new Tree.Number(token.span(), token.text());
      }
      case WORD -> {
        if (tokens.peek(1).is("(")) {
          yield call();
        }
        yield path("a value");
      }
      case SYMBOL -> {
        if (!token.is("(")) {
          throw tokens.unexpected("a value", "");
        }
        tokens.next();
        Tree.Expression inner = expression();
        Token close = tokens.expect(")", "`)`");
        yield new Tree.Parentheses(token.span().to(close.span()), inner);
      }
      case STRING, COMMENT, END -> throw tokens.unexpected("a value", "");
    };
  }

  /** {@code name(arguments)}. */
  Tree.Call call() {
    Token name = tokens.next();
    tokens.expect("(", "`(`");
    List<Tree.Expression> arguments = new ArrayList<>();
    if (!tokens.at(")")) {
      do {
        arguments.add(expression());
      } while (tokens.accept(","));
    }
    Token close = tokens.expect(")", "`,` or `)`");
    return new Tree.Call(
        name.span().to(close.span()), new Tree.Name(name.text(), name.span()), arguments);
  }

  /** {@code name.part.0[index]}. */
  Tree.Path path(String wanted) {
    List<Tree.Name> parts = new ArrayList<>();
    parts.add(tokens.name(wanted));
    while (tokens.accept(".")) {
      Token part = tokens.peek();
      if (part.kind() != Token.Kind.WORD && part.kind() != Token.Kind.NUMBER) {
        throw tokens.unexpected("a name or the number of a page after the `.`", "");
      }
      tokens.next();
      parts.add(new Tree.Name(part.text(), part.span()));
    }
    Span span = parts.getFirst().span().to(parts.getLast().span());
    Optional<Tree.Expression> index = Optional.empty();
    if (tokens.accept("[")) {
      index = Optional.of(expression());
      Token close = tokens.expect("]", "`]`");
      span = span.to(close.span());
    }
    return new Tree.Path(span, List.copyOf(parts), index);
  }
}
