package cowherd.reality;

import cowherd.emit.Runner;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Conformance.Executor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

  /** The kernel of the library that speaks for the one at hand. */
  static Kernel model(Executor executor) throws IOException {
    return KernelLibrary.builtIn().get(HostModel.choose(executor).name());
  }

  static boolean hasQemu() {
    String path = String.valueOf(System.getenv("PATH"));
    return Stream.of(path.split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "qemu-system-x86_64")));
  }

  /** The folder with litmus/ in it. */
  static Path folder() {
    return Stream.iterate(Path.of("").toAbsolutePath(), p -> p.getParent() != null, Path::getParent)
        .filter(p -> Files.isDirectory(p.resolve("litmus/seeds")))
        .findFirst()
        .orElseThrow();
  }

  /** The tests of some families of the library. */
  static List<LitmusTest> tests(String... families) throws IOException {
    List<LitmusTest> tests = new ArrayList<>();
    for (String family : families) {
      try (Stream<Path> files = Files.list(folder().resolve("litmus").resolve(family))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".litmus")).sorted().toList()) {
          tests.addAll(LitmusParser.parse(file.toString(), Files.readString(file)).tests());
        }
      }
    }
    return tests;
  }
}
