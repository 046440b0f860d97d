package cowherd.free;

/** A call that the test language does not know, or that free programs cannot make; says why. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  Refused(String message) {
    super(message);
  }
}
