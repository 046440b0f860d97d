package cowherd.reality;

/** A guest that came to no good end. What it printed before has been handed on. */
public final class GuestDied extends MissingTool {
  private static final long serialVersionUID = 1L;

  /** With what happened, and the last lines of its console. */
  GuestDied(String message) {
    super(message, "");
  }
}
