package cowherd.cli;

/** The entry point of the command line; for now it tells the version alone. */
public final class Main {
  private Main() {}

  /**
   * Prints the version that the jar's manifest records.
   *
   * @param arguments ignored
   */
  public static void main(String[] arguments) {
    String version = Main.class.getPackage().getImplementationVersion();
    System.out.println("cowherd " + (version == null ? "(development)" : version));
  }
}
