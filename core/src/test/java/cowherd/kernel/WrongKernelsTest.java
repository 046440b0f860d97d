package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.source.Diagnostic;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Golden diagnostics. Each file under {@code wrong/} ends with comments that say what is reported
 * for it, and nothing else may be: {@code //! LINE:COLUMN+LENGTH MESSAGE}, and on a second line
 * {@code //! FIX}.
 */
class WrongKernelsTest {
  private static final String MARK = "//! ";

  static List<Path> files() throws IOException, URISyntaxException {
    URL directory = Objects.requireNonNull(WrongKernelsTest.class.getResource("wrong"));
    try (Stream<Path> list = Files.list(Path.of(directory.toURI()))) {
      return list.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void reportsExactlyWhatTheFileSays(Path file) throws IOException {
    List<String> expected =
        Files.readAllLines(file).stream()
            .filter(line -> line.startsWith(MARK))
            .map(line -> line.substring(MARK.length()))
            .toList();
    List<String> reported = reported(file);
    if (Boolean.getBoolean("cowherd.golden.update") && !reported.equals(expected)) {
      update(file, reported);
    }
    assertThat(reported).isEqualTo(expected);
  }

  private static void update(Path file, List<String> reported) throws IOException {
    List<String> lines =
        new ArrayList<>(
            Files.readAllLines(file).stream().filter(line -> !line.startsWith(MARK)).toList());
    reported.forEach(line -> lines.add(MARK + line));
    Path source = Path.of("src/test/resources/cowherd/kernel/wrong");
    Files.write(source.resolve(file.getFileName().toString()), lines);
  }

  private static List<String> reported(Path file) {
    List<String> lines = new ArrayList<>();
    if (KernelLibrary.builtIn().resolve(file.toString())
        instanceof Resolution.Failed(var diagnostics)) {
      assertThat(diagnostics.render()).contains(file.toString());
      for (Diagnostic d : diagnostics.list()) {
        lines.add(d.line() + ":" + d.column() + "+" + d.length() + " " + d.message());
        if (!d.fix().isEmpty()) {
          lines.add("    " + d.fix());
        }
      }
    }
    return lines;
  }

  @Test
  void thereAreEnoughOfThem() throws IOException, URISyntaxException {
    assertThat(files()).hasSizeGreaterThan(35);
  }

  /** Prints what is reported, for whoever writes a new file. */
  public static void main(String[] files) {
    for (String file : files) {
      System.out.println(file);
      reported(Path.of(file)).forEach(line -> System.out.println(MARK + line));
    }
  }
}
