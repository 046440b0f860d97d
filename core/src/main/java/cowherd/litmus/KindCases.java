package cowherd.litmus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cases of a test that is written for several kinds of memory. Each has the declarations of its
 * kind in place of {@code memory x = 1;}; the processes that are there from the start prepare it
 * first, and nobody begins before all have.
 */
final class KindCases {
  private static final String MEMORY = "memory";

  private final Tree.Test test;
  private final Source source;
  private final Problems problems;
  private final List<Tree.Memory> declared = new ArrayList<>();
  private final Set<Tree.Name> starting;

  private KindCases(Tree.Test test, Source source, Problems problems) {
    this.test = test;
    this.source = source;
    this.problems = problems;
    for (Tree.Item item : test.items()) {
      if (item instanceof Tree.Memory memory && memory.kind().text().equals(MEMORY)) {
        declared.add(memory);
      }
    }
    this.starting = test.kinds().isEmpty() ? Set.of() : starting();
  }

  /** A test of one kind, and the text that it is compiled from. */
  record Case(String kind, Tree.Test tree, Source source) {}

  /** One test for each kind; none after a mistake. The test itself when it is for no kind. */
  static List<Case> of(Tree.Test test, Source source, Problems problems) {
    KindCases cases = new KindCases(test, source, problems);
    cases.check();
    if (test.kinds().isEmpty() && cases.declared.isEmpty()) {
      return List.of(new Case("", test, source));
    }
    return problems.within(test.span())
        ? List.of()
        : test.kinds().stream().map(kind -> cases.expand(kind.text())).toList();
  }

  // ---- mistakes ------------------------------------------------------------------------------

  private void check() {
    List<String> known = List.copyOf(MemoryKinds.all().keySet());
    Set<String> header = new HashSet<>();
    for (Tree.Name kind : test.kinds()) {
      if (!known.contains(kind.text())) {
        problems.error(
            kind.span(),
            "there is no kind of memory `" + kind.text() + "`",
            Hints.didYouMeanOr(kind.text(), known, "the kinds are: "));
      } else if (!header.add(kind.text())) {
        problems.error(kind.span(), "`" + kind.text() + "` is named twice", "keep one of them");
      }
    }
    declared.forEach(this::checkDeclaration);
    if (!test.kinds().isEmpty() && declared.isEmpty()) {
      problems.error(
          test.kinds().getFirst().span(),
          "the test is for kinds of memory, and declares none that can be of each",
          "declare it: `memory x = 1;`");
    }
    for (Tree.Item item : test.items()) {
      if (item instanceof Tree.Expect expect) {
        checkExpectation(expect, header);
      }
    }
  }

  private void checkDeclaration(Tree.Memory memory) {
    String name = memory.name().text();
    if (test.kinds().isEmpty()) {
      problems.error(
          memory.kind().span(),
          "memory of which kind?",
          "write `for base, swapped` below the name of the test, or `anon " + name + "`");
    } else if (memory.pages().isPresent()) {
      problems.error(
          memory.pages().get().span(), "the kind says how many pages it has", "leave `pages` out");
    } else if (memory.initial().values().isEmpty()) {
      problems.error(
          memory.name().span(),
          "memory of a kind is written to before the test begins",
          "write `memory " + name + " = 1;`");
    }
  }

  private void checkExpectation(Tree.Expect expect, Set<String> header) {
    Set<String> named = new HashSet<>();
    for (Tree.Name kind : expect.kinds()) {
      if (!header.contains(kind.text())) {
        List<String> own = test.kinds().stream().map(Tree.Name::text).toList();
        problems.error(
            kind.span(),
            "the test is not for the kind `" + kind.text() + "`",
            own.isEmpty()
                ? "it is for no kinds: leave `for` out"
                : Hints.didYouMeanOr(kind.text(), own, "it is for "));
      } else if (!named.add(kind.text())) {
        problems.error(kind.span(), "`" + kind.text() + "` is named twice", "keep one of them");
      }
    }
  }

  // ---- one kind ------------------------------------------------------------------------------

  private Case expand(String kindName) {
    MemoryKind kind = MemoryKinds.all().get(kindName);
    if (kind == null) {
      throw new IllegalStateException("KindCases.expand: " + kindName);
    }
    StringBuilder declarations = new StringBuilder();
    StringBuilder preparation = new StringBuilder("{\n");
    for (Tree.Memory memory : declared) {
      MemoryKind.Use use = use(memory);
      declarations.append(kind.declarations(use));
      preparation.append(kind.preparation(use));
    }
    int waiting = starting.size();
    if (waiting > 1) {
      preparation.append(gate());
    }
    String text = declarations + preparation.append("}\n").toString() + "{" + gate() + "}";
    Parsed parsed = parse(kindName, text);
    Tree.Name name = new Tree.Name(test.name().text() + "/" + kindName, test.name().span());
    Tree.Test tree =
        new Tree.Test(
            test.span(),
            name,
            test.story(),
            test.sources(),
            test.kinds(),
            items(kindName, parsed, waiting > 1));
    return new Case(kindName, tree, parsed.source());
  }

  /** A barrier after the preparation, when others are there from the start. */
  private String gate() {
    return "barrier(" + declared.getFirst().name().text() + "_ready);\n";
  }

  private MemoryKind.Use use(Tree.Memory memory) {
    int begin = memory.name().span().end();
    String rest = source.folded(new Span(begin, memory.span().end()));
    int equals = rest.indexOf('=');
    return new MemoryKind.Use(
        memory.name().text(),
        rest.substring(0, equals).strip(),
        rest.substring(equals + 1).strip());
  }

  /** What an annex contains. */
  private record Parsed(
      Source source, List<Tree.Item> items, Tree.Block preparation, Tree.Block gate) {}

  private Parsed parse(String kind, String text) {
    int begin = source.text().text().length() + 1;
    List<String> memories = declared.stream().map(memory -> memory.name().text()).toList();
    Source.Annex annex =
        new Source.Annex(
            begin,
            text,
            kind,
            MemoryKinds.named(kind).range(),
            memories,
            declared.getFirst().span());
    Problems none = new Problems(source.text(), annex);
    List<Token> tokens = new ArrayList<>();
    for (Token token : Lexer.tokens(text, none)) {
      Span span = token.span();
      tokens.add(
          new Token(
              token.kind(), token.text(), new Span(span.start() + begin, span.end() + begin)));
    }
    Source annexed = source.with(test.span(), annex, tokens);
    TokenStream stream = new TokenStream(new Source(source.text(), tokens, annex), none);
    TestParser parser = new TestParser(stream);
    List<Tree.Item> items = new ArrayList<>();
    while (!stream.at("{")) {
      items.add(parser.item());
    }
    Tree.Block preparation = parser.block();
    Tree.Block gate = parser.block();
    if (!none.isEmpty()) {
      throw new IllegalStateException("KindCases.parse: " + none.list());
    }
    return new Parsed(annexed, items, preparation, gate);
  }

  /** Declarations first, then the test's own items, the processes of the kind behind them. */
  private List<Tree.Item> items(String kind, Parsed parsed, boolean gated) {
    List<Tree.Item> items = new ArrayList<>();
    parsed.items().stream().filter(i -> !(i instanceof Tree.Process)).forEach(items::add);
    for (Tree.Item item : test.items()) {
      switch (item) {
        case Tree.Memory memory when declared.contains(memory) -> {}
        case Tree.Expect expect when !expect.kinds().isEmpty() && !speaksOf(expect, kind) -> {}
        case Tree.Process process when starting.contains(process.name()) ->
            items.add(
                new Tree.Process(
                    process.span(), process.name(), joined(parsed.preparation(), process.body())));
        case Tree.Kernel kernel when gated ->
            items.add(
                new Tree.Kernel(
                    kernel.span(),
                    kernel.name(),
                    kernel.daemon(),
                    joined(parsed.gate(), kernel.body())));
        default -> items.add(item);
      }
    }
    parsed.items().stream().filter(i -> i instanceof Tree.Process).forEach(items::add);
    return Collections.unmodifiableList(items);
  }

  private static boolean speaksOf(Tree.Expect expect, String kind) {
    return expect.kinds().stream().anyMatch(name -> name.text().equals(kind));
  }

  private static Tree.Block joined(Tree.Block first, Tree.Block second) {
    List<Tree.Statement> statements = new ArrayList<>(first.statements());
    statements.addAll(second.statements());
    return new Tree.Block(second.span(), List.copyOf(statements));
  }

  /** The processes that nobody forks, and the kernel threads: all that is there from the start. */
  private Set<Tree.Name> starting() {
    Set<String> forked = forked();
    Set<Tree.Name> starting = new HashSet<>();
    for (Tree.Item item : test.items()) {
      switch (item) {
        case Tree.Process process when !forked.contains(process.name().text()) ->
            starting.add(process.name());
        case Tree.Kernel kernel -> starting.add(kernel.name());
        default -> {}
      }
    }
    return starting;
  }

  private Set<String> forked() {
    Set<String> forked = new HashSet<>();
    List<Token> tokens = source.tokensOf(test.span());
    for (int i = 0; i + 2 < tokens.size(); i++) {
      if (tokens.get(i).isWord("fork") && tokens.get(i + 1).is("(")) {
        forked.add(tokens.get(i + 2).text());
      }
    }
    return forked;
  }

  // ---- all of them ---------------------------------------------------------------------------

  /** Compiles the cases; of a mistake that only some of them have, the message names those. */
  static List<LitmusTest> compile(Tree.Test test, Source source, Problems problems) {
    List<Case> cases = of(test, source, problems);
    if (test.kinds().isEmpty()) {
      return cases.stream()
          .flatMap(one -> TestCompiler.compile(one.tree(), one.source(), problems).stream())
          .toList();
    }
    Map<String, Problems> found = new LinkedHashMap<>();
    List<LitmusTest> tests = new ArrayList<>();
    for (Case one : cases) {
      Problems own = new Problems(source.text(), one.source().annex());
      Optional<LitmusTest> compiled = TestCompiler.compile(one.tree(), one.source(), own);
      found.put(one.kind(), own);
      compiled.ifPresent(tests::add);
    }
    problems.adopt(found);
    return problems.within(test.span()) ? List.of() : tests;
  }
}
