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
   * @param arguments the engine, its threads, and what {@link PeerSpace#parse} reads
   */
  public static void main(String[] arguments) throws Operations.Unknown, Refused {
    List<String> words = List.of(arguments);
    PeerSpace.Engine engine = PeerSpace.Engine.valueOf(words.get(0));
    int threads = Integer.parseInt(words.get(1));
    PeerSpace space = PeerSpace.parse(words.subList(2, words.size()));
    System.out.println(space.count(engine, threads).line());
  }
}
