package cowherd.kernel;

import cowherd.kernel.KernelTree.Block;
import cowherd.kernel.KernelTree.RuleNode;
import cowherd.kernel.Token.Kind;
import cowherd.kernel.TokenReader.Malformed;
import cowherd.kernel.source.Suggest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a kernel file by recursive descent; docs/rules.md has the grammar. */
final class KernelParser {
  /** Most rules of a block. */
  static final int RULES_MAX = 64;

  /** Longest name of a kernel. */
  static final int NAME_LENGTH_MAX = 64;

  private static final List<String> ITEMS = List.of("on", "users", "claims", "from");
  private static final List<String> PHRASES =
      Arrays.stream(DecisionPoint.values()).map(DecisionPoint::phrase).toList();

  private final TokenReader in;
  private final Problems problems;
  private final List<String> sources = new ArrayList<>();
  private Optional<Set<Invariant>> claims = Optional.empty();
  private final List<Block> blocks = new ArrayList<>();
  private final List<GupUser> rows = new ArrayList<>();
  private String kernel = "";

  private KernelParser(Problems problems) {
    this.problems = problems;
    this.in = new TokenReader(problems);
  }

  /** The file's tree, or nothing when not even its first line could be read. */
  static Optional<KernelTree> parse(Problems problems) {
    try {
      return Optional.of(new KernelParser(problems).file());
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  private KernelTree file() throws Malformed {
    if (!in.takeWord("kernel")) {
      throw in.expected("`kernel NAME`", "a kernel file begins with `kernel NAME`");
    }
    Token name = name();
    kernel = name.text();
    Optional<Token> base = in.takeWord("extends") ? Optional.of(base()) : Optional.empty();
    String story = in.takeIf(Kind.STRING).map(Token::text).orElse("");
    while (!in.atEnd() && !problems.isFull()) {
      try {
        item();
      } catch (Malformed e) {
        in.skipTo(ITEMS);
      }
    }
    return new KernelTree(problems.source(), name, base, story, sources, claims, blocks, rows);
  }

  private Token name() throws Malformed {
    if (in.peek().kind() != Kind.WORD || in.peek().isWord("extends")) {
      throw in.expected("the name of the kernel", "for example `kernel my-patch extends v5.9`");
    }
    Token name = in.take();
    if (name.length() > NAME_LENGTH_MAX) {
      throw in.malformed(name, "the name is longer than " + NAME_LENGTH_MAX + " characters", "");
    }
    return name;
  }

  private Token base() throws Malformed {
    Kind kind = in.peek().kind();
    if (in.beginsWith(ITEMS) || (kind != Kind.WORD && kind != Kind.STRING)) {
      throw in.expected("a kernel after `extends`", "the name of a kernel or the path of a file");
    }
    return in.take();
  }

  private void item() throws Malformed {
    Token word = in.take();
    switch (word.text()) {
      case "from" -> {
        Optional<Token> source = in.takeIf(Kind.STRING);
        sources.add(source.orElseThrow(() -> in.expected("a string after `from`", "")).text());
      }
      case "claims" -> claims(word);
      case "users" -> users();
      case "on" -> block();
      default ->
          throw in.malformed(
              word,
              "expected `on`, `users`, `claims` or `from`, found " + word.described(),
              Suggest.didYouMean(word.text(), ITEMS));
    }
  }

  // ------------------------------------------------------------------ claims

  private void claims(Token keyword) throws Malformed {
    if (claims.isPresent()) {
      problems.at(keyword, "the file has two `claims`", "join the lists");
    }
    Set<Invariant> list = EnumSet.noneOf(Invariant.class);
    if (!in.takeWord("nothing")) {
      do {
        Token word = in.take();
        Optional<Invariant> invariant = Invariant.of(word.text());
        if (invariant.isEmpty()) {
          problems.at(word, "there is no invariant " + word.described(), "they are I1 to I7");
        }
        invariant.ifPresent(list::add);
      } while (in.takeSign(","));
    }
    claims = Optional.of(list);
    in.expectSemicolon();
  }

  // ------------------------------------------------------------------- users

  private void users() throws Malformed {
    in.expectSign(":", "");
    while (!in.atEnd() && !in.beginsWith(ITEMS) && !problems.isFull()) {
      try {
        row();
      } catch (Malformed e) {
        in.recover(ITEMS);
      }
    }
  }

  private void row() throws Malformed {
    Token name = in.peek();
    if (name.kind() != Kind.WORD) {
      throw in.expected("a user of get_user_pages", "");
    }
    in.take();
    if (!GupUser.NAMES.contains(name.text())) {
      problems.at(
          name,
          "there is no user `" + name.text() + "`",
          Suggest.didYouMean(name.text(), GupUser.NAMES));
    } else if (rows.stream().anyMatch(r -> r.name().equals(name.text()))) {
      problems.at(name, "the file has two rows for `" + name.text() + "`", "");
    }
    in.expectSign(":", "");
    List<Integer> attempts = new ArrayList<>();
    do {
      attempts.add(attempt());
    } while (in.takeWord("then"));
    if (attempts.size() > GupUser.ATTEMPTS_MAX) {
      problems.at(name, "a user has at most " + GupUser.ATTEMPTS_MAX + " attempts", "");
    }
    String because = in.takeIf(Kind.STRING).map(Token::text).orElse("");
    in.expectSemicolon();
    rows.add(new GupUser(name.text(), attempts, because, kernel));
  }

  private int attempt() throws Malformed {
    Token first = in.peek();
    int flags = 0;
    while (in.peek().kind() == Kind.WORD && !in.peek().isWord("then")) {
      Token token = in.take();
      Optional<GupWord> word = GupWord.of(token.text());
      if (word.isEmpty()) {
        List<String> words = Arrays.stream(GupWord.values()).map(GupWord::word).toList();
        throw in.malformed(
            token,
            "a row has no word `" + token.text() + "`",
            Suggest.closest(token.text(), words)
                .map(w -> "did you mean `" + w + "`?")
                .orElse("the words are " + String.join(", ", words)));
      }
      if ((flags & word.get().bit()) != 0) {
        problems.at(token, "`" + token.text() + "` stands twice", "");
      }
      flags |= word.get().bit();
    }
    checkAttempt(first, flags);
    return flags;
  }

  private void checkAttempt(Token first, int flags) {
    boolean get = (flags & GupFlags.FOLL_GET) != 0;
    boolean pin = (flags & GupFlags.FOLL_PIN) != 0;
    if (get == pin) {
      problems.at(first, "an attempt is either `get` or `pin`", "");
    }
    if ((flags & GupFlags.FOLL_LONGTERM) != 0 && !pin) {
      problems.at(first, "`longterm` goes with `pin`", "");
    }
    if ((flags & GupFlags.FOLL_FAST_ONLY) != 0 && (flags & GupFlags.FAST) == 0) {
      problems.at(first, "`fast-only` goes with `fast`", "write `fast fast-only`");
    }
    if ((flags & GupFlags.MAY_WAIT) != 0 && (flags & GupFlags.FOLL_NOWAIT) != 0) {
      problems.at(first, "`may-wait` and `nowait` exclude each other", "");
    }
  }

  // ------------------------------------------------------------------ blocks

  private void block() throws Malformed {
    Token heading = heading();
    DecisionPoint point = point(heading);
    Notes notes = notes(true);
    if (!in.takeSign(":")) {
      throw in.expected("`:` before the rules", "write `on " + point.phrase() + ":`");
    }
    Decision.Origin origin = new Decision.Origin(kernel, notes.function, notes.commit, notes.text);
    List<RuleNode> rules = new ArrayList<>();
    boolean none = none(point);
    boolean whole = none || rules(point, rules);
    Block block = new Block(point, heading, origin, rules, none, whole);
    if (blocks.stream().anyMatch(b -> b.point() == point)) {
      problems.at(heading, "the file has two blocks for `" + point.phrase() + "`", "join them");
    } else {
      blocks.add(block);
    }
  }

  /** The words of the phrase, as one token with single spaces. */
  private Token heading() throws Malformed {
    List<Token> words = new ArrayList<>();
    while (in.peek().kind() == Kind.WORD && !in.peek().isWord("in") && !in.peek().isWord("by")) {
      words.add(in.take());
    }
    if (words.isEmpty()) {
      throw in.expected("the name of a decision", "for example `on swap-in:`");
    }
    int offset = words.getFirst().offset();
    String text = words.stream().map(Token::text).collect(Collectors.joining(" "));
    return new Token(Kind.WORD, offset, words.getLast().end() - offset, text);
  }

  private DecisionPoint point(Token heading) throws Malformed {
    for (DecisionPoint point : DecisionPoint.values()) {
      if (heading.text().equals(point.phrase())) {
        return point;
      }
    }
    for (DecisionPoint point : DecisionPoint.values()) {
      if (heading.text().startsWith(point.phrase() + " ")) {
        throw in.malformed(
            heading,
            "expected `:` after `" + point.phrase() + "`",
            "a block is `on DECISION: ...`");
      }
    }
    throw in.malformed(
        heading,
        "there is no decision `" + heading.text() + "`",
        Suggest.didYouMean(heading.text(), PHRASES));
  }

  private boolean none(DecisionPoint point) throws Malformed {
    Token none = in.peek();
    if (!in.takeWord("none")) {
      return false;
    }
    in.expectSemicolon();
    if (!point.effectsOnly()) {
      throw in.malformed(
          none, "`none` is for decisions that are lists of effects", "end with `otherwise`");
    }
    return true;
  }

  /** Reads the rules of a block; false when one of them could not be read. */
  private boolean rules(DecisionPoint point, List<RuleNode> rules) throws Malformed {
    boolean whole = true;
    while (!in.atEnd() && !in.beginsWith(ITEMS) && !problems.isFull()) {
      Token first = in.peek();
      if (rules.size() == RULES_MAX) {
        throw in.malformed(first, "a block has at most " + RULES_MAX + " rules", "");
      }
      try {
        rules.add(rule(point, rules.size() + 1));
      } catch (Malformed e) {
        whole = false;
        in.recover(ITEMS);
      }
    }
    return whole;
  }

  private RuleNode rule(DecisionPoint point, int number) throws Malformed {
    Token first = in.peek();
    Action action = action(point);
    String reason = action == Action.OUT_OF_MODEL ? reason() : "";
    Token guard = in.peek();
    Condition condition = condition(point, action);
    int end = in.previousEnd();
    Notes notes = notes(action != Action.OUT_OF_MODEL);
    in.expectSemicolon();
    checkGuard(point, action, guard);
    Rule rule =
        new Rule(
            point,
            number,
            action,
            condition,
            action == Action.OUT_OF_MODEL ? reason : notes.text,
            notes.function,
            notes.commit,
            kernel,
            problems.source().line(first.offset()));
    return new RuleNode(rule, first.offset(), end - first.offset());
  }

  private Action action(DecisionPoint point) throws Malformed {
    Token token = in.peek();
    if (token.kind() != Kind.WORD) {
      throw in.expected("a rule", "a rule is `ACTION when CONDITION;`");
    }
    in.take();
    List<String> here = new ArrayList<>(point.actions().stream().map(Action::word).toList());
    here.add(Action.OUT_OF_MODEL.word());
    for (Action action : Action.values()) {
      if (action.word().equals(token.text())) {
        if (!here.contains(action.word())) {
          throw in.malformed(
              token,
              "`" + action.word() + "` is not possible at `" + point.phrase() + "`",
              "the actions here are " + String.join(", ", here));
        }
        return action;
      }
    }
    List<String> words = new ArrayList<>(here);
    words.addAll(ITEMS);
    throw in.malformed(
        token,
        "there is no action `" + token.text() + "`",
        Suggest.closest(token.text(), words)
            .map(w -> "did you mean `" + w + "`?")
            .orElse("the actions here are " + String.join(", ", here)));
  }

  private String reason() throws Malformed {
    Optional<Token> reason = in.takeIf(Kind.STRING);
    return reason
        .orElseThrow(() ->
            in.expected("a string after `out-of-model`", "say what the rules do not describe"))
        .text();
  }

  private Condition condition(DecisionPoint point, Action action) throws Malformed {
    if (in.takeWord("when")) {
      return ConditionParser.parse(in, point);
    }
    if (in.takeWord("otherwise") || in.takeWord("always")) {
      return new Condition.Always();
    }
    boolean effect = point.effectsOnly() || !action.terminal();
    String last = effect ? "always" : "otherwise";
    throw in.expected(
        "`when` or `" + last + "`",
        "write `" + action.word() + " when CONDITION` or `" + action.word() + " " + last + "`");
  }

  private void checkGuard(DecisionPoint point, Action action, Token guard) {
    boolean effect = point.effectsOnly() || !action.terminal();
    if (guard.isWord("otherwise") && effect) {
      problems.at(
          guard,
          "`otherwise` is for the last rule; after `" + action.word() + "` the evaluation goes on",
          "write `always`");
    }
    if (guard.isWord("always") && !effect) {
      problems.at(
          guard,
          "`" + action.word() + "` ends the decision",
          "write `" + action.word() + " otherwise`");
    }
  }

  // ------------------------------------------------------------- explanations

  /** What explains a block or a rule. */
  private static final class Notes {
    private String function = "";
    private String commit = "";
    private String text = "";
  }

  /** {@code in FUNCTION}, {@code by COMMIT} and a string, in any order, each at most once. */
  private Notes notes(boolean withText) throws Malformed {
    Notes notes = new Notes();
    while (true) {
      Token token = in.peek();
      if (in.takeWord("in")) {
        once(token, notes.function);
        notes.function = names("a kernel function after `in`");
      } else if (in.takeWord("by")) {
        once(token, notes.commit);
        notes.commit =
            in.peek().kind() == Kind.STRING ? in.take().text() : names("a commit after `by`");
      } else if (token.kind() == Kind.STRING && withText) {
        once(token, notes.text);
        notes.text = in.take().text();
      } else {
        return notes;
      }
    }
  }

  private void once(Token token, String before) {
    if (!before.isEmpty()) {
      problems.at(token, token.described() + " is given twice", "");
    }
  }

  private String names(String what) throws Malformed {
    List<String> names = new ArrayList<>();
    do {
      if (in.peek().kind() != Kind.WORD && in.peek().kind() != Kind.NUMBER) {
        throw in.expected(what, "");
      }
      names.add(in.take().text());
    } while (in.takeSign(","));
    return String.join(", ", names);
  }
}
