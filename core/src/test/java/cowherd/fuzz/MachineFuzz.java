package cowherd.fuzz;

/**
 * The machine, for Jazzer: every input is a test, see {@link Scenario}.
 *
 * <pre>mvn -Pfuzz -pl core test -Dfuzz.target=cowherd.fuzz.MachineFuzz -Dfuzz.seeds=.</pre>
 */
public final class MachineFuzz {
  private MachineFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Scenario.Case one = Scenario.of(input);
    Reading.check(one.text(), one.kernel());
  }
}
