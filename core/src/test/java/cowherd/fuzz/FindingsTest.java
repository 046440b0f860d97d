package cowherd.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.source.Diagnostic;
import cowherd.litmus.Formatter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs that once broke something, or still do: then the test is disabled and says what. */
class FindingsTest {
  @TempDir Path dir;

  @Test
  @Disabled("the formatter writes `v5...`, which it refuses")
  void aKernelNameThatEndsWithADot() {
    String text =
        "litmus t anon x = 1; process A { x = 2; } never (x == 3); expect holds on v5. ..;";
    if (Formatter.format("t.litmus", text) instanceof Formatter.Formatted(String formatted)) {
      assertThat(Formatter.format("t.litmus", formatted))
          .isEqualTo(new Formatter.Formatted(formatted));
    }
  }

  @Test
  @Disabled("the marker is 22 columns long on a line of 12")
  void aHeadingOverTwoLines() {
    byte[] kernel =
        "kernel mine extends v5.9\non reclaim\n  of some page: go otherwise;"
            .getBytes(StandardCharsets.UTF_8);
    for (Diagnostic d : Reading.kernel(kernel, dir.resolve("mine.kernel"))) {
      assertThat(d.length()).isLessThanOrEqualTo("on reclaim".length());
    }
  }
}
