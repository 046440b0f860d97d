package cowherd.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A kernel file, for Jazzer: read, and when it is sound asked in many situations.
 *
 * <pre>
 * mvn -Pfuzz -pl core test -Dfuzz.target=cowherd.fuzz.KernelFuzz \
 *     -Dfuzz.seeds=$PWD/core/src/main/resources/cowherd/kernel/kernels
 * </pre>
 */
public final class KernelFuzz {
  private static final Path SCRATCH = scratch();

  private KernelFuzz() {}

  private static Path scratch() {
    try {
      Path file = Files.createTempFile("fuzz", ".kernel");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    // A kernel may extend any file that its user can read; reading a device may never end.
    if (!new String(input, StandardCharsets.ISO_8859_1).contains("/")) {
      Reading.kernel(input, SCRATCH);
    }
  }
}
