package cowherd.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.litmus.LitmusParser;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests made from random bytes: nearly all compile, and none breaks the machine. */
class RandomScenariosTest {
  private static final int SCENARIOS = 600;
  private static final int BYTES_MAX = 60;
  private static final int SOUND_PERCENT_MIN = 85;

  @Test
  void theMachineAnswers() {
    Random random = new Random(5);
    int sound = 0;
    for (int i = 0; i < SCENARIOS; i++) {
      byte[] bytes = new byte[8 + random.nextInt(BYTES_MAX)];
      random.nextBytes(bytes);
      Scenario.Case one = Scenario.of(bytes);
      sound += LitmusParser.parse("scenario.litmus", one.text()).isSound() ? 1 : 0;
      try {
        Reading.check(one.text(), one.kernel());
      } catch (RuntimeException e) {
        throw new AssertionError(one.kernel() + ": " + e + "\n" + one.text(), e);
      }
    }
    assertThat(sound * 100 / SCENARIOS).isGreaterThan(SOUND_PERCENT_MIN);
  }
}
