package cowherd.kernel;

import cowherd.kernel.Condition.Comparison;
import cowherd.kernel.Condition.Relation;
import cowherd.kernel.Condition.Sum;
import cowherd.kernel.Condition.Truth;
import cowherd.kernel.Token.Kind;
import cowherd.kernel.TokenReader.Malformed;
import cowherd.kernel.source.Suggest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads conditions. From loose to tight: {@code or}, {@code and}, {@code not}; a comparison of sums
 * or a fact that is true or false is the smallest condition.
 */
final class ConditionParser {
  /** Deepest nesting of parentheses and {@code not}. */
  static final int NESTING_MAX = 100;

  /** Most facts in the two sums of a comparison. */
  static final int TERMS_MAX = 16;

  /** Largest constant of a sum. */
  static final int CONSTANT_MAX = 1_000_000;

  /** Most digits of a number. */
  static final int DIGITS_MAX = 6;

  private static final int LISTED_FACTS_MAX = 16;

  private static final List<String> WORDS = Arrays.stream(Fact.values()).map(Fact::word).toList();

  private final TokenReader in;
  private final DecisionPoint point;
  private int nesting;

  private ConditionParser(TokenReader in, DecisionPoint point) {
    this.in = in;
    this.point = point;
  }

  static Condition parse(TokenReader in, DecisionPoint point) throws Malformed {
    return new ConditionParser(in, point).or();
  }

  private Condition or() throws Malformed {
    List<Condition> operands = new ArrayList<>(List.of(and()));
    while (in.takeWord("or")) {
      operands.add(and());
    }
    return operands.size() == 1 ? operands.getFirst() : new Condition.Or(operands);
  }

  private Condition and() throws Malformed {
    List<Condition> operands = new ArrayList<>(List.of(not()));
    while (in.takeWord("and")) {
      operands.add(not());
    }
    return operands.size() == 1 ? operands.getFirst() : new Condition.And(operands);
  }

  private Condition not() throws Malformed {
    Token first = in.peek();
    if (in.takeWord("not")) {
      enter(first);
      Condition operand = not();
      nesting--;
      return new Condition.Not(operand);
    }
    if (in.takeSign("(")) {
      enter(first);
      Condition inner = or();
      in.expectSign(")", "");
      nesting--;
      if (relation(in.peek()).isPresent() || in.peek().isSign("+")) {
        throw in.malformed(
            first, "parentheses stand around conditions, not around sums", "leave them out");
      }
      return inner;
    }
    return smallest();
  }

  private void enter(Token first) throws Malformed {
    if (++nesting > NESTING_MAX) {
      throw in.malformed(first, "conditions are nested deeper than " + NESTING_MAX, "");
    }
  }

  private Condition smallest() throws Malformed {
    Token first = in.peek();
    Sum left = sum();
    Optional<Relation> relation = relation(in.peek());
    if (relation.isEmpty()) {
      return truth(first, left);
    }
    in.take();
    Sum right = sum();
    if (relation(in.peek()).isPresent()) {
      throw in.malformed(
          in.peek(), "comparisons cannot be chained", "write two comparisons joined by `and`");
    }
    checkComparison(first, left, right);
    return new Comparison(left, relation.get(), right);
  }

  private Condition truth(Token first, Sum sum) throws Malformed {
    if (sum.constant() != 0 || sum.facts().size() != 1) {
      throw in.expected("a comparison", "for example `" + sum.text() + " > 1`");
    }
    Fact fact = sum.facts().getFirst();
    if (fact.isCount()) {
      throw in.malformed(
          first,
          "`" + fact.word() + "` is a number, not true or false",
          "compare it, for example `" + fact.word() + " > 1`");
    }
    return new Truth(fact);
  }

  private void checkComparison(Token first, Sum left, Sum right) throws Malformed {
    List<Fact> facts = new ArrayList<>(left.facts());
    facts.addAll(right.facts());
    if (facts.size() > TERMS_MAX) {
      throw in.malformed(first, "the comparison has more than " + TERMS_MAX + " facts", "");
    }
    if (facts.stream().noneMatch(Fact::isCount)) {
      String fix =
          facts.isEmpty()
              ? "compare a fact, for example `refcount > 1`"
              : "write `" + facts.getFirst().word() + "` or `not " + facts.getFirst().word() + "`";
      throw in.malformed(first, "this compares no number with another", fix);
    }
  }

  private Sum sum() throws Malformed {
    int constant = 0;
    List<Fact> facts = new ArrayList<>();
    do {
      Token token = in.peek();
      if (token.kind() == Kind.NUMBER) {
        constant += number(in.take());
        if (constant > CONSTANT_MAX) {
          throw in.malformed(
              token, "the constants of a sum are larger than " + CONSTANT_MAX + " together", "");
        }
      } else {
        facts.add(fact());
      }
    } while (in.takeSign("+"));
    return new Sum(constant, facts);
  }

  private int number(Token token) throws Malformed {
    if (token.length() > DIGITS_MAX) {
      throw in.malformed(token, "numbers have at most " + DIGITS_MAX + " digits", "");
    }
    return Integer.parseInt(token.text());
  }

  private Fact fact() throws Malformed {
    Token token = in.peek();
    if (token.kind() != Kind.WORD || List.of("and", "or", "not", "when").contains(token.text())) {
      throw in.expected("a fact", "");
    }
    in.take();
    Optional<Fact> fact =
        Arrays.stream(Fact.values()).filter(f -> f.word().equals(token.text())).findFirst();
    if (fact.isEmpty()) {
      throw in.malformed(
          token,
          "there is no fact `" + token.text() + "`",
          Suggest.didYouMean(token.text(), WORDS));
    }
    if (!KnownFacts.at(point).contains(fact.get())) {
      in.problems()
          .at(
              token,
              "`" + token.text() + "` is not known at `" + point.phrase() + "`",
              knownHere());
    }
    return fact.get();
  }

  private String knownHere() {
    List<String> known = KnownFacts.at(point).stream().map(Fact::word).toList();
    if (known.size() > LISTED_FACTS_MAX) {
      return "docs/rules.md lists the facts that are";
    }
    return known.isEmpty() ? "no fact is" : "the facts here are " + String.join(", ", known);
  }

  private static Optional<Relation> relation(Token token) {
    return token.kind() == Kind.SIGN
        ? Arrays.stream(Relation.values()).filter(r -> r.sign().equals(token.text())).findFirst()
        : Optional.empty();
  }
}
