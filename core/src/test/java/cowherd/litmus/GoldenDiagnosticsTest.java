package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong files and what is said about them. What is expected stands at the top of each file, behind
 * {@value #MARK}; {@code -Dcowherd.golden.update=true} writes it anew.
 */
class GoldenDiagnosticsTest {
  private static final String MARK = "//! ";
  private static final boolean UPDATE = Boolean.getBoolean("cowherd.golden.update");

  static List<Path> wrongFiles() {
    return Resources.litmusFiles(Resources.ROOT.resolve("wrong"));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void saysWhatIsWrong(Path path) throws IOException {
    String text = Resources.read(path);
    if (UPDATE) {
      Files.writeString(path, updated(path, text));
      return;
    }
    String expected =
        text.lines()
            .filter(line -> line.startsWith(MARK.strip()))
            .map(line -> line.substring(Math.min(line.length(), MARK.length())) + "\n")
            .collect(Collectors.joining());
    assertThat(expected).isNotEmpty();
    assertThat(rendered(path, text)).isEqualTo(expected);
  }

  @Test
  void thereAreEnoughOfThem() {
    assertThat(wrongFiles()).hasSizeGreaterThan(40);
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void everyPlaceIsInTheFile(Path path) {
    String text = Resources.read(path);
    List<String> lines = text.lines().toList();
    LitmusParser.parse("wrong", text)
        .diagnostics()
        .list()
        .forEach(d -> {
          String line = d.line() <= lines.size() ? lines.get(d.line() - 1) : "";
          assertThat(d.column() - 1 + d.length()).isLessThanOrEqualTo(line.length() + 1);
          assertThat(d.message()).doesNotEndWith(".").doesNotContain("null");
        });
  }

  /** Line numbers depend on how many lines are said, so this runs until they settle. */
  private static String updated(Path path, String text) {
    String body =
        text.lines()
            .filter(line -> !line.startsWith(MARK.strip()))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    String all = body;
    for (int i = 0; i < 3; i++) {
      all =
          rendered(path, all)
                  .lines()
                  .map(l -> (MARK + l).stripTrailing() + "\n")
                  .collect(Collectors.joining())
              + body;
    }
    return all;
  }

  private static String rendered(Path path, String text) {
    return LitmusParser.parse(path.getFileName().toString(), text)
        .diagnostics()
        .render()
        .lines()
        .map(line -> line.stripTrailing() + "\n")
        .collect(Collectors.joining());
  }
}
