package cowherd.kernel;

import cowherd.kernel.KernelTree.Block;
import cowherd.kernel.KernelTree.RuleNode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What can be wrong with a block whose rules can all be read. */
final class BlockChecks {
  /**
   * Most combinations of facts that are tried for a block; above it dead rules are not looked for.
   */
  static final int COMBINATIONS_MAX = 1 << 17;

  /** Most conditions that are evaluated for a file. */
  static final int EVALUATIONS_MAX = 4_000_000;

  /** Largest value that a number takes in these combinations, unless constants are larger. */
  static final int NUMBER_MAX = 4;

  private final Problems problems;
  private int evaluationsLeft = EVALUATIONS_MAX;

  BlockChecks(Problems problems) {
    this.problems = problems;
  }

  void check(Block block) {
    if (block.whole()) {
      checkEnd(block);
      checkDeadRules(block);
    }
  }

  private void checkEnd(Block block) {
    List<RuleNode> rules = block.rules();
    if (block.point().effectsOnly()) {
      if (rules.isEmpty() && !block.none()) {
        problems.at(block.heading(), "the block is empty", "write `none;` if there is no effect");
      }
      return;
    }
    List<RuleNode> last = rules.stream().filter(node -> endsDecision(node.rule())).toList();
    if (last.isEmpty()) {
      problems.at(
          block.heading(),
          "the rules of `" + block.point().phrase() + "` do not end with `otherwise`",
          "add `"
              + block.point().actions().stream()
                  .filter(Action::terminal)
                  .findFirst()
                  .orElse(Action.OUT_OF_MODEL)
                  .word()
              + " otherwise;` or another action");
      return;
    }
    for (RuleNode node : rules.subList(rules.indexOf(last.getFirst()) + 1, rules.size())) {
      problems.at(
          node.offset(),
          node.length(),
          endsDecision(node.rule())
              ? "the block has two `otherwise`"
              : "this rule stands after `otherwise` and can never fire",
          "");
    }
  }

  private static boolean endsDecision(Rule rule) {
    return rule.unconditional() && rule.action().terminal();
  }

  // --------------------------------------------------------------- dead rules

  /**
   * Reports rules that fire under no combination of facts. After a continuing action every fact may
   * have changed, so that only the rules since the last continuing one can cover a rule.
   */
  private void checkDeadRules(Block block) {
    List<Rule> rules = block.rules().stream().map(RuleNode::rule).toList();
    if (new Combinations(rules).count() > COMBINATIONS_MAX) {
      return;
    }
    boolean[] fires = new boolean[rules.size()];
    int dead = rules.size();
    for (int start = 0; start < rules.size(); start++) {
      if (start == 0 || !rules.get(start - 1).action().terminal()) {
        Combinations all = new Combinations(rules);
        do {
          int rule = firstFrom(rules, start, all);
          if (rule < rules.size() && !fires[rule]) {
            fires[rule] = true;
            dead--;
          }
        } while (dead > 0 && evaluationsLeft > 0 && all.next());
      }
    }
    if (evaluationsLeft <= 0) {
      return;
    }
    boolean ended = false;
    for (int i = 0; i < fires.length; i++) {
      if (!fires[i] && !ended) {
        report(block.rules().get(i), rules);
      }
      ended |= endsDecision(rules.get(i));
    }
  }

  private int firstFrom(List<Rule> rules, int start, Facts facts) {
    int rule = start;
    while (rule < rules.size() && !holds(rules.get(rule), facts)) {
      rule++;
    }
    return rule;
  }

  private boolean holds(Rule rule, Facts facts) {
    evaluationsLeft--;
    return rule.condition().test(facts);
  }

  private void report(RuleNode node, List<Rule> rules) {
    int index = node.rule().number() - 1;
    int start = index;
    while (start > 0 && rules.get(start - 1).action().terminal()) {
      start--;
    }
    Combinations all = new Combinations(rules);
    Set<Integer> covering = new TreeSet<>();
    do {
      if (holds(node.rule(), all)) {
        covering.add(firstFrom(rules, start, all) + 1);
      }
    } while (all.next());
    if (covering.isEmpty()) {
      problems.at(
          node.offset(),
          node.length(),
          "this rule can never fire: its condition contradicts itself",
          "");
      return;
    }
    String numbers = covering.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String these = (covering.size() == 1 ? "rule " : "rules ") + numbers + " of the block";
    problems.at(
        node.offset(),
        node.length(),
        "this rule can never fire: " + these + " cover" + (covering.size() == 1 ? "s" : "") + " it",
        node.rule().unconditional() ? "make the last of them `otherwise`" : "");
  }

  /**
   * Walks all combinations of the facts that some rules ask. A fact gets a value when it is asked:
   * combinations that differ only in facts that nobody asks are one.
   */
  private static final class Combinations implements Facts {
    private static final int NOT_ASKED = -1;
    private static final Fact[] FACTS = Fact.values();

    private final Set<Fact> facts;
    private final int numberMax;
    private final int[] values = new int[FACTS.length];

    /** The facts that have a value, in the order in which they were asked. */
    private final Deque<Fact> asked = new ArrayDeque<>();

    private Combinations(List<Rule> rules) {
      facts = EnumSet.noneOf(Fact.class);
      int constant = 0;
      for (Rule rule : rules) {
        rule.condition().collectFacts(facts);
        constant = Math.max(constant, largestConstant(rule.condition()));
      }
      numberMax = Math.max(NUMBER_MAX, constant + 2);
      Arrays.fill(values, NOT_ASKED);
    }

    private static int largestConstant(Condition condition) {
      return switch (condition) {
        case Condition.Always _, Condition.Truth _ -> 0;
        case Condition.Comparison(Condition.Sum left, var _, Condition.Sum right) ->
            Math.max(left.constant(), right.constant());
        case Condition.Not(Condition operand) -> largestConstant(operand);
        case Condition.And(List<Condition> operands) -> largestConstant(operands);
        case Condition.Or(List<Condition> operands) -> largestConstant(operands);
      };
    }

    private static int largestConstant(List<Condition> conditions) {
      return conditions.stream().mapToInt(Combinations::largestConstant).max().orElse(0);
    }

    private long count() {
      double product = 1;
      for (Fact fact : facts) {
        product *= max(fact) + 1;
      }
      return (long) Math.min(product, 1e18);
    }

    private int max(Fact fact) {
      return fact.isCount() ? numberMax : 1;
    }

    /** Goes to the next combination; false after the last. */
    private boolean next() {
      while (!asked.isEmpty()) {
        Fact last = asked.peekLast();
        if (values[last.ordinal()] < max(last)) {
          values[last.ordinal()]++;
          return true;
        }
        values[last.ordinal()] = NOT_ASKED;
        asked.removeLast();
      }
      return false;
    }

    @Override
    public int value(int fact) {
      if (values[fact] == NOT_ASKED) {
        values[fact] = 0;
        asked.addLast(FACTS[fact]);
      }
      return values[fact];
    }
  }
}
