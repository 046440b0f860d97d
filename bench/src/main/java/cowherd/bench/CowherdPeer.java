package cowherd.bench;

import cowherd.explore.Options.Symmetry;
import cowherd.free.Counts;
import cowherd.free.PeerCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cowherd itself, in a JVM of its own with one thread that searches. */
final class CowherdPeer implements Peer {
  /** Everything large lives as long as the search. */
  private static final String YOUNG_GENERATION = "64m";

  private final Path directory;
  private final Symmetry symmetry;
  private final List<String> command;

  /**
   * Cowherd on a row.
   *
   * @param heap as the JVM wants it
   */
  CowherdPeer(PeerRow row, Symmetry symmetry, Path directory, String heap) {
    this.directory = directory;
    this.symmetry = symmetry;
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+UseTransparentHugePages",
                "-Xmx" + heap,
                "-Xmn" + YOUNG_GENERATION,
                "-cp",
                System.getProperty("java.class.path"),
                PeerCount.class.getName()));
    words.addAll(row.cowherd(symmetry));
    command = List.copyOf(words);
  }

  @Override
  public String name() {
    return switch (symmetry) {
      case FRAMES -> "Cowherd, frame symmetry";
      case NONE, ANY_FREE_FRAME -> "Cowherd";
    };
  }

  @Override
  public Sample run() throws IOException, InterruptedException {
    ChildProcess done = ChildProcess.require(directory, command);
    return new Sample(Counts.parse(done.output()), done);
  }
}
