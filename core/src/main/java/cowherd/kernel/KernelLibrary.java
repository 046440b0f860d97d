package cowherd.kernel;

import cowherd.kernel.KernelReader.Place;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds kernels: the built-in ones by name, any release of Linux by its number, and a user's file
 * by its path. All files are read by the same reader. Safe for use by several threads; built-in
 * kernels are read once, when they are first asked for.
 */
public final class KernelLibrary {
  private static final String DIRECTORY = "kernels/";
  private static final String SUFFIX = ".kernel";

  private final KernelIndex index;
  private final List<String> stable;
  private final Map<String, Resolution> builtIns = new ConcurrentHashMap<>();
  private final KernelReader.Bases bases = new LibraryBases();

  private KernelLibrary(KernelIndex index, List<String> stable) {
    this.index = index;
    this.stable = stable;
  }

  /** The library of the kernels that come with Cowherd. */
  public static KernelLibrary builtIn() {
    return Holder.LIBRARY;
  }

  private static final class Holder {
    private static final KernelLibrary LIBRARY =
        new KernelLibrary(new KernelIndex(lines("index")), lines("stable"));
  }

  private static List<String> lines(String name) {
    return new String(resource(name), StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  /** The names of all built-in kernels, oldest first, proposals where they belong in time. */
  public List<String> names() {
    return index.names();
  }

  /** The names of the built-in kernels that are releases, oldest first. */
  public List<String> releases() {
    return index.releases();
  }

  /**
   * The names of built-in kernels of stable releases that have crossed an era. They can be named,
   * but belong to no range and are not among {@link #names}.
   */
  public List<String> stable() {
    return stable;
  }

  /** The built-in kernel that a name or a release of Linux means. */
  public KernelNames lookup(String name) {
    return index.lookup(name);
  }

  /**
   * The built-in kernels of a range, both ends included: {@code expand("v5.9", "v5.18")} are the
   * releases in between, {@code expand("v5.9", "")} all releases from there on, {@code
   * expand("peterx-v1", "peterx-v3")} the proposals in between. A release without a file stands for
   * the file whose rules it has.
   */
  public KernelNames expand(String from, String to) {
    return index.expand(from, to);
  }

  /** Whether {@link #resolve} takes this for the path of a file. */
  public static boolean isPath(String nameOrPath) {
    return nameOrPath.contains("/") || nameOrPath.endsWith(SUFFIX);
  }

  /**
   * The kernel of that name, release or path.
   *
   * @param nameOrPath a path when it contains {@code /} or ends with {@code .kernel}, relative to
   *     the working directory
   */
  public Resolution resolve(String nameOrPath) {
    return isPath(nameOrPath) ? resolvePath(nameOrPath) : resolveName(nameOrPath);
  }

  private Resolution resolvePath(String path) {
    try {
      return bases.load(Place.file(Path.of(path)), List.of());
    } catch (InvalidPathException e) {
      return failed(Diagnostic.ofFile(path, "this is not a path", ""));
    }
  }

  private Resolution resolveName(String asked) {
    if (stable.contains(asked)) {
      return bases.load(Place.builtIn(asked), List.of());
    }
    return switch (index.lookup(asked)) {
      case KernelNames.Unknown(String message, String fix) ->
          failed(Diagnostic.ofFile(asked, message, fix));
      case KernelNames.Known(List<String> names) -> {
        String name = names.getFirst();
        yield switch (bases.load(Place.builtIn(name), List.of())) {
          case Resolution.Found found when !name.equals(asked) ->
              new Resolution.Found(found.kernel(), name, asked + " has the rules of " + name);
          case Resolution other -> other;
        };
      }
    };
  }

  /** The built-in kernel of that name or release; for callers that know that it exists. */
  public Kernel get(String name) {
    return resolve(name).orThrow();
  }

  // ------------------------------------------------------------------- loading

  private final class LibraryBases implements KernelReader.Bases {
    @Override
    public KernelNames lookup(String name) {
      return index.lookup(name);
    }

    @Override
    public Resolution load(Place place, List<String> chain) {
      if (place.path().isPresent()) {
        return read(SourceReader.read(place.path().get(), place.name()), place, chain);
      }
      Resolution known = builtIns.get(place.name());
      if (known == null) {
        String file = place.name() + SUFFIX;
        known = read(SourceReader.decode(resource(file), file), place, chain);
        builtIns.put(place.name(), known);
      }
      return known;
    }

    private Resolution read(SourceReader.Result result, Place place, List<String> chain) {
      return switch (result) {
        case SourceReader.Unreadable(Diagnostic diagnostic) -> failed(diagnostic);
        case SourceReader.Text(SourceText text) -> KernelReader.read(text, place, chain, this);
      };
    }
  }

  private static Resolution failed(Diagnostic diagnostic) {
    return new Resolution.Failed(Diagnostics.of(diagnostic));
  }

  private static byte[] resource(String name) {
    try (InputStream in = KernelLibrary.class.getResourceAsStream(DIRECTORY + name)) {
      if (in == null) {
        throw new IllegalStateException("KernelLibrary.resource: no " + DIRECTORY + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
