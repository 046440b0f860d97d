package cowherd.cli;

/** The user asked for something that cannot be. Told without a stack trace, exit status 2. */
final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String fix;

  /**
   * @param message what is wrong, a clause
   * @param fix what to do instead, or empty
   */
  UserError(String message, String fix) {
    super(message, null, false, false);
    this.fix = fix;
  }

  /** As it is printed, after {@code cowherd: }. */
  String text() {
    return getMessage() + "\n" + (fix.isEmpty() ? "" : "  = " + fix + "\n");
  }
}
