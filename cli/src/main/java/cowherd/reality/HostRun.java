package cowherd.reality;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Runs the runner on this machine's kernel. */
public final class HostRun {
  private HostRun() {}

  /**
   * Gives it the input, and hands on each line that it prints.
   *
   * @return its exit status
   * @throws IOException when it cannot be started
   */
  public static int run(Path program, String input, Consumer<String> line) throws IOException {
    Process process =
        new ProcessBuilder(program.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread killer = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(killer);
    Thread writer = Thread.ofVirtual().start(() -> write(process, input));
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        line.accept(text);
      }
      writer.join();
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    } finally {
      process.destroy();
      removeHook(killer);
    }
  }

  static void removeHook(Thread killer) {
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // then it runs, and that is what it is for
    }
  }

  private static void write(Process process, String input) {
    try (BufferedWriter out = process.outputWriter(StandardCharsets.UTF_8)) {
      out.write(input);
    } catch (IOException e) {
      // it has ended before it has read all: its output says why
    }
  }
}
