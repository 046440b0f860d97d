package cowherd.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import cowherd.explore.Options.Symmetry;
import cowherd.free.Counts;
import cowherd.free.PeerSpace;
import cowherd.free.PeerSpace.Engine;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The smallest rows of bench/peers: Cowherd and Spin count the same graph. */
class PeersTest {
  private static final Path PEERS = Path.of("peers");

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "mapcount", "threads"})
  void spinCountsTheSameStatesTransitionsAndLevels(String name, @TempDir Path directory)
      throws Exception {
    PeerRow row = row(name);
    SpinPeer spin = spin(row, directory);
    Counts cowherd = count(row, Symmetry.NONE, Engine.EXACT);
    assertThat(spin.counts()).isEqualTo(cowherd);
    assertThat(spin.run().counts()).isEqualTo(cowherd);
    assertThat(count(row, Symmetry.NONE, Engine.PLAIN)).isEqualTo(cowherd);
    Counts byFingerprints = count(row, Symmetry.NONE, Engine.FINGERPRINTS);
    assertThat(PeerTable.sameGraph(byFingerprints, cowherd)).isTrue();
  }

  @Test
  void orbitsAddUpToTheStatesOfSpin(@TempDir Path directory) throws Exception {
    PeerRow row = row("anyTiny");
    SpinPeer spin = spin(row, directory);
    Counts unreduced = count(row, Symmetry.ANY_FREE_FRAME, Engine.PLAIN);
    Counts reduced = count(row, Symmetry.FRAMES, Engine.PLAIN);
    assertThat(spin.counts()).isEqualTo(unreduced);
    assertThat(reduced.orbits()).isEqualTo(unreduced.states());
    assertThat(reduced.levels()).isEqualTo(unreduced.levels());
  }

  @Test
  void orbitsAddUpWithoutSpinToo() throws Exception {
    PeerRow row = row("anyTiny");
    Counts unreduced = count(row, Symmetry.ANY_FREE_FRAME, Engine.PLAIN);
    Counts reduced = count(row, Symmetry.FRAMES, Engine.PLAIN);
    assertThat(PeerTable.sameGraph(unreduced, reduced)).isTrue();
    assertThat(count(row, Symmetry.FRAMES, Engine.EXACT).withOrbits(reduced.orbits()))
        .isEqualTo(reduced);
    assertThat(reduced.states()).isLessThan(unreduced.states() / 10);
  }

  @Test
  void tlcIsToldTheWholeRow() throws Exception {
    assertThat(row("threads").tlc().lines())
        .contains("  T = 2", "  Munmap = FALSE", "  Exit = FALSE", "  Mapcount = FALSE");
    assertThat(row("mapcount").tlc().lines()).contains("  Mapcount = TRUE", "  Any = FALSE");
  }

  private static Counts count(PeerRow row, Symmetry symmetry, Engine engine) throws Exception {
    return PeerSpace.parse(row.cowherd(symmetry)).count(engine, 1);
  }

  private static PeerRow row(String name) throws Exception {
    return PeerRow.read(PEERS.resolve("rows")).stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static SpinPeer spin(PeerRow row, Path directory) throws Exception {
    for (String program : List.of("spin", "gcc")) {
      if (!isOnPath(program)) {
        String reason = "not compared with Spin: no " + program + " on the PATH";
        System.err.println(reason);
        abort(reason);
      }
    }
    return new SpinPeer(PEERS.resolve("cowherd.pml"), row, directory);
  }

  private static boolean isOnPath(String program) {
    return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
