package cowherd.free;

import java.util.List;

/**
 * Counts one row of {@code bench/peers} in Cowherd: a process of its own, so that it is measured
 * whole.
 */
public final class PeerCount {
  private PeerCount() {}

  /**
   * Prints the counts.
   *
   * @param arguments see {@link PeerSpace#parse}
   */
  public static void main(String[] arguments) throws Operations.Unknown, FreeProgram.Refused {
    System.out.println(PeerSpace.parse(List.of(arguments)).count().line());
  }
}
