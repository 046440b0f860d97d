package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MutantTest {
  private static List<Mutant> mutants(String kernel, DecisionPoint point) {
    return KernelLibrary.builtIn().get(kernel).mutants().stream()
        .filter(mutant -> mutant.decision() == point)
        .toList();
  }

  @Test
  void changesEachRuleInEachSmallWay() {
    String one = "v5.7 \"MADV_PAGEOUT of a page\" rule 1: skip when mapcount != 1 -> ";
    String two = "v5.7 \"MADV_PAGEOUT of a page\" rule 2: go otherwise -> ";
    assertThat(mutants("v5.7", DecisionPoint.PAGEOUT))
        .extracting(Mutant::description)
        .containsExactly(
            one + "negated",
            one + "dropped",
            one + "action go",
            one + "mapcount != 2",
            one + "mapcount != 0",
            two + "action skip");
  }

  @Test
  void shiftsConstantsOnTheSideWhereTheyStayPositive() {
    assertThat(mutants("v5.18", DecisionPoint.WP_FAULT))
        .extracting(mutant -> mutant.description().replaceAll(".* -> ", ""))
        .contains("ksm or refcount > 4", "ksm or refcount > 2")
        .contains("refcount > 2 + swapcache", "refcount > swapcache");
    assertThat(mutants("v5.7", DecisionPoint.SWAP_IN))
        .extracting(mutant -> mutant.description().replaceAll(".* -> ", ""))
        .contains("write and not ksm and 1 + mapcount + swapcount == 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v5.7", "v5.10-stable", "peterx-v3-fix", "v6.15"})
  void everyMutantDiffersInOneDecisionAndStillEnds(String name) {
    Kernel kernel = KernelLibrary.builtIn().get(name);
    List<Mutant> mutants = kernel.mutants();
    assertThat(mutants).extracting(Mutant::description).doesNotHaveDuplicates();
    for (Mutant mutant : mutants) {
      assertThat(kernel.diff(mutant.kernel()))
          .as(mutant.description())
          .isNotEmpty()
          .allSatisfy(change ->
              assertThat(((KernelChange.RuleChange) change).decision())
                  .isEqualTo(mutant.decision()));
      Decision changed = mutant.kernel().decision(mutant.decision());
      for (int i = 0; i < changed.size(); i++) {
        assertThat(changed.rule(i).number()).isEqualTo(i + 1);
        if (changed.action(i) != Action.OUT_OF_MODEL) {
          assertThat(mutant.decision().actions()).contains(changed.action(i));
        }
      }
      if (!mutant.decision().effectsOnly()) {
        Rule last = changed.rule(changed.size() - 1);
        assertThat(last.unconditional() && last.action().terminal()).isTrue();
      }
    }
  }
}
