package cowherd.emit;

import cowherd.operation.Machine;

/** On this kernel, in some order of its calls, a test would do more than its carriers should. */
final class NotCarried extends Machine.OutOfModel {
  private static final long serialVersionUID = 1L;

  NotCarried(String why) {
    super("no carrier: " + why);
  }

  @Override
  public String told() {
    return String.valueOf(getMessage());
  }
}
