package cowherd.fuzz;

import cowherd.kernel.KernelLibrary;
import cowherd.library.Library;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files that mutation begins with: the test library, and the files of the built-in kernels. */
final class Seeds {
  private Seeds() {}

  static List<byte[]> litmus() {
    try (Stream<Path> paths = Files.walk(Library.folder())) {
      List<byte[]> files = new ArrayList<>();
      for (Path path : paths.filter(p -> p.toString().endsWith(".litmus")).sorted().toList()) {
        files.add(Files.readAllBytes(path));
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<byte[]> kernels() {
    return KernelLibrary.builtIn().names().stream().map(Seeds::kernel).toList();
  }

  private static byte[] kernel(String name) {
    String resource = "kernels/" + name + ".kernel";
    try (InputStream in = KernelLibrary.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("Seeds.kernel: no " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
