package cowherd.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Runs commands within the test's own process, as in a pipe.
 *
 * @param status the exit status
 * @param out what was printed
 * @param err what was complained about
 */
record Cowherd(int status, String out, String err) {
  private static final Pattern SECONDS =
      Pattern.compile("[0-9.]+ s\n|\"seconds\":[0-9.]+|time=\"[0-9.]+\"");

  static Cowherd run(String... arguments) {
    return run(Map.of(), false, arguments);
  }

  /** The same where somebody looks at it. */
  static Cowherd onTerminal(Map<String, String> environment, String... arguments) {
    return run(environment, true, arguments);
  }

  private static Cowherd run(
      Map<String, String> environment, boolean isTerminal, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            isTerminal,
            false,
            environment,
            () -> false);
    int status = Commands.run(arguments, terminal).code();
    return new Cowherd(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** What was printed, without what differs from run to run. */
  String timeless() {
    return SECONDS.matcher(out).replaceAll("TIME");
  }

  /** The path of a file for tests. */
  static String file(String name) {
    URL url = Objects.requireNonNull(Cowherd.class.getResource(name), name);
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
