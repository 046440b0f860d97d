package cowherd.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * Compiles the conditions of a block into one array of jump code.
 *
 * <p>A node is one test with two targets. Its first four cells are the same for both kinds:
 *
 * <pre>
 *   TERMS     0: a fact is true; n: a sum of n terms and a constant is tested
 *   IF_TRUE   target
 *   IF_FALSE  target
 *   FACT      the fact, or TEST: is the sum zero, not zero, or negative
 *   CONSTANT  sums only
 *   n times   coefficient, fact
 * </pre>
 *
 * <p>A target is the offset of a node, or {@code ~r}: rule r fires; {@code ~size}: none does.
 * Conditions are compiled from the last rule to the first, and each from its last operand to its
 * first, so that every target is known when it is needed.
 */
final class ConditionCompiler {
  static final int TERMS = 0;
  static final int IF_TRUE = 1;
  static final int IF_FALSE = 2;
  static final int FACT = 3;
  static final int TEST = 3;
  static final int CONSTANT = 4;
  static final int FIRST_TERM = 5;

  static final int IS_ZERO = 0;
  static final int IS_NOT_ZERO = 1;
  static final int IS_NEGATIVE = 2;

  private int[] code = new int[64];
  private int used;
  private final int[] entries;

  ConditionCompiler(List<Rule> rules) {
    entries = new int[rules.size() + 1];
    entries[rules.size()] = ~rules.size();
    for (int rule = rules.size() - 1; rule >= 0; rule--) {
      entries[rule] = compile(rules.get(rule).condition(), ~rule, entries[rule + 1]);
    }
  }

  int[] code() {
    return Arrays.copyOf(code, used);
  }

  /** Where the evaluation of each rule begins; one more entry for the end of the block. */
  int[] entries() {
    return entries;
  }

  /** Emits a condition; returns the target that evaluates it. */
  private int compile(Condition condition, int ifTrue, int ifFalse) {
    return switch (condition) {
      case Condition.Always() -> ifTrue;
      case Condition.Truth(Fact fact) -> emit(0, ifTrue, ifFalse, fact.ordinal());
      case Condition.Comparison comparison -> compare(comparison, ifTrue, ifFalse);
      case Condition.Not(Condition operand) -> compile(operand, ifFalse, ifTrue);
      case Condition.And(List<Condition> operands) -> {
        int next = ifTrue;
        for (Condition operand : operands.reversed()) {
          next = compile(operand, next, ifFalse);
        }
        yield next;
      }
      case Condition.Or(List<Condition> operands) -> {
        int next = ifFalse;
        for (Condition operand : operands.reversed()) {
          next = compile(operand, ifTrue, next);
        }
        yield next;
      }
    };
  }

  private int compare(Condition.Comparison comparison, int ifTrue, int ifFalse) {
    Condition.Sum left = comparison.left();
    Condition.Sum right = comparison.right();
    return switch (comparison.relation()) {
      case EQUAL -> sum(left, right, IS_ZERO, ifTrue, ifFalse);
      case NOT_EQUAL -> sum(left, right, IS_NOT_ZERO, ifTrue, ifFalse);
      case LESS -> sum(left, right, IS_NEGATIVE, ifTrue, ifFalse);
      case GREATER -> sum(right, left, IS_NEGATIVE, ifTrue, ifFalse);
      case GREATER_OR_EQUAL -> sum(left, right, IS_NEGATIVE, ifFalse, ifTrue);
      case LESS_OR_EQUAL -> sum(right, left, IS_NEGATIVE, ifFalse, ifTrue);
    };
  }

  /** Emits a test of {@code plus - minus}. */
  private int sum(Condition.Sum plus, Condition.Sum minus, int test, int ifTrue, int ifFalse) {
    int terms = plus.facts().size() + minus.facts().size();
    if (terms == 0) {
      throw new IllegalStateException("ConditionCompiler: a comparison without a fact");
    }
    int node = emit(terms, ifTrue, ifFalse, test);
    put(plus.constant() - minus.constant());
    for (Fact fact : plus.facts()) {
      put(1);
      put(fact.ordinal());
    }
    for (Fact fact : minus.facts()) {
      put(-1);
      put(fact.ordinal());
    }
    return node;
  }

  private int emit(int terms, int ifTrue, int ifFalse, int factOrTest) {
    int node = used;
    put(terms);
    put(ifTrue);
    put(ifFalse);
    put(factOrTest);
    return node;
  }

  private void put(int cell) {
    if (used == code.length) {
      code = Arrays.copyOf(code, used * 2);
    }
    code[used++] = cell;
  }
}
