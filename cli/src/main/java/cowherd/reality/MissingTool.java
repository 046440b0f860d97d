package cowherd.reality;

/**
 * Something that this machine does not have, or that does not work here: what, and how to get it.
 */
public sealed class MissingTool extends RuntimeException permits GuestDied {
  private static final long serialVersionUID = 1L;

  /** How to get it. */
  private final String advice;

  /** With one message, and one piece of advice. */
  public MissingTool(String message, String advice) {
    super(message, null, false, false);
    this.advice = advice;
  }

  /** How to get it, or empty. */
  public String advice() {
    return advice;
  }
}
