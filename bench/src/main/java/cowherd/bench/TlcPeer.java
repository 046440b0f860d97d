package cowherd.bench;

import cowherd.free.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TLC on {@code Cowherd.tla}, one worker. The states that it has generated are the transitions and
 * the initial states.
 */
final class TlcPeer implements Peer {
  private static final Pattern STATES =
      Pattern.compile("(\\d+) states generated, (\\d+) distinct states found, 0 states left");
  private static final Pattern DEPTH =
      Pattern.compile("depth of the complete state graph search is (\\d+)");

  private final Path directory;
  private final PeerRow row;
  private final List<String> command;

  /**
   * TLC in a directory of its own.
   *
   * @param heap as the JVM wants it
   */
  TlcPeer(Path model, Path jar, PeerRow row, Path directory, String heap) throws IOException {
    this.directory = directory;
    this.row = row;
    Files.copy(model, directory.resolve("Cowherd.tla"));
    Files.writeString(directory.resolve("Cowherd.cfg"), row.tlc());
    command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseParallelGC",
            "-Xmx" + heap,
            "-cp",
            jar.toString(),
            "tlc2.TLC",
            "-workers",
            "1",
            "-metadir",
            "states",
            "Cowherd.tla");
  }

  @Override
  public String name() {
    return "TLC";
  }

  @Override
  public Sample run() throws IOException, InterruptedException {
    ChildProcess done = ChildProcess.require(directory, command);
    Matcher states = STATES.matcher(done.output());
    Matcher depth = DEPTH.matcher(done.output());
    if (!states.find() || !depth.find()) {
      throw new IOException("TLC has not searched everything:\n" + done.output());
    }
    long distinct = Long.parseLong(states.group(2));
    long transitions = Long.parseLong(states.group(1)) - row.initialStates();
    int levels = Integer.parseInt(depth.group(1));
    return new Sample(new Counts(distinct, transitions, levels, 0, 0), done);
  }
}
