package cowherd.bench;

import cowherd.explore.Options.Symmetry;
import cowherd.free.Counts;
import cowherd.free.PeerCount;
import cowherd.free.PeerSpace.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cowherd itself, in a JVM of its own with one thread that searches. */
final class CowherdPeer implements Peer {
  /** Everything large lives as long as the search. */
  private static final String YOUNG_GENERATION = "64m";

  private static final int THREADS = 1;

  /** A search that frame symmetry has made short ends before the second compiler pays. */
  private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

  private static final String BOTH_COMPILERS = "-XX:TieredStopAtLevel=4";

  private final PeerRow row;
  private final Symmetry symmetry;
  private final Engine engine;
  private final Path directory;
  private final String heap;
  private final long orbits;

  /**
   * Cowherd on a row.
   *
   * @param heap as the JVM wants it
   */
  CowherdPeer(PeerRow row, Symmetry symmetry, Engine engine, Path directory, String heap)
      throws IOException, InterruptedException {
    this.row = row;
    this.symmetry = symmetry;
    this.engine = engine;
    this.directory = directory;
    this.heap = heap;
    this.orbits = symmetry == Symmetry.FRAMES ? run(Engine.PLAIN).counts().orbits() : 0;
  }

  @Override
  public String name() {
    return switch (symmetry) {
      case FRAMES -> "Cowherd, frame symmetry";
      case ANY_FREE_FRAME -> "Cowherd, any frame";
      case NONE -> "Cowherd, " + engine.name().toLowerCase(Locale.ROOT);
    };
  }

  @Override
  public Sample run() throws IOException, InterruptedException {
    Sample sample = run(engine);
    return symmetry == Symmetry.FRAMES
        ? new Sample(sample.counts().withOrbits(orbits), sample.process())
        : sample;
  }

  private Sample run(Engine by) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+UseTransparentHugePages",
                "-Xmx" + heap,
                "-Xmn" + YOUNG_GENERATION,
                symmetry == Symmetry.FRAMES ? QUICK_COMPILER : BOTH_COMPILERS,
                "-cp",
                System.getProperty("java.class.path"),
                PeerCount.class.getName(),
                by.name(),
                Integer.toString(THREADS)));
    command.addAll(row.cowherd(symmetry));
    ChildProcess done = ChildProcess.require(directory, command);
    return new Sample(Counts.parse(done.output()), done);
  }
}
