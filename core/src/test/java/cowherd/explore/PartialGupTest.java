package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import org.junit.jupiter.api.Test;

/** get_user_pages of several pages that gets only the first ones returns how many it got. */
class PartialGupTest {
  private static final LitmusTest FAST_ONLY =
      Tests.parse(
          """
          litmus fast-only
          anon x pages 2;
          process A { x.0 = 3; k = pin_user_pages_fast_only(x, FOLL_PIN); }
          always (A.k == 1);
          """);

  @Test
  void aFastOnlyWalkKeepsThePagesThatItTook() {
    CheckResult result = Tests.check(FAST_ONLY, "v5.14");
    assertThat(result.broken()).isEmpty();
    assertThat(result.verdict()).isEqualTo(Verdict.HOLDS);
  }
}
