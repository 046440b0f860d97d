package cowherd.cli;

import cowherd.report.Look;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/**
 * Where a command prints, and what it may know of it.
 *
 * @param out for results
 * @param err for mistakes and progress
 * @param outIsTerminal whether somebody reads {@code out} while it is printed
 * @param errIsTerminal the same of {@code err}
 * @param environment the environment variables
 * @param interrupted whether somebody asked to stop
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Map<String, String> environment,
    BooleanSupplier interrupted) {

  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  /** The terminal, pipe or file that this process was started with. */
  static Terminal ofProcess(BooleanSupplier interrupted) {
    return new Terminal(
        System.out,
        System.err,
        isTerminal(STDOUT),
        isTerminal(STDERR),
        System.getenv(),
        interrupted);
  }

  /** Asks /proc, which costs less than a native call; elsewhere the console is asked. */
  private static boolean isTerminal(int descriptor) {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      String name = target.toString();
      return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || isConsole(name);
    } catch (IOException | UnsupportedOperationException e) {
      return System.console() != null && System.console().isTerminal();
    }
  }

  private static boolean isConsole(String name) {
    return name.equals("/dev/console");
  }

  /** When escape sequences for colours are printed. */
  enum Colour {
    AUTO,
    ALWAYS,
    NEVER
  }

  /** Whether colours are to be used here. */
  boolean colours(Colour colour) {
    return switch (colour) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          outIsTerminal
              && environment.getOrDefault("NO_COLOR", "").isEmpty()
              && !environment.getOrDefault("TERM", "").equals("dumb");
    };
  }

  /** The width of the terminal, or the usual one. */
  int columns() {
    if (!outIsTerminal) {
      return Look.COLUMNS_DEFAULT;
    }
    OptionalInt told = number(environment.getOrDefault("COLUMNS", ""));
    return told.isPresent() ? told.getAsInt() : askedColumns();
  }

  private static int askedColumns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream answer = stty.getInputStream()) {
        String[] size =
            new String(answer.readAllBytes(), StandardCharsets.US_ASCII).strip().split(" ", 2);
        OptionalInt columns = size.length == 2 ? number(size[1]) : OptionalInt.empty();
        return columns.orElse(Look.COLUMNS_DEFAULT);
      }
    } catch (IOException e) {
      return Look.COLUMNS_DEFAULT;
    }
  }

  private static OptionalInt number(String text) {
    boolean digits = !text.isEmpty() && text.length() < 6 && text.chars().allMatch(c -> isDigit(c));
    int number = digits ? Integer.parseInt(text) : 0;
    return number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /** Prints a result. */
  void print(String text) {
    out.print(text);
    out.flush();
  }

  /** Prints a mistake. */
  void complain(String text) {
    out.flush();
    err.print(text);
    err.flush();
  }
}
