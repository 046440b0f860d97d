package cowherd.kernel;

/**
 * One rule of a decision.
 *
 * @param decision where the mechanism asks
 * @param number 1-based place in its block
 * @param action what the mechanism does when the rule fires
 * @param condition when it fires; {@link Condition.Always} for {@code otherwise} and {@code always}
 * @param because what the rule means, or empty; for {@code out-of-model} the reason
 * @param function the kernel function that the rule paraphrases, or empty
 * @param commit the commit or mail that brought it, or empty
 * @param kernel the kernel whose file states the rule
 * @param line 1-based line in that file
 */
public record Rule(
    DecisionPoint decision,
    int number,
    Action action,
    Condition condition,
    String because,
    String function,
    String commit,
    String kernel,
    int line) {

  /** The condition in the rule language, or empty for {@code otherwise} and {@code always}. */
  public String conditionText() {
    return condition.text();
  }

  /** Whether the rule fires whatever the facts are. */
  public boolean unconditional() {
    return condition instanceof Condition.Always;
  }

  /** The rule without its explanations: {@code copy when ksm or refcount != 1}. */
  public String text() {
    String guard =
        switch (condition) {
          case Condition.Always() ->
              action.terminal() && !decision.effectsOnly() ? "otherwise" : "always";
          case Condition other -> "when " + other.text();
        };
    String reason = action == Action.OUT_OF_MODEL ? " \"" + because + "\"" : "";
    return action.word() + reason + " " + guard;
  }

  /**
   * How traces name the rule: {@code v5.9 "a fault on a read-only page" rule 2: copy when ksm or
   * refcount != 1}.
   */
  public String name() {
    return kernel + " \"" + decision.phrase() + "\" rule " + number + ": " + text();
  }

  /** Whether both do the same under the same condition, whatever their explanations say. */
  boolean sameAs(Rule other) {
    return action == other.action && condition.equals(other.condition);
  }

  Rule withNumber(int newNumber) {
    return new Rule(
        decision, newNumber, action, condition, because, function, commit, kernel, line);
  }

  Rule changed(Action newAction, Condition newCondition) {
    return new Rule(
        decision, number, newAction, newCondition, because, function, commit, kernel, line);
  }
}
