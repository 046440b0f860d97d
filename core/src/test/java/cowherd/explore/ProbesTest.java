package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Odd but legal programs: exits, signals, several userfaultfds, forks in the middle of things. */
class ProbesTest {
  private static final List<String> KERNELS = List.of("v5.9", "v6.12", "v6.15");

  static Stream<LitmusTest> probes() throws IOException {
    try (InputStream in = ProbesTest.class.getResourceAsStream("probes.litmus")) {
      assertThat(in).isNotNull();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      LitmusParser.Result result = LitmusParser.parse("probes.litmus", text);
      assertThat(result.isSound()).as(result.diagnostics().toString()).isTrue();
      assertThat(result.tests()).hasSizeGreaterThan(50);
      return result.tests().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("probes")
  void isAsExpected(LitmusTest test) {
    KernelLibrary library = KernelLibrary.builtIn();
    Grader grader = Grader.of(test, library, Set.of());
    assertThat(grader.problems()).isEmpty();
    for (String kernel : KERNELS) {
      CheckResult result =
          Checker.check(test, library.get(kernel), Options.DEFAULT, Bounds.defaults());
      assertThat(grader.grade(result).grade())
          .as(test.name() + " on " + kernel + ": " + result.verdict() + " " + result.broken())
          .isEqualTo(Grade.AS_EXPECTED);
    }
  }
}
