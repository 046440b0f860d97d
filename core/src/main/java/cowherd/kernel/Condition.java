package cowherd.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The condition of a rule, as a tree. The inner loop never walks it: {@link Decision} holds the
 * compiled form.
 */
public sealed interface Condition {
  /** What {@code otherwise} and {@code always} stand for. */
  record Always() implements Condition {}

  /** A fact that is true or false. */
  record Truth(Fact fact) implements Condition {}

  /** A comparison of two sums. */
  record Comparison(Sum left, Relation relation, Sum right) implements Condition {}

  /** Negation. */
  record Not(Condition operand) implements Condition {}

  /** All of them; at least two. */
  record And(List<Condition> operands) implements Condition {
    public And {
      operands = List.copyOf(operands);
    }
  }

  /** One of them at least; at least two. */
  record Or(List<Condition> operands) implements Condition {
    public Or {
      operands = List.copyOf(operands);
    }
  }

  /** A constant and facts, added up; a truth value counts 0 or 1. */
  record Sum(int constant, List<Fact> facts) {
    public Sum {
      facts = List.copyOf(facts);
    }

    int value(Facts values) {
      int sum = constant;
      for (Fact fact : facts) {
        sum += values.value(fact.ordinal());
      }
      return sum;
    }

    String text() {
      List<String> terms = new ArrayList<>();
      if (constant != 0 || facts.isEmpty()) {
        terms.add(Integer.toString(constant));
      }
      facts.forEach(fact -> terms.add(fact.word()));
      return String.join(" + ", terms);
    }
  }

  /** How sums are compared. */
  enum Relation {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String sign;

    Relation(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }

    boolean holds(int left, int right) {
      return switch (this) {
        case EQUAL -> left == right;
        case NOT_EQUAL -> left != right;
        case LESS -> left < right;
        case LESS_OR_EQUAL -> left <= right;
        case GREATER -> left > right;
        case GREATER_OR_EQUAL -> left >= right;
      };
    }
  }

  /** Evaluates the tree: for the analysis of kernel files and for tests. */
  default boolean test(Facts values) {
    return switch (this) {
      case Always() -> true;
      case Truth(Fact fact) -> values.value(fact.ordinal()) != 0;
      case Comparison(Sum left, Relation relation, Sum right) ->
          relation.holds(left.value(values), right.value(values));
      case Not(Condition operand) -> !operand.test(values);
      case And(List<Condition> operands) -> {
        boolean all = true;
        for (int i = 0; all && i < operands.size(); i++) {
          all = operands.get(i).test(values);
        }
        yield all;
      }
      case Or(List<Condition> operands) -> {
        boolean any = false;
        for (int i = 0; !any && i < operands.size(); i++) {
          any = operands.get(i).test(values);
        }
        yield any;
      }
    };
  }

  /** Adds the facts that the condition asks to {@code into}. */
  default void collectFacts(Set<Fact> into) {
    switch (this) {
      case Always() -> {}
      case Truth(Fact fact) -> into.add(fact);
      case Comparison(Sum left, Relation _, Sum right) -> {
        into.addAll(left.facts());
        into.addAll(right.facts());
      }
      case Not(Condition operand) -> operand.collectFacts(into);
      case And(List<Condition> operands) -> operands.forEach(c -> c.collectFacts(into));
      case Or(List<Condition> operands) -> operands.forEach(c -> c.collectFacts(into));
    }
  }

  /** The condition in the rule language, in one fixed spelling; {@link Always} is empty. */
  default String text() {
    return switch (this) {
      case Always() -> "";
      case Truth(Fact fact) -> fact.word();
      case Comparison(Sum left, Relation relation, Sum right) ->
          left.text() + " " + relation.sign() + " " + right.text();
      case Not(Condition operand) -> "not " + operandText(operand, !(operand instanceof Truth));
      case And(List<Condition> operands) -> join(operands, " and ", c -> c instanceof Or);
      case Or(List<Condition> operands) -> join(operands, " or ", _ -> false);
    };
  }

  private static String join(
      List<Condition> operands, String word, Function<Condition, Boolean> parenthesised) {
    return operands.stream()
        .map(c -> operandText(c, parenthesised.apply(c)))
        .collect(Collectors.joining(word));
  }

  private static String operandText(Condition operand, boolean parenthesised) {
    return parenthesised ? "(" + operand.text() + ")" : operand.text();
  }
}
