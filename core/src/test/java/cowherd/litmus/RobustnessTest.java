package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text makes the parser fail, hang, or talk without end. */
class RobustnessTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String HEAD = "litmus t\nanon x = 1;\nprocess A {\n";

  private static List<String> messages(String text) {
    return assertTimeoutPreemptively(
        LIMIT,
        () -> {
          LitmusParser.Result result = LitmusParser.parse("t.litmus", text);
          assertThat(result.diagnostics().list()).hasSizeLessThanOrEqualTo(Limits.DIAGNOSTICS_MAX);
          assertThat(result.diagnostics().render()).isNotNull();
          Formatter.format("t.litmus", text);
          return result.diagnostics().list().stream().map(d -> d.message()).toList();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "!", "{", "[", "*", "&", "-", "if (x == 1) {", "loop {", "f(", "1 + ("})
  void deepNesting(String opener) {
    assertThat(messages(HEAD + "r = " + opener.repeat(10_000) + "1")).isNotEmpty();
    assertThat(messages(HEAD + opener.repeat(10_000))).isNotEmpty();
    assertThat(messages("litmus t " + opener.repeat(10_000))).isNotEmpty();
    assertThat(messages("litmus t never (" + opener.repeat(10_000))).isNotEmpty();
  }

  @Test
  void longElseChains() {
    assertThat(messages(HEAD + "if (x == 1) { x = 1; } else ".repeat(10_000) + "{ x = 2; } }"))
        .anyMatch(m -> m.contains("deep"));
  }

  @ParameterizedTest
  @ValueSource(strings = {" + 1", " && 1", " | 1", " - 1", " && 1 < 1"})
  void longExpressions(String more) {
    assertThat(messages(HEAD + "r = 1" + more.repeat(10_000) + "; }"))
        .anyMatch(m -> m.contains("more than 64 operators"));
  }

  @Test
  void longFlags() {
    assertThat(messages(HEAD + "k = get_user_pages(x, 0" + "|FOLL_PIN".repeat(9_999) + "); }"))
        .isNotEmpty();
  }

  @Test
  void repeatsWithinRepeats() {
    String text = HEAD + "repeat 16 { ".repeat(20) + "}".repeat(20) + "}";
    assertThat(messages(text)).anyMatch(m -> m.contains("256 instructions"));
  }

  @Test
  void manyOfEverything() {
    assertThat(messages(HEAD + "x = 1; ".repeat(30_000) + "}")).hasSize(1);
    assertThat(messages("litmus t process A { } ".repeat(2_000))).isNotEmpty();
    assertThat(messages("litmus t\n" + "process A { } ".repeat(5_000))).isNotEmpty();
    assertThat(messages("litmus t\n" + "anon x = 1; ".repeat(5_000))).isNotEmpty();
    assertThat(messages(HEAD + "} " + "expect holds on v5.8;".repeat(5_000))).isNotEmpty();
    assertThat(messages(HEAD + threads() + "}")).anyMatch(m -> m.contains("12 threads"));
    assertThat(messages(HEAD + "r = x } " + "never (A.r == 1);\n".repeat(20_000))).isNotEmpty();
    assertThat(messages("a ".repeat(300_000))).anyMatch(m -> m.contains("200000 words"));
  }

  private static String threads() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      out.append("thread t").append(i).append(" { x = 1; }\n");
    }
    return out.toString();
  }

  @Test
  void largeFiles() {
    assertThat(messages("litmus t ".repeat(10 << 20 >> 3))).hasSize(1);
    assertThat(messages("/".repeat(Limits.FILE_CHARACTERS_MAX))).isNotEmpty();
    assertThat(messages("\"".repeat(Limits.FILE_CHARACTERS_MAX))).isNotEmpty();
    assertThat(messages("x".repeat(Limits.FILE_CHARACTERS_MAX))).isNotEmpty();
    assertThat(messages("\0".repeat(Limits.FILE_CHARACTERS_MAX))).isNotEmpty();
    assertThat(messages("}".repeat(Limits.FILE_CHARACTERS_MAX))).isNotEmpty();
    assertThat(messages("@#".repeat(Limits.FILE_CHARACTERS_MAX / 2))).isNotEmpty();
  }

  @Test
  void junk() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(seed % 2 == 0 ? HEAD : "");
      for (int i = 0; i < 2_000; i++) {
        text.append((char) random.nextInt(seed % 3 == 0 ? 128 : 65_536));
      }
      assertThat(messages(text.toString())).isNotEmpty();
    }
  }

  /** Valid tests with tokens dropped, doubled and swapped. */
  @Test
  void mutilatedTests() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      String text = new RandomTests(seed).file();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + random.nextInt(12));
        String piece = text.substring(from, to);
        text =
            switch (random.nextInt(3)) {
              case 0 -> text.substring(0, from) + text.substring(to);
              case 1 -> text.substring(0, to) + piece + text.substring(to);
              default -> piece + text.substring(0, from) + text.substring(to);
            };
      }
      messages(text);
    }
  }

  @Test
  void endsAnywhere() {
    String text = new RandomTests(7).file();
    for (int end = 0; end < text.length(); end++) {
      messages(text.substring(0, end));
    }
  }
}
