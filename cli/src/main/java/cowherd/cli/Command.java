package cowherd.cli;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** A command: what it understands, and what it does. */
interface Command {
  /** Its help, options and parameters, made by {@link Usage}. */
  CommandSpec spec();

  /**
   * Does what was asked for.
   *
   * @throws UserError when that cannot be
   * @throws Mistakes when a file that it needs has mistakes
   */
  ExitStatus run(Terminal terminal, Arguments arguments);

  /** Commands below this one. */
  default Map<String, Command> subcommands() {
    return Map.of();
  }
}
