package cowherd.reality;

import cowherd.emit.Runner;
import cowherd.reality.Conformance.Executor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** What this machine offers to tests that run programs on its kernel. */
final class Machines {
  private Machines() {}

  /** Runs programs on this kernel; skips the test where that cannot be. */
  static Executor host() {
    try {
      Path runner = Compiler.compile("runner", Runner.source());
      return (input, line) -> HostRun.run(runner, input, line);
    } catch (MissingTool e) {
      Assumptions.abort("skipped: " + e.getMessage());
      throw e;
    }
  }

  /** Skips the test where frames cannot be seen: only root sees them. */
  static void needRoot() {
    boolean root = Files.isReadable(Path.of("/proc/kpageflags"));
    Assumptions.assumeTrue(root, "skipped: needs root (/proc/kpageflags)");
  }
}
