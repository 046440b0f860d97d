package cowherd.cli;

import static cowherd.cli.Cowherd.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kernels}, {@code fmt}, {@code completion}, and the help. */
class OtherCommandsTest {
  private static final String UNTIDY =
      "litmus untidy\nanon x=1;\nprocess A{r=load(x);}\nnever(A.r==2);\n";

  @ParameterizedTest
  @ValueSource(
      strings = {"check", "explain", "merge", "hunt", "diff", "kernels", "fmt", "completion"})
  void everyCommandHasHelpWithExamples(String command) {
    Cowherd run = Cowherd.run(command, "--help");
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out()).contains("Usage: cowherd " + command).contains("Examples:");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    assertThat(Cowherd.run("--help").out()).contains("  " + command + " ");
  }

  @Test
  void aCaseIsNamedByItsKind() {
    Cowherd one = Cowherd.run("explain", file("kinds.litmus"), "swapped", "--kernel", "v5.7");
    assertThat(one.out()).startsWith("store-after-fork/swapped on v5.7: HOLDS");
    assertThat(
            Cowherd.run("explain", file("kinds.litmus"), "store-after-fork/base", "-k", "v5.7")
                .out())
        .startsWith("store-after-fork/base on v5.7: HOLDS");
    Cowherd many = Cowherd.run("explain", file("kinds.litmus"), "store-after-fork", "-k", "v5.7");
    assertThat(many.status()).isEqualTo(2);
    assertThat(many.err()).contains("may be any of 2 tests").contains("store-after-fork/base, ");
    assertThat(Cowherd.run("explain", file("kinds.litmus"), "swaped", "-k", "v5.7").err())
        .contains("has no test `swaped`");
    assertThat(Cowherd.run("check", file("kinds.litmus"), "-k", "v5.7", "--json").out())
        .contains("\"test\":\"store-after-fork/swapped\",\"kind\":\"swapped\"");
    assertThat(Cowherd.run("check", file("kinds.litmus"), "-k", "v5.7").out())
        .contains("store-after-fork (2 kinds)");
  }

  @Test
  void theVersionIsTold() {
    assertThat(Cowherd.run("--version").out()).startsWith("cowherd ");
    assertThat(Cowherd.run("check", "--version").out()).startsWith("cowherd ");
  }

  @Test
  void kernelsAreListedShownAndCompared() {
    assertThat(Cowherd.run("kernels").out()).containsPattern("(?m)^v5.8 +v5.7 ");
    assertThat(Cowherd.run("kernels", "--json").out().lines()).allMatch(l -> l.startsWith("{"));
    assertThat(Cowherd.run("kernels", "show", "v5.9").out()).startsWith("kernel v5.9");
    assertThat(Cowherd.run("kernels", "show", "v5.10").err()).contains("has the rules of v5.9");
    Cowherd diff = Cowherd.run("kernels", "diff", "v5.9", file("mine.kernel"));
    assertThat(diff.out())
        .contains("+ unshare when anon and refcount > 1")
        .contains("1 rule differs");
    assertThat(Cowherd.run("kernels", "show", "v5.99").status()).isEqualTo(2);
    assertThat(Cowherd.run("kernels", "diff", "v5.9").status()).isEqualTo(2);
  }

  @Test
  void aKernelThatIsPrintedIsTheSameKernel(@TempDir Path folder) throws IOException {
    Path copy = folder.resolve("copy.kernel");
    Files.writeString(copy, Cowherd.run("kernels", "show", "v6.1").out());
    assertThat(Cowherd.run("kernels", "diff", "v6.1", copy.toString()).out())
        .endsWith("no difference\n");
  }

  @Test
  void trainingPrintsNothing() {
    Cowherd run = Cowherd.run("--train", file("good"));
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out() + run.err()).isEmpty();
  }

  // ---- fmt

  @Test
  void fmtReplacesAFileAndKeepsItsPermissions(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("untidy.litmus");
    Files.writeString(file, UNTIDY);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Cowherd check = Cowherd.run("fmt", "--check", file.toString());
    assertThat(check.status()).isEqualTo(1);
    assertThat(check.out()).isEqualTo(file + "\n");
    assertThat(Files.readString(file)).isEqualTo(UNTIDY);
    assertThat(Cowherd.run("fmt", "--check", "--json", file.toString()).out())
        .isEqualTo("{\"file\":\"" + file + "\",\"changed\":true}\n");
    String printed = Cowherd.run("fmt", "--stdout", file.toString()).out();
    assertThat(Files.readString(file)).isEqualTo(UNTIDY);
    assertThat(Cowherd.run("fmt", folder.toString()).status()).isEqualTo(0);
    assertThat(Files.readString(file)).isEqualTo(printed).isNotEqualTo(UNTIDY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(Cowherd.run("fmt", "--check", file.toString()).status()).isEqualTo(0);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void fmtReplacesWhatALinkMeans(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("untidy.litmus");
    Files.writeString(file, UNTIDY);
    Path link = Files.createSymbolicLink(folder.resolve("link.litmus"), file);
    assertThat(Cowherd.run("fmt", link.toString()).status()).isEqualTo(0);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.readString(file)).isNotEqualTo(UNTIDY);
  }

  @Test
  void fmtLeavesKernelsAndWhatItCannotReadAlone() {
    Cowherd kernel = Cowherd.run("fmt", file("mine.kernel"));
    assertThat(kernel.status()).isEqualTo(0);
    assertThat(kernel.err()).contains("is a kernel file");
    Cowherd wrong = Cowherd.run("fmt", "--stdout", file("wrong/syntax.litmus"));
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("syntax.litmus:");
    assertThat(Cowherd.run("fmt").status()).isEqualTo(2);
  }

  // ---- completion

  @Test
  void bashUnderstandsItsScript(@TempDir Path folder) throws Exception {
    Cowherd run = Cowherd.run("completion", "bash");
    assertThat(run.out()).contains("check").contains("peterx-v3-fix");
    Path script = folder.resolve("cowherd.bash");
    Files.writeString(script, run.out(), StandardCharsets.UTF_8);
    Process bash = new ProcessBuilder(List.of("bash", "-n", script.toString())).inheritIO().start();
    assertThat(bash.waitFor()).isEqualTo(0);
    assertThat(Cowherd.run("completion", "zsh").out()).startsWith("autoload");
    assertThat(Cowherd.run("completion", "fish").status()).isEqualTo(2);
  }
}
