package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile files: an error in well under a second, never an exception. The limit below leaves room
 * for a busy machine.
 */
class LimitsTest {
  private static final Duration AT_MOST = Duration.ofSeconds(5);
  private static final String HEAD = "kernel wrong extends v5.9\non reclaim of a page:\n";
  private static final String TAIL = "\n    go otherwise;\n";

  @TempDir Path dir;

  @BeforeAll
  static void loadTheBase() {
    assertThat(KernelLibrary.builtIn().get("v5.9")).isNotNull();
  }

  private String rendered(byte[] bytes) throws IOException {
    Path file = Files.write(dir.resolve("f.kernel"), bytes);
    return Assertions.assertTimeout(
        AT_MOST,
        () ->
            switch (KernelLibrary.builtIn().resolve(file.toString())) {
              case Resolution.Found found -> "found " + found.kernel();
              case Resolution.Failed(var diagnostics) -> diagnostics.render();
            });
  }

  private String rendered(String text) throws IOException {
    return rendered(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aHugeFile() throws IOException {
    assertThat(rendered(new byte[10 << 20])).contains("the file is larger than 1024 KiB");
    assertThat(rendered("kernel wrong ".repeat(1 << 20))).contains("larger than 1024 KiB");
  }

  @Test
  void aFileThatIsJustSmallEnough() throws IOException {
    assertThat(rendered("kernel wrong extends v5.9\n" + " ".repeat((1 << 20) - 100)))
        .isEqualTo("found wrong");
    assertThat(rendered("kernel wrong extends v5.9\n" + "x;".repeat((1 << 19) - 100)))
        .contains("the file has more than " + Lexer.TOKENS_MAX + " words and signs");
    assertThat(rendered("kernel wrong extends v5.9\n" + "%".repeat((1 << 20) - 100)))
        .containsOnlyOnce("`%` means nothing here");
    assertThat(rendered("kernel wrong extends v5.9\n" + "%&".repeat((1 << 19) - 100)))
        .contains("reading ends here: " + Problems.PROBLEMS_MAX + " mistakes are enough");
    assertThat(rendered("kernel " + "x".repeat((1 << 20) - 100)))
        .contains("this word is longer than 200 characters")
        .contains("the name is longer than 64 characters");
    assertThat(rendered("kernel wrong extends " + "x".repeat((1 << 20) - 100)))
        .contains("this word is longer than 200 characters")
        .contains("there is no kernel");
    assertThat(rendered("kernel wrong extends \"" + "x/".repeat((1 << 19) - 100) + "\""))
        .contains("is longer than 500 characters");
  }

  @Test
  void deepNesting() throws IOException {
    for (String open : new String[] {"(", "not ", "not (", "(("}) {
      assertThat(rendered(HEAD + "skip when " + open.repeat(10_000) + "ksm;" + TAIL))
          .contains("conditions are nested deeper than 100");
    }
    assertThat(
            rendered(HEAD + "skip when " + "(".repeat(100) + "ksm" + ")".repeat(100) + ";" + TAIL))
        .isEqualTo("found wrong");
    assertThat(rendered("/* ".repeat(10_000))).contains("this comment does not end");
  }

  @Test
  void longConditions() throws IOException {
    String many = "ksm" + " and anon or file".repeat(5_000);
    assertThat(rendered(HEAD + "skip when " + many + ";" + TAIL)).isEqualTo("found wrong");
    String sum = "mapcount" + " + mapcount".repeat(10_000) + " > 1";
    assertThat(rendered(HEAD + "skip when " + sum + ";" + TAIL))
        .contains("the comparison has more than 16 facts");
    String constants = "mapcount > " + "999999 + ".repeat(5_000) + "1";
    assertThat(rendered(HEAD + "skip when " + constants + ";" + TAIL))
        .contains("the constants of a sum are larger than");
  }

  @Test
  void manyRules() throws IOException {
    assertThat(rendered(HEAD + "skip when ksm;\n".repeat(1_000) + TAIL))
        .contains("a block has at most 64 rules");
  }

  @Test
  void manyFactsAreNotEnumeratedForEver() throws IOException {
    String all =
        KnownFacts.at(DecisionPoint.WP_FAULT).stream()
            .map(fact -> fact.isCount() ? fact.word() + " > 3" : fact.word())
            .collect(Collectors.joining(" and "));
    String block =
        IntStream.range(0, 60)
            .mapToObj(i -> "copy when " + all + ";\n")
            .collect(Collectors.joining());
    assertThat(
            rendered(
                "kernel wrong extends v5.9\non a fault on a read-only page:\n"
                    + block
                    + "reuse otherwise;"))
        .isEqualTo("found wrong");
    String some = "copy when mapcount > 3 and refcount > 3 and swapcount > 3 and ksm and anon;\n";
    StringBuilder blocks = new StringBuilder("kernel wrong extends v5.9\n");
    for (String phrase : new String[] {"fork of a present page", "a fault on a read-only page"}) {
      blocks.append("on ").append(phrase).append(":\n").append(some.repeat(60));
      blocks.append(phrase.startsWith("fork") ? "share" : "reuse").append(" otherwise;\n");
    }
    assertThat(rendered(blocks.toString())).contains("this rule can never fire");
  }

  @Test
  void numbersThatAreTooLarge() throws IOException {
    assertThat(rendered(HEAD + "skip when mapcount > 99999999999999999999;" + TAIL))
        .contains("numbers have at most 6 digits");
    assertThat(rendered(HEAD + "skip when mapcount > 999999;" + TAIL)).isEqualTo("found wrong");
  }

  @Test
  void binaryJunk() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] junk = new byte[1 + random.nextInt(100_000)];
      random.nextBytes(junk);
      assertThat(rendered(junk)).contains("this is not a text file");
    }
  }

  /** Cuts, doubles and replaces pieces of a whole kernel: always an answer, never an exception. */
  @Test
  void mutilatedKernels() throws IOException {
    String text = KernelLibrary.builtIn().get("v6.2").text();
    Random random = new Random(11);
    String pieces = "();:,+<>=!\"'*/-\n\t§€ notandorwhenon123";
    for (int i = 0; i < 300; i++) {
      StringBuilder changed = new StringBuilder(text);
      for (int k = 0; k <= i % 7; k++) {
        int at = random.nextInt(changed.length());
        int end = Math.min(changed.length(), at + random.nextInt(40));
        switch (random.nextInt(3)) {
          case 0 -> changed.delete(at, end);
          case 1 -> changed.insert(at, changed.substring(at, end));
          default -> changed.setCharAt(at, pieces.charAt(random.nextInt(pieces.length())));
        }
      }
      assertThat(rendered(changed.toString())).isNotEmpty();
    }
  }

  @Test
  void aCommentWithoutEnd() throws IOException {
    assertThat(rendered("kernel wrong extends v5.9\n/* no end\n"))
        .contains("f.kernel:2:1: error: this comment does not end")
        .contains("= end it with `*/`");
  }

  @Test
  void emptyFiles() throws IOException {
    assertThat(rendered("")).contains("expected `kernel NAME`, found the end of the file");
    assertThat(rendered("kernel")).contains("expected the name of the kernel");
    assertThat(rendered("// nothing")).contains("expected `kernel NAME`");
  }
}
