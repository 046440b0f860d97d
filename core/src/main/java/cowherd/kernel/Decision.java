package cowherd.kernel;

import java.util.List;

/**
 * The rules of one decision point, compiled. Immutable; {@link #first} allocates nothing.
 *
 * <p>The mechanism asks {@code first(facts, 0)}, does {@code action(rule)}, and after a continuing
 * action asks again from {@code rule + 1} with the facts as they are then.
 */
public final class Decision {
  private final DecisionPoint point;
  private final Origin origin;
  private final List<Rule> rules;
  private final Action[] actions;
  private final int[] code;
  private final int[] entries;

  /**
   * Where a block of rules comes from.
   *
   * @param kernel the kernel whose file states the block
   * @param function the kernel function, or empty
   * @param commit the commit or mail, or empty
   * @param contract what the block promises, or empty
   */
  record Origin(String kernel, String function, String commit, String contract) {}

  Decision(DecisionPoint point, Origin origin, List<Rule> rules) {
    this.point = point;
    this.origin = origin;
    this.rules = List.copyOf(rules);
    this.actions = rules.stream().map(Rule::action).toArray(Action[]::new);
    ConditionCompiler compiler = new ConditionCompiler(rules);
    this.code = compiler.code();
    this.entries = compiler.entries();
  }

  /**
   * The first rule at or after {@code from} whose condition holds, or -1.
   *
   * @param from 0 to {@link #size()}
   */
  public int first(Facts facts, int from) {
    int at = entries[from];
    while (at >= 0) {
      int terms = code[at + ConditionCompiler.TERMS];
      boolean holds;
      if (terms == 0) {
        holds = facts.value(code[at + ConditionCompiler.FACT]) != 0;
      } else {
        int sum = code[at + ConditionCompiler.CONSTANT];
        int term = at + ConditionCompiler.FIRST_TERM;
        for (int end = term + 2 * terms; term < end; term += 2) {
          sum += code[term] * facts.value(code[term + 1]);
        }
        holds =
            switch (code[at + ConditionCompiler.TEST]) {
              case ConditionCompiler.IS_ZERO -> sum == 0;
              case ConditionCompiler.IS_NOT_ZERO -> sum != 0;
              default -> sum < 0; // IS_NEGATIVE
            };
      }
      at = code[at + (holds ? ConditionCompiler.IF_TRUE : ConditionCompiler.IF_FALSE)];
    }
    int rule = ~at;
    return rule == actions.length ? -1 : rule;
  }

  /** What the mechanism does when rule {@code rule} (0-based) fires. */
  public Action action(int rule) {
    return actions[rule];
  }

  /** Rule {@code i}, 0-based. */
  public Rule rule(int i) {
    return rules.get(i);
  }

  /** Number of rules; 0 for a decision without effects. */
  public int size() {
    return actions.length;
  }

  /** All rules in order. */
  public List<Rule> rules() {
    return rules;
  }

  /** Where the mechanism asks. */
  public DecisionPoint point() {
    return point;
  }

  /** The kernel whose file states this block. */
  public String kernel() {
    return origin.kernel();
  }

  /** What the block promises, or empty. */
  public String contract() {
    return origin.contract();
  }

  /** The kernel function that the block paraphrases, or empty. */
  public String function() {
    return origin.function();
  }

  /** The commit or mail that brought it, or empty. */
  public String commit() {
    return origin.commit();
  }

  Decision with(List<Rule> newRules) {
    return new Decision(point, origin, newRules);
  }
}
