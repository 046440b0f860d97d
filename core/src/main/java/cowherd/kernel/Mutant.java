package cowherd.kernel;

import cowherd.kernel.Condition.Comparison;
import cowherd.kernel.Condition.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A kernel that differs from another by one small change of one rule. A library of tests that no
 * mutant survives has a test for every rule.
 *
 * @param description what was changed: {@code v5.9 "swap-in" rule 2: ... -> ...}
 * @param decision whose rules were changed
 * @param ruleIndex 0-based index of the changed or dropped rule in the original kernel
 * @param kernel the changed kernel
 */
public record Mutant(String description, DecisionPoint decision, int ruleIndex, Kernel kernel) {

  /**
   * All mutants: each rule negated, dropped, with each other action, and with each constant of a
   * comparison one larger or smaller.
   */
  static List<Mutant> of(Kernel kernel) {
    List<Mutant> mutants = new ArrayList<>();
    for (DecisionPoint point : DecisionPoint.values()) {
      Decision decision = kernel.decision(point);
      for (Rule rule : decision.rules()) {
        if (!rule.unconditional()) {
          mutants.add(replace(kernel, rule, negated(rule), "negated"));
        }
        if (!endsDecision(rule)) {
          mutants.add(drop(kernel, rule));
        }
        for (Action action : otherActions(rule)) {
          Rule changed = rule.changed(action, rule.condition());
          mutants.add(replace(kernel, rule, changed, "action " + action.word()));
        }
        for (Condition condition : shifted(rule.condition())) {
          Rule changed = rule.changed(rule.action(), condition);
          mutants.add(replace(kernel, rule, changed, condition.text()));
        }
      }
    }
    return mutants;
  }

  private static boolean endsDecision(Rule rule) {
    return rule.unconditional() && rule.action().terminal();
  }

  /** An unconditional terminal rule keeps a terminal action: the decision must end. */
  private static List<Action> otherActions(Rule rule) {
    return rule.decision().actions().stream()
        .filter(action -> action != rule.action())
        .filter(action -> action.terminal() || !endsDecision(rule))
        .toList();
  }

  private static Rule negated(Rule rule) {
    Condition condition =
        rule.condition() instanceof Condition.Not(Condition operand)
            ? operand
            : new Condition.Not(rule.condition());
    return rule.changed(rule.action(), condition);
  }

  private static Mutant replace(Kernel kernel, Rule rule, Rule changed, String change) {
    Decision decision = kernel.decision(rule.decision());
    List<Rule> rules = new ArrayList<>(decision.rules());
    rules.set(rule.number() - 1, changed);
    return mutant(kernel, rule, rules, change);
  }

  private static Mutant drop(Kernel kernel, Rule rule) {
    List<Rule> rules = new ArrayList<>();
    for (Rule other : kernel.decision(rule.decision()).rules()) {
      if (other.number() != rule.number()) {
        rules.add(other.withNumber(rules.size() + 1));
      }
    }
    return mutant(kernel, rule, rules, "dropped");
  }

  private static Mutant mutant(Kernel kernel, Rule rule, List<Rule> rules, String change) {
    Decision decision = kernel.decision(rule.decision()).with(rules);
    return new Mutant(
        rule.name() + " -> " + change, rule.decision(), rule.number() - 1, kernel.with(decision));
  }

  // ------------------------------------------------------ constants one larger or smaller

  private static List<Condition> shifted(Condition condition) {
    return switch (condition) {
      case Condition.Always _, Condition.Truth _ -> List.of();
      case Comparison comparison -> List.of(shift(comparison, 1), shift(comparison, -1));
      case Condition.Not(Condition operand) -> wrap(shifted(operand), Condition.Not::new);
      case Condition.And(List<Condition> operands) -> one(operands, Condition.And::new);
      case Condition.Or(List<Condition> operands) -> one(operands, Condition.Or::new);
    };
  }

  /** Adds {@code by} to the right side; a negative constant goes to the left side instead. */
  private static Condition shift(Comparison comparison, int by) {
    Sum left = comparison.left();
    Sum right = comparison.right();
    int constant = right.constant() - left.constant() + by;
    return new Comparison(
        new Sum(Math.max(0, -constant), left.facts()),
        comparison.relation(),
        new Sum(Math.max(0, constant), right.facts()));
  }

  private interface Joined {
    Condition of(List<Condition> operands);
  }

  private static List<Condition> one(List<Condition> operands, Joined joined) {
    List<Condition> all = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      for (Condition changed : shifted(operands.get(i))) {
        List<Condition> copy = new ArrayList<>(operands);
        copy.set(i, changed);
        all.add(joined.of(copy));
      }
    }
    return all;
  }

  private static List<Condition> wrap(List<Condition> conditions, UnaryOperator<Condition> by) {
    return conditions.stream().map(by).toList();
  }
}
