package cowherd.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Runs what users run, and prints nothing: {@code cowherd --train litmus/seeds} is how the launcher
 * can tell the JVM which classes and methods its AOT cache is to hold.
 */
final class Training {
  /** The argument that asks for it; no help mentions it. */
  static final String ARGUMENT = "--train";

  private static final int EXPLAINED_MAX = 8;

  private Training() {}

  /**
   * Runs the commands.
   *
   * @param files the files and folders to run them on
   */
  static ExitStatus run(List<String> files) {
    PrintStream nothing = new PrintStream(OutputStream.nullOutputStream());
    Terminal nowhere = new Terminal(nothing, nothing, false, false, Map.of(), () -> false);
    for (String file : files) {
      Commands.run(new String[] {"check", file}, nowhere);
      Commands.run(new String[] {"check", file, "--json", "--kernel", "v5.7..v5.9"}, nowhere);
      Commands.run(new String[] {"fmt", "--check", file}, nowhere);
      TestFiles.find(List.of(file)).stream()
          .limit(EXPLAINED_MAX)
          .map(found -> new String[] {"explain", found.name(), "--kernel", "v5.7"})
          .forEach(arguments -> Commands.run(arguments, nowhere));
    }
    Commands.run(new String[] {"kernels"}, nowhere);
    Commands.run(new String[] {"kernels", "show", "v5.9"}, nowhere);
    Commands.run(new String[] {"kernels", "diff", "v5.8", "v5.9"}, nowhere);
    Commands.run(new String[] {"check", "--kernl"}, nowhere);
    Commands.run(new String[] {"--help"}, nowhere);
    return ExitStatus.OK;
  }
}
