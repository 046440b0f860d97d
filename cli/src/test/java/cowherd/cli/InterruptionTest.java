package cowherd.cli;

import static cowherd.cli.Cowherd.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ctrl-C and a small heap, in a process of their own. */
class InterruptionTest {
  private static final long START_UP_MS = 6000;
  private static final long PATIENCE_S = 120;

  private static Process start(String kernels, String... options) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "cowherd.cli.Main",
            "check",
            file("large.litmus"),
            "--kernel",
            kernels));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws Exception {
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    return text;
  }

  @Test
  void whatIsKnownIsPrinted() throws Exception {
    Process process = start("all", "-Xmx1g");
    Thread.sleep(START_UP_MS);
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertThat(output(process)).contains("large: interrupted (on ");
    assertThat(process.exitValue()).isEqualTo(3);
  }

  @Test
  void aSmallHeapIsABound() throws Exception {
    Process process = start("v5.9", "-Xmx48m");
    assertThat(output(process)).containsAnyOf("--max-memory 33m", "the Java heap");
    assertThat(process.exitValue()).isEqualTo(3);
  }
}
