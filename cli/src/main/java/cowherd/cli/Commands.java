package cowherd.cli;

import cowherd.kernel.source.Suggest;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Finds the command and runs it. Only the command that is asked for is described to the parser of
 * arguments.
 */
final class Commands {
  private static final int HELP_COLUMNS = 100;

  private static final Map<String, Supplier<Command>> ALL = all();

  private Commands() {}

  private static Map<String, Supplier<Command>> all() {
    Map<String, Supplier<Command>> all = new LinkedHashMap<>();
    all.put("check", CheckCommand::new);
    all.put("merge", MergeCommand::new);
    all.put("explain", ExplainCommand::new);
    all.put("hunt", HuntCommand::new);
    all.put("diff", DiffCommand::new);
    all.put("run", RunCommand::new);
    all.put("emit", EmitCommand::new);
    all.put("kernels", KernelsCommand::new);
    all.put("fmt", FmtCommand::new);
    all.put("completion", CompletionCommand::new);
    return all;
  }

  /** Runs one command. Never fails: what goes wrong is told and becomes the exit status. */
  static ExitStatus run(String[] arguments, Terminal terminal) {
    try {
      String first = arguments.length == 0 ? "" : arguments[0];
      Supplier<Command> command = ALL.get(first);
      if (command != null) {
        CommandLine line = prepared(new CommandLine(spec(command.get())), terminal);
        line.setCommandName("cowherd " + first);
        return execute(line, Arrays.copyOfRange(arguments, 1, arguments.length), terminal);
      }
      if (first.equals(Training.ARGUMENT)) {
        return Training.run(List.of(arguments).subList(1, arguments.length));
      }
      if (!first.isEmpty() && !first.startsWith("-")) {
        throw unknown(first);
      }
      return execute(prepared(new CommandLine(whole()), terminal), arguments, terminal);
    } catch (ParameterException e) {
      terminal.complain("cowherd: " + wrongUsage(e).text());
      return ExitStatus.USAGE;
    } catch (Mistakes e) {
      terminal.complain(e.text());
      return ExitStatus.USAGE;
    } catch (UserError e) {
      terminal.complain("cowherd: " + e.text());
      return ExitStatus.USAGE;
    } catch (RuntimeException | StackOverflowError e) {
      return InternalErrors.report(terminal, "cowherd " + String.join(" ", arguments), e);
    }
  }

  /** All commands, for the help and for completion scripts. */
  static CommandSpec whole() {
    CommandSpec spec = new RootCommand().spec();
    ALL.forEach((name, command) -> spec.addSubcommand(name, new CommandLine(spec(command.get()))));
    return spec;
  }

  private static CommandSpec spec(Command command) {
    CommandSpec spec = command.spec();
    command
        .subcommands()
        .forEach((name, below) -> spec.addSubcommand(name, new CommandLine(spec(below))));
    return spec;
  }

  private static CommandLine prepared(CommandLine line, Terminal terminal) {
    line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    line.setUsageHelpWidth(HELP_COLUMNS);
    return line;
  }

  private static ExitStatus execute(CommandLine line, String[] arguments, Terminal terminal) {
    ParseResult result = line.parseArgs(arguments);
    ParseResult last = result;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (last.isUsageHelpRequested() || last.isVersionHelpRequested()) {
      Ansi ansi = terminal.colours(Terminal.Colour.AUTO) ? Ansi.ON : Ansi.OFF;
      line.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
      CommandLine.executeHelpRequest(result);
      return ExitStatus.OK;
    }
    return ((Command) last.commandSpec().userObject()).run(terminal, new Arguments(last));
  }

  private static UserError unknown(String first) {
    String question = Suggest.didYouMean(first, ALL.keySet());
    if (question.isEmpty() && exists(first)) {
      question = "did you mean `cowherd check " + first + "`?";
    }
    return new UserError(
        "there is no command `" + first + "`",
        question.isEmpty() ? "the commands are " + String.join(", ", ALL.keySet()) : question);
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static UserError wrongUsage(ParameterException e) {
    String message = String.valueOf(e.getMessage());
    List<String> near =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    String help = "`" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help` tells more";
    return new UserError(
        message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1),
        near.isEmpty() ? help : "did you mean `" + near.getFirst() + "`? " + help);
  }
}
