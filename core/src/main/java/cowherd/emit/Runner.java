package cowherd.emit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The C program that runs tests: it reads them, and schedules, from its standard input. */
public final class Runner {
  private Runner() {}

  /** Its source. */
  public static String source() {
    return resource("harness.c") + machine() + resource("stress.c") + resource("serve.c");
  }

  /** What every program has behind the harness: carriers, and what they need of the machine. */
  static String machine() {
    return resource("direct.c") + resource("ksm.c") + resource("machine.c");
  }

  static String resource(String name) {
    try (InputStream in = Runner.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("Runner.resource: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A test as the runner reads it, without schedules. */
  public static String test(Carried.Runnable test) {
    return RunnerText.of(test.test());
  }

  /** Free runs as the runner reads them: how many at most, and for how long. */
  public static String stress(int repetitions, long milliseconds) {
    return "stress " + repetitions + " " + milliseconds + "\n";
  }

  /** A schedule as the runner reads it. */
  public static String schedule(java.util.List<Integer> threads) {
    return RunnerText.schedule(threads);
  }
}
