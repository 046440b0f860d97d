package cowherd.fuzz;

/**
 * A file of tests, for Jazzer: parsed and formatted.
 *
 * <pre>mvn -Pfuzz -pl core test -Dfuzz.target=cowherd.fuzz.LitmusFuzz</pre>
 */
public final class LitmusFuzz {
  private LitmusFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Reading.litmus(input);
  }
}
