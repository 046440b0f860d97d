package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Minimiser.Minimised;
import cowherd.explore.RandomTests.Generated;
import cowherd.explore.RandomTests.Shape;
import cowherd.litmus.Verdict;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the minimiser leaves shows the same, and nothing more can be left out. */
class MinimiserTest {
  private static final int TESTS = 150;
  private static final int STATES_MAX = 800;
  private static final Bounds BOUNDS =
      new Bounds(STATES_MAX, Long.MAX_VALUE / 4, Duration.ofDays(1), () -> false);

  @Test
  void aMinimisedRandomTestShowsTheSameAndIsMinimal() {
    int minimised = 0;
    for (long seed = 0; minimised < TESTS; seed++) {
      Generated generated = RandomTests.of(seed, Shape.ANYTHING);
      CheckResult result =
          Checker.check(
              Tests.parse(generated.text()),
              Tests.kernel(generated.kernel()),
              Options.DEFAULT,
              BOUNDS);
      Optional<Minimised> smaller = Minimiser.minimise(result, Options.DEFAULT, BOUNDS);
      boolean shows = result.verdict() == Verdict.VIOLATED || result.verdict() == Verdict.HANGS;
      assertThat(smaller.isPresent()).as(generated.toString()).isEqualTo(shows);
      if (smaller.isPresent()) {
        assertSame(generated, result, smaller.get());
        minimised++;
      }
    }
  }

  private static void assertSame(Generated generated, CheckResult result, Minimised smaller) {
    CheckResult left = smaller.result();
    assertThat(left.verdict()).as(generated.toString()).isEqualTo(result.verdict());
    if (result.verdict() == Verdict.VIOLATED) {
      assertThat(left.broken())
          .as(generated.toString())
          .extracting(Condition::text)
          .contains(result.broken().getFirst().text());
    }
    Minimised again = Minimiser.minimise(left, Options.DEFAULT, BOUNDS).orElseThrow();
    assertThat(again.removed()).as(generated.toString()).isEmpty();
    Trace trace =
        Replay.trace(left.test(), left.kernel(), Options.DEFAULT, left.witness().orElseThrow());
    assertThat(trace.steps()).as(generated.toString()).hasSize(left.witness().get().steps().size());
  }
}
