package cowherd.cli;

import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Mistakes of Cowherd itself: one line for the user, and a file with which they can be repeated.
 */
final class InternalErrors {
  private static final int MESSAGE_MAX = 200;

  private InternalErrors() {}

  /** Reports a mistake that happened outside a check. */
  static ExitStatus report(Terminal terminal, String command, Throwable error) {
    terminal.complain(line("", write(command, List.of(), error), error));
    return ExitStatus.INTERNAL_ERROR;
  }

  /** The line for the user. */
  static String line(String where, Optional<Path> file, Throwable error) {
    String replay =
        file.map(path -> "; please report it with " + path)
            .orElse("; no replay file could be written");
    return "cowherd: internal error" + where + ": " + message(error) + replay + "\n";
  }

  static String message(Throwable error) {
    String message = String.valueOf(error.getMessage()).replaceAll("\\s+", " ").strip();
    String name = error.getClass().getSimpleName();
    String text = error.getMessage() == null ? name : name + ": " + message;
    return text.length() > MESSAGE_MAX ? text.substring(0, MESSAGE_MAX) + "..." : text;
  }

  /**
   * A part of a replay file.
   *
   * @param title what it is
   * @param text its text
   */
  record Section(String title, String text) {
    static Section of(LitmusTest test) {
      return new Section("test " + test.file() + ":" + test.line(), test.sourceText());
    }

    static Section of(Kernel kernel) {
      return new Section("kernel " + kernel.name(), kernel.text());
    }
  }

  /** Writes a replay file into the folder for temporary files, else into the working directory. */
  static Optional<Path> write(String command, List<Section> sections, Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    StringBuilder text = new StringBuilder("cowherd " + Version.text() + " replay file\n");
    section(text, new Section("command", command));
    section(text, new Section("java", System.getProperty("java.runtime.version", "")));
    sections.forEach(section -> section(text, section));
    section(text, new Section("message", message(error)));
    section(text, new Section("stack trace", trace.toString()));
    for (String folder : List.of(System.getProperty("java.io.tmpdir", "/tmp"), "")) {
      try {
        Path file = Files.createTempFile(Path.of(folder).toAbsolutePath(), "cowherd-", ".replay");
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return Optional.of(file);
      } catch (IOException e) {
        continue;
      }
    }
    return Optional.empty();
  }

  private static void section(StringBuilder text, Section section) {
    text.append("\n==== ").append(section.title()).append('\n').append(section.text());
    text.append(section.text().endsWith("\n") ? "" : "\n");
  }
}
