package cowherd.litmus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Parses a file: tests and their items. */
final class TestParser {
  private static final String NEW_TEST = "begin the test with `litmus some-name`";

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final StatementParser statements;

  TestParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
    this.statements = new StatementParser(tokens, expressions);
  }

  List<Tree.Test> file() {
    List<Tree.Test> tests = new ArrayList<>();
    if (!tokens.atWord("litmus")) {
      String message =
          tokens.atEnd() ? "the file contains no test" : "a file begins with `litmus` and a name";
      tokens.problems().error(tokens.peek().span(), message, NEW_TEST);
      tokens.skipToWord(List.of("litmus"));
    }
    while (!tokens.atEnd()) {
      if (tests.size() == Limits.TESTS_MAX) {
        tokens
            .problems()
            .error(tokens.peek().span(), "the file has more than " + Limits.TESTS_MAX + " tests");
        return tests;
      }
      test(tests);
    }
    return tests;
  }

  private void test(List<Tree.Test> tests) {
    Token keyword = tokens.next();
    Tree.Name name = new Tree.Name("", keyword.span());
    String story = "";
    List<String> sources = new ArrayList<>();
    List<Tree.Name> kinds = List.of();
    try {
      name = tokens.dashedName("the name of the test", false);
      story = tokens.string().orElse("");
      while (tokens.acceptWord("from")) {
        sources.add(
            tokens.string().orElseThrow(() -> tokens.unexpected("a string: the source", "")));
      }
      kinds = kinds(tokens);
    } catch (TokenStream.Bail _) {
      tokens.skipToWord(Words.ITEMS);
    }
    List<Tree.Item> items = items();
    Span span = keyword.span().to(tokens.previous().span());
    tests.add(new Tree.Test(span, name, story, List.copyOf(sources), kinds, items));
  }

  /** {@code for KIND, KIND}, or nothing. */
  static List<Tree.Name> kinds(TokenStream tokens) {
    List<Tree.Name> kinds = new ArrayList<>();
    if (tokens.acceptWord("for")) {
      do {
        kinds.add(tokens.dashedName("a kind of memory", false));
      } while (tokens.accept(","));
    }
    return List.copyOf(kinds);
  }

  private List<Tree.Item> items() {
    List<Tree.Item> items = new ArrayList<>();
    while (!tokens.atEnd() && !tokens.atWord("litmus")) {
      int begin = tokens.position();
      try {
        if (!tokens.accept(";")) {
          items.add(item());
        }
      } catch (TokenStream.Bail _) {
        tokens.skipStatement(Words.ITEMS);
        if (tokens.position() == begin || tokens.at("}")) {
          tokens.next();
        }
      }
    }
    return List.copyOf(items);
  }

  /** Statements between braces. */
  Tree.Block block() {
    return statements.block("the preparation");
  }

  Tree.Item item() {
    Token token = tokens.peek();
    if (token.kind() != Token.Kind.WORD || !Words.ITEMS.contains(token.text())) {
      throw tokens.bail(
          token.span(),
          "here should be a declaration, a process, a condition or `expect`, not " + token.shown(),
          hint(token));
    }
    if (Words.MEMORY_MODIFIERS.containsKey(token.text())) {
      return memory();
    }
    return switch (token.text()) {
      case "file" -> file(tokens.next());
      case "pipe" -> pipes();
      case "pool" -> pool();
      case "background" -> background();
      case "tolerates" -> tolerates();
      case "process" -> process();
      case "kernel" -> kernel();
      case "expect" -> new ExpectationParser(tokens).expectation();
      default -> condition();
    };
  }

  private String hint(Token token) {
    if (token.kind() != Token.Kind.WORD) {
      return "";
    }
    if (token.isWord("thread")) {
      return "a thread stands inside of a `process`";
    }
    return Hints.didYouMean(token.text(), Words.ITEMS);
  }

  // ---- declarations --------------------------------------------------------------------------

  private Tree.Item memory() {
    Token kind = tokens.next();
    List<Tree.Name> modifiers =
        modifiers(Words.MEMORY_MODIFIERS.getOrDefault(kind.text(), List.of()), kind);
    Tree.Name name = tokens.name("the name of the memory");
    Optional<Tree.Expression> words = words();
    Optional<Tree.Expression> pages = Optional.empty();
    if (tokens.acceptWord("pages")) {
      pages = Optional.of(number("the number of pages"));
    }
    Tree.Initial initial = initial();
    Span span = kind.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.Memory(
        span, new Tree.Name(kind.text(), kind.span()), modifiers, name, words, pages, initial);
  }

  /** Words before the name; the last word in a row is the name itself. */
  private List<Tree.Name> modifiers(List<String> known, Token kind) {
    List<Tree.Name> modifiers = new ArrayList<>();
    while (tokens.peek(1).kind() == Token.Kind.WORD && !tokens.peek(1).isWord("pages")) {
      Token word = tokens.next();
      if (!known.contains(word.text())) {
        throw tokens.bail(
            word.span(),
            "there is no `" + kind.text() + "` of kind `" + word.text() + "`",
            known.isEmpty()
                ? "write `" + kind.text() + " NAME;`"
                : "the words before the name are: " + String.join(", ", known));
      }
      modifiers.add(new Tree.Name(word.text(), word.span()));
    }
    return List.copyOf(modifiers);
  }

  private Optional<Tree.Expression> words() {
    if (!tokens.accept("[")) {
      return Optional.empty();
    }
    Tree.Expression words = number("the number of words");
    tokens.expect("]", "`]`");
    return Optional.of(words);
  }

  private Tree.Expression number(String wanted) {
    if (tokens.peek().kind() != Token.Kind.NUMBER) {
      throw tokens.unexpected(wanted, "");
    }
    Token number = tokens.next();
    return new Tree.Number(number.span(), number.text());
  }

  private Tree.Initial initial() {
    if (!tokens.accept("=")) {
      return Tree.Initial.NONE;
    }
    if (!tokens.accept("{")) {
      return new Tree.Initial(List.of(number("the value, a number")), false);
    }
    List<Tree.Expression> values = new ArrayList<>();
    do {
      values.add(number("the value of a word"));
    } while (tokens.accept(","));
    tokens.expect("}", "`,` or `}`");
    return new Tree.Initial(List.copyOf(values), true);
  }

  private Tree.Item file(Token keyword) {
    List<Tree.Name> modifiers = modifiers(Words.FILE_MODIFIERS, keyword);
    Tree.Name name = tokens.name("the name of the file");
    Optional<Tree.Expression> words = words();
    Tree.Initial initial = initial();
    Span span = keyword.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.FileItem(span, modifiers, name, words, initial);
  }

  private Tree.Item pipes() {
    Token keyword = tokens.next();
    List<Tree.Name> names = names("the name of the pipe");
    Span span = keyword.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.Pipes(span, names);
  }

  private List<Tree.Name> names(String wanted) {
    List<Tree.Name> names = new ArrayList<>();
    do {
      names.add(tokens.name(wanted));
    } while (tokens.accept(","));
    return List.copyOf(names);
  }

  private Tree.Item pool() {
    Token keyword = tokens.next();
    Tree.Expression pages = number("the number of huge pages");
    tokens.semicolon();
    return new Tree.Pool(keyword.span().to(pages.span()), pages);
  }

  private Tree.Item background() {
    Token keyword = tokens.next();
    List<Tree.Name> names = new ArrayList<>();
    do {
      names.add(tokens.dashedName("the name of a background actor", false));
    } while (tokens.accept(","));
    Span span = keyword.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.Background(span, List.copyOf(names));
  }

  private Tree.Item tolerates() {
    Token keyword = tokens.next();
    Tree.Name what = tokens.dashedName("the name of a property, or `hang`", false);
    String reason =
        tokens
            .string()
            .orElseThrow(() -> tokens.unexpected("a string: the reason", "say why, in quotes"));
    Span span = keyword.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.Tolerates(span, what, reason);
  }

  // ---- processes -----------------------------------------------------------------------------

  private Tree.Item process() {
    Token keyword = tokens.next();
    Tree.Name name = tokens.name("the name of the process");
    Tree.Block body = statements.block("the process");
    return new Tree.Process(keyword.span().to(body.span()), name, body);
  }

  private Tree.Item kernel() {
    Token keyword = tokens.next();
    Tree.Name name = tokens.name("the name of the kernel thread");
    boolean daemon = tokens.acceptWord("daemon");
    Tree.Block body = statements.block("the kernel thread");
    return new Tree.Kernel(keyword.span().to(body.span()), name, daemon, body);
  }

  // ---- conditions ----------------------------------------------------------------------------

  private Tree.Item condition() {
    Token keyword = tokens.next();
    Assertion.Kind kind = Assertion.Kind.of(keyword.text()).orElseThrow();
    List<Tree.Expression> conditions;
    if (kind == Assertion.Kind.ALWAYS && tokens.acceptWord("terminates")) {
      kind = Assertion.Kind.TERMINATES;
      conditions = List.of();
    } else if (kind == Assertion.Kind.ALLOWED) {
      conditions = outcomes();
    } else {
      conditions = List.of(expressions.parenthesisedCondition(keyword.text()));
    }
    Span span = keyword.span().to(tokens.previous().span());
    String because = tokens.string().orElse("");
    if (kind == Assertion.Kind.ALLOWED) {
      tokens.accept(";");
    } else {
      tokens.semicolon();
    }
    return new Tree.Condition(span, kind, conditions, because);
  }

  private List<Tree.Expression> outcomes() {
    tokens.expect("{", "`{` and the allowed outcomes");
    List<Tree.Expression> outcomes = new ArrayList<>();
    while (!tokens.at("}")) {
      outcomes.add(expressions.condition());
      if (!tokens.accept(",")) {
        break;
      }
    }
    tokens.expect("}", "`,` or `}`");
    return List.copyOf(outcomes);
  }

  /** The kinds of conditions that an expectation can name. */
  static List<String> conditionWords() {
    return Arrays.stream(Assertion.Kind.values())
        .filter(kind -> kind != Assertion.Kind.PREPARED)
        .map(Assertion.Kind::word)
        .toList();
  }
}
