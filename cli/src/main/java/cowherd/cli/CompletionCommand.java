package cowherd.cli;

import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd completion}: a script for the shell. */
final class CompletionCommand implements Command {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  /** The script is bash's; zsh runs it after this. */
  private static final String ZSH = "autoload -U +X compinit && compinit\n";

  @Override
  public CommandSpec spec() {
    return Usage.of(this, "completion", "Print a completion script for bash or zsh")
        .description("Prints a script that makes the shell complete commands, options and kernels.")
        .parameters("SHELL", "1", SHELLS, "bash or zsh.")
        .footer(
            "",
            "Examples:",
            "  source <(cowherd completion bash)        in ~/.bashrc",
            "  source <(cowherd completion zsh)         in ~/.zshrc")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    String shell = arguments.parameters().getFirst();
    if (!SHELLS.contains(shell)) {
      throw Arguments.noSuchWord("completion", shell, SHELLS);
    }
    String script = AutoComplete.bash("cowherd", new CommandLine(Commands.whole()));
    terminal.print(shell.equals("zsh") ? ZSH + script : script);
    return ExitStatus.OK;
  }
}
