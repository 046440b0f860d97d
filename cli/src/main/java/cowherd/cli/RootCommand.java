package cowherd.cli;

import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd} alone: it needs a command. */
final class RootCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Usage.of(
                this,
                "cowherd",
                "Litmus tests for Linux memory: fork, copy-on-write, page pins and userfaultfd.")
            .footer(
                "",
                "Examples:",
                "  cowherd check litmus/seeds",
                "      explores every interleaving of every test on every kernel",
                "  cowherd explain litmus/seeds/unmap-takeover.litmus --kernel v5.7",
                "      tells the shortest run in which it goes wrong",
                "  cowherd kernels diff v5.8 v5.9",
                "      shows the rules in which two kernels differ",
                "",
                "Exit status: 0 as expected, 1 not as expected, 2 wrong usage or a mistake in a file,",
                "3 a bound was reached, 4 outside the model, 69 something is missing on this machine,",
                "70 a mistake of Cowherd itself. `cowherd COMMAND --help` tells more.")
            .build();
    spec.usageMessage().synopsisSubcommandLabel("COMMAND");
    return spec;
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    throw new UserError("which command?", "`cowherd --help` lists them");
  }
}
