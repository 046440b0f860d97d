package cowherd.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares a report with the file that it is expected to equal. Run with {@code
 * -Dcowherd.golden.update=true} to write what comes out, and read the difference.
 */
final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/cowherd/report");

  private Golden() {}

  static void check(String name, String text) {
    Path file = FOLDER.resolve(name);
    try {
      if (Boolean.getBoolean("cowherd.golden.update")) {
        Files.writeString(file, text);
      }
      assertThat(text).isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
