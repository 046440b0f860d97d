package cowherd.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the library, mutated: an answer every time, within the file, in under a second. */
class MutatedFilesTest {
  private static final int LITMUS_INPUTS = 15_000;
  private static final int LITMUS_CHECKED = 1_000;
  private static final int KERNEL_INPUTS = 4_000;
  private static final int SHOWN_MAX = 3_000;
  private static final long INPUT_NANOS_MAX = 1_000_000_000;

  @TempDir Path dir;

  @Test
  void litmusFiles() {
    feed(Seeds.litmus(), 1, LITMUS_INPUTS, Reading::litmus);
  }

  /** Whatever still compiles is checked. */
  @Test
  void litmusFilesThatAreChecked() {
    feed(Seeds.litmus(), 2, LITMUS_CHECKED, bytes -> Reading.check(text(bytes), "v6.2"));
  }

  @Test
  void kernelFiles() {
    Path scratch = dir.resolve("mutated.kernel");
    feed(Seeds.kernels(), 3, KERNEL_INPUTS, bytes -> Reading.kernel(bytes, scratch));
  }

  private static void feed(List<byte[]> seeds, long seed, int inputs, Consumer<byte[]> read) {
    seeds.forEach(read);
    Mutator mutator = new Mutator(seeds, seed);
    for (int i = 0; i < inputs; i++) {
      byte[] input = mutator.next();
      String what = "input " + i + " of seed " + seed;
      long begin = cpuNanos();
      try {
        read.accept(input);
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        throw new AssertionError(what + ": " + e.getMessage() + "\n" + excerpt(input), e);
      }
      assertThat(cpuNanos() - begin)
          .as("%s, nanoseconds:%n%s", what, excerpt(input))
          .isLessThan(INPUT_NANOS_MAX);
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  private static String excerpt(byte[] input) {
    String text = text(input);
    return text.substring(0, Math.min(text.length(), SHOWN_MAX));
  }
}
