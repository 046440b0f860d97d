package cowherd.cli;

import cowherd.cli.Terminal.Colour;
import cowherd.report.Look;
import java.util.List;
import java.util.Locale;

/** Options of every command that prints for people. */
final class LookOptions {
  private static final List<String> WHEN = List.of("auto", "always", "never");

  private LookOptions() {}

  static Usage describe(Usage usage) {
    return usage
        .choice(
            "--color",
            "WHEN",
            WHEN,
            "Colours: auto (on a terminal, unless NO_COLOR is set), always, never.")
        .value(
            "--width",
            "COLUMNS",
            "Width of a line; else that of the terminal, and 100 in a pipe or a file.");
  }

  static Look look(Terminal terminal, Arguments arguments) {
    String when = arguments.word("--color", WHEN.getFirst(), WHEN);
    boolean colour = terminal.colours(Colour.valueOf(when.toUpperCase(Locale.ROOT)));
    int columns =
        arguments.has("--width")
            ? (int) arguments.number("--width", 0, Look.COLUMNS_MIN, Look.COLUMNS_MAX)
            : terminal.columns();
    return new Look(columns, colour);
  }
}
