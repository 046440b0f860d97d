package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.Condition.Relation;
import cowherd.kernel.Condition.Sum;
import cowherd.kernel.source.SourceText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecisionTest {
  private static final int BLOCKS = 300;
  private static final int SITUATIONS = 60;
  private static final List<Fact> TRUTHS =
      Arrays.stream(Fact.values()).filter(fact -> !fact.isCount()).toList();
  private static final List<Fact> COUNTS =
      Arrays.stream(Fact.values()).filter(Fact::isCount).toList();

  private final Random random = new Random(20200810);

  @Test
  void compiledAndInterpretedConditionsAgree() {
    for (int i = 0; i < BLOCKS; i++) {
      List<Rule> rules = new ArrayList<>();
      for (int r = 0; r < random.nextInt(8); r++) {
        rules.add(rule(rules.size() + 1, condition(4)));
      }
      Decision decision = decision(rules);
      for (int k = 0; k < SITUATIONS; k++) {
        Facts facts = facts();
        for (int from = 0; from <= rules.size(); from++) {
          assertThat(decision.first(facts, from)).isEqualTo(interpreted(rules, facts, from));
        }
      }
    }
  }

  private static int interpreted(List<Rule> rules, Facts facts, int from) {
    for (int r = from; r < rules.size(); r++) {
      if (rules.get(r).condition().test(facts)) {
        return r;
      }
    }
    return -1;
  }

  /**
   * What {@link Condition#text} writes, the parser reads back as a condition of the same meaning.
   */
  @Test
  void theTextOfAConditionMeansTheSame() throws TokenReader.Malformed {
    for (int i = 0; i < BLOCKS; i++) {
      Condition condition = known(4);
      Problems problems = new Problems(new SourceText("t", condition.text()));
      Condition again = ConditionParser.parse(new TokenReader(problems), DecisionPoint.WP_FAULT);
      assertThat(problems.list()).isEmpty();
      assertThat(again.text()).isEqualTo(condition.text());
      for (int k = 0; k < SITUATIONS; k++) {
        Facts facts = facts();
        assertThat(again.test(facts)).as(condition.text()).isEqualTo(condition.test(facts));
      }
    }
  }

  @Test
  void anEmptyDecisionFiresNothing() {
    assertThat(decision(List.of()).first(facts(), 0)).isEqualTo(-1);
    assertThat(decision(List.of()).size()).isZero();
  }

  @Test
  void theEvaluationGoesOnAfterAContinuingRule() {
    Kernel kernel = KernelLibrary.builtIn().get("v5.18");
    assertThat(Situation.actions(kernel, DecisionPoint.WP_FAULT, "anon lru refcount=2"))
        .isEqualTo("drain-lru copy");
    assertThat(Situation.actions(kernel, DecisionPoint.WP_FAULT, "anon refcount=1"))
        .isEqualTo("reuse");
  }

  private static Decision decision(List<Rule> rules) {
    return new Decision(DecisionPoint.WP_FAULT, new Decision.Origin("test", "", "", ""), rules);
  }

  private static Rule rule(int number, Condition condition) {
    return new Rule(
        DecisionPoint.WP_FAULT, number, Action.COPY, condition, "", "", "", "test", number);
  }

  private Condition condition(int depth) {
    return condition(depth, TRUTHS);
  }

  private Condition known(int depth) {
    return condition(
        depth, TRUTHS.stream().filter(KnownFacts.at(DecisionPoint.WP_FAULT)::contains).toList());
  }

  private Condition condition(int depth, List<Fact> truths) {
    return switch (random.nextInt(depth == 0 ? 2 : 5)) {
      case 0 -> new Condition.Truth(pick(truths));
      case 1 ->
          new Condition.Comparison(
              sum(pick(COUNTS), truths),
              pick(List.of(Relation.values())),
              sum(pick(truths), truths));
      case 2 -> new Condition.Not(condition(depth - 1, truths));
      case 3 -> new Condition.And(conditions(depth - 1, truths));
      default -> new Condition.Or(conditions(depth - 1, truths));
    };
  }

  private List<Condition> conditions(int depth, List<Fact> truths) {
    List<Condition> list = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(2); i++) {
      list.add(condition(depth, truths));
    }
    return list;
  }

  private Sum sum(Fact one, List<Fact> truths) {
    List<Fact> facts = new ArrayList<>(List.of(one));
    while (random.nextInt(3) == 0) {
      facts.add(random.nextBoolean() ? pick(COUNTS) : pick(truths));
    }
    return new Sum(random.nextInt(3), facts);
  }

  private Facts facts() {
    int[] values = new int[Fact.values().length];
    for (Fact fact : Fact.values()) {
      values[fact.ordinal()] = random.nextInt(fact.isCount() ? 6 : 2);
    }
    return new Situation(values);
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
