package cowherd.cli;

/** The entry point of the command line. */
public final class Main {
  private Main() {}

  /**
   * Runs a command and ends the process with its exit status.
   *
   * @param arguments the command and its arguments
   */
  public static void main(String[] arguments) {
    Interruption interruption = Interruption.install();
    Terminal terminal = Terminal.ofProcess(interruption::isAsked);
    ExitStatus status = ExitStatus.INTERNAL_ERROR;
    try {
      status = Commands.run(arguments, terminal);
    } catch (OutOfMemoryError e) {
      terminal.complain("cowherd: the Java heap is too small (COWHERD_JAVA_OPTS=-Xmx8g)\n");
      status = ExitStatus.UNKNOWN;
    } finally {
      interruption.exit(status.code());
    }
  }
}
