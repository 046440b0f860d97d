package cowherd.litmus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files of the tests; Maven runs them in the module's directory. */
final class Resources {
  static final Path ROOT = Path.of("src/test/resources/cowherd/litmus");
  static final Path REPOSITORY = Path.of("..");

  private Resources() {}

  static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String example(String name) {
    return read(ROOT.resolve("examples").resolve(name));
  }

  /** All litmus files below a directory, in order; none when it does not exist. */
  static List<Path> litmusFiles(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(path -> path.toString().endsWith(".litmus")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
