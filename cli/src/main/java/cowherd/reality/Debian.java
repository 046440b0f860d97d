package cowherd.reality;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kernels of Debian: downloaded by package name through apt into the cache, and not installed. A
 * suite that this machine does not have configured is read from the mirror that it has.
 *
 * <p>A kernel is a folder of the cache with the name of its release: {@code vmlinuz}, {@code name}
 * (what users call it) and {@code modules/}, in which {@code order} tells which is loaded first.
 */
public final class Debian {
  /** The kernels that are fetched when nobody says which, and where Debian has them. */
  private static final List<Wanted> ALL =
      List.of(
          new Wanted("5.10", "5.10", List.of("bullseye", "bullseye-security")),
          new Wanted("6.1", "6.1", List.of("bookworm", "bookworm-security")),
          new Wanted("6.12", "6.12", List.of("trixie", "trixie-security", "bookworm-backports")),
          new Wanted("today", "", List.of("sid")));

  /** The ram disk, which takes O_DIRECT and swap. */
  private static final List<String> NEEDED = List.of("brd");

  /** How many packages are named to who asks for one that is not there. */
  private static final int ALTERNATIVES_MAX = 6;

  private static final String IMAGE = "vmlinuz";
  private static final String NAME = "name";
  private static final String MODULES = "modules";
  private static final String ORDER = "order";

  private final Consumer<String> progress;

  /** Tells what it does, a line each. */
  public Debian(Consumer<String> progress) {
    this.progress = progress;
  }

  /**
   * A kernel to fetch.
   *
   * @param name how users call it
   * @param series how its release begins, or empty for the newest
   * @param suites where it may be
   */
  private record Wanted(String name, String series, List<String> suites) {}

  /**
   * A kernel in the cache.
   *
   * @param name how users call it: 5.10, 6.1, 6.12, today, or the package that they asked for
   * @param release what it calls itself
   * @param image the bootable image
   * @param modules modules to load, in this order
   */
  public record KernelImage(String name, String release, Path image, List<Path> modules) {}

  /** The names that can be fetched. */
  public static List<String> names() {
    return ALL.stream().map(Wanted::name).toList();
  }

  private static Path folder() {
    return Compiler.cache().resolve("kernels");
  }

  /** Whether something can be fetched: one of the names, or a package with a kernel image. */
  public static boolean canFetch(String name) {
    return names().contains(name) || KernelPackage.of(name).isPresent();
  }

  /** What the cache has: the newest kernel of each name, then those fetched by package name. */
  public static List<KernelImage> cached() {
    List<KernelImage> all = all();
    return Stream.concat(
            names().stream().flatMap(name -> newest(all, name).stream()),
            all.stream().filter(image -> !names().contains(image.name())))
        .toList();
  }

  /** The newest kernel of a name, a release or a package, if the cache has one. */
  public static Optional<KernelImage> cached(String name) {
    return newest(all(), name);
  }

  private static Optional<KernelImage> newest(List<KernelImage> images, String name) {
    String release = KernelPackage.of(name).map(KernelPackage::release).orElse(name);
    return images.stream()
        .filter(image -> image.name().equals(name) || image.release().equals(release))
        .max(Comparator.comparing(KernelImage::release, KernelPackage::compareReleases));
  }

  private static List<KernelImage> all() {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> releases = Files.list(folder())) {
      return releases.sorted().flatMap(folder -> read(folder).stream()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The kernel in a folder, by each of its names; in one that is being made there is none. */
  private static List<KernelImage> read(Path folder) {
    Path modules = folder.resolve(MODULES);
    String release = folder.getFileName().toString();
    try {
      List<Path> ordered =
          Files.readAllLines(modules.resolve(ORDER)).stream().map(modules::resolve).toList();
      return Files.readAllLines(folder.resolve(NAME)).stream()
          .map(name -> new KernelImage(name.strip(), release, folder.resolve(IMAGE), ordered))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Fetches a kernel, unless the cache has it.
   *
   * @throws MissingTool when there is no such name, no apt, no network or no package
   */
  public KernelImage fetch(String name) {
    Optional<KernelImage> there = cached(name);
    if (there.isPresent()) {
      return there.get();
    }
    Wanted wanted = wanted(name);
    if (!"amd64".equals(System.getProperty("os.arch"))) {
      throw new MissingTool("kernels are fetched for amd64 only", "");
    }
    try {
      Files.createDirectories(folder());
      Path work = Files.createTempDirectory(folder(), ".fetch-");
      try {
        fetch(wanted, work);
      } finally {
        delete(work);
      }
    } catch (IOException e) {
      throw new MissingTool(
          "the cache `" + folder() + "` cannot be written: " + e.getMessage(),
          "set XDG_CACHE_HOME to a folder that can");
    }
    return cached(name)
        .orElseThrow(() -> new IllegalStateException("Debian.fetch: not there: " + name));
  }

  /** By name, or a package: that is where its series is, or else anywhere. */
  private static Wanted wanted(String name) {
    Optional<Wanted> named = ALL.stream().filter(one -> one.name().equals(name)).findFirst();
    return named
        .or(() -> KernelPackage.of(name).map(found -> new Wanted(name, "", suites(found))))
        .orElseThrow(() ->
            new MissingTool(
                "there is no kernel `" + name + "` to fetch",
                "the names are "
                    + String.join(", ", names())
                    + ", or a package as linux-image-6.12.90+deb13-cloud-amd64"));
  }

  /** Where a package may be. */
  static List<String> suites(KernelPackage wanted) {
    return ALL.stream()
        .filter(one -> !one.series().isEmpty())
        .filter(one -> wanted.release().startsWith(one.series() + "."))
        .findFirst()
        .map(Wanted::suites)
        .orElseGet(() -> ALL.stream().flatMap(one -> one.suites().stream()).toList());
  }

  /** The package of a kernel among those that are there. */
  private static KernelPackage choose(Wanted wanted, List<String> names) {
    Optional<KernelPackage> asked = KernelPackage.of(wanted.name());
    if (asked.isEmpty()) {
      return KernelPackage.best(names, wanted.series())
          .orElseThrow(() ->
              new MissingTool(
                  "no package with a kernel "
                      + wanted.name()
                      + " is in "
                      + String.join(", ", wanted.suites()),
                  "does the configured mirror have these suites?"));
    }
    return KernelPackage.exactly(names, asked.get().release())
        .orElseThrow(() ->
            new MissingTool(
                "the package " + wanted.name() + " is not in " + String.join(", ", wanted.suites()),
                "a mirror has the newest releases only; there are "
                    + KernelPackage.all(names).stream()
                        .map(KernelPackage::name)
                        .limit(ALTERNATIVES_MAX)
                        .collect(Collectors.joining(", "))));
  }

  private void fetch(Wanted wanted, Path work) throws IOException {
    Apt apt = new Apt(work);
    progress.accept("reading the lists of packages of " + String.join(", ", wanted.suites()));
    Apt.Lists lists = apt.useSuites(wanted.suites());
    if (!lists.fetched().isEmpty()) {
      progress.accept("downloaded lists of " + lists.fetched());
    }
    lists
        .trouble()
        .ifPresent(trouble ->
            progress.accept(
                "some lists cannot be read: " + trouble.what() + "\n  = " + trouble.advice()));
    List<String> names = apt.search("^linux-(image|binary|modules)-[0-9].*amd64$");
    KernelPackage best = choose(wanted, names);
    Path unpacked = Files.createDirectory(work.resolve("unpacked"));
    for (String one : List.of(best.name(), "linux-modules-" + best.release())) {
      if (names.contains(one)) {
        String size = apt.size(one);
        progress.accept("downloading " + one + (size.isEmpty() ? "" : ", " + size));
        apt.unpack(one, unpacked);
      }
    }
    Path made = Files.createDirectory(work.resolve("made"));
    Files.createDirectory(made.resolve(MODULES));
    collect(apt, unpacked, made);
    Files.writeString(made.resolve(NAME), wanted.name() + "\n");
    keep(made, folder().resolve(best.release()), wanted.name());
  }

  /** The folder appears when it is whole. One that is there stays, and gets the name too. */
  static void keep(Path made, Path target, String name) throws IOException {
    try {
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.exists(target.resolve(IMAGE))) {
        throw e;
      }
      if (!Files.readAllLines(target.resolve(NAME)).contains(name)) {
        Files.writeString(target.resolve(NAME), name + "\n", StandardOpenOption.APPEND);
      }
    }
  }

  /** Moves the image and the modules that are needed out of what was unpacked. */
  private static void collect(Apt apt, Path unpacked, Path made) throws IOException {
    Map<String, Path> modules = new LinkedHashMap<>();
    List<Path> all;
    try (Stream<Path> files = Files.walk(unpacked)) {
      all = files.filter(Files::isRegularFile).toList();
    }
    for (Path file : all) {
      String name = file.getFileName().toString();
      if (name.startsWith(IMAGE)) {
        Files.move(file, made.resolve(IMAGE));
      } else if (name.endsWith(".ko") || name.endsWith(".ko.xz")) {
        modules.put(moduleName(name), file);
      }
    }
    if (!Files.exists(made.resolve(IMAGE))) {
      throw new MissingTool("the package has no kernel image", "");
    }
    List<String> order = new ArrayList<>();
    for (String name : NEEDED) {
      collectModule(apt, name, modules, made.resolve(MODULES), order);
    }
    Files.write(made.resolve(MODULES).resolve(ORDER), order);
  }

  /** Takes what a module needs, then the module. One that is not there is part of the kernel. */
  private static void collectModule(
      Apt apt, String name, Map<String, Path> modules, Path target, List<String> order)
      throws IOException {
    Path file = modules.remove(name);
    if (file == null) {
      return;
    }
    Path taken = target.resolve(name + (file.toString().endsWith(".xz") ? ".ko.xz" : ".ko"));
    Files.move(file, taken);
    if (taken.toString().endsWith(".xz")) {
      apt.decompress(taken);
    }
    Path module = target.resolve(name + ".ko");
    for (String needed : needs(Files.readAllBytes(module))) {
      collectModule(apt, needed, modules, target, order);
    }
    order.add(name + ".ko");
  }

  private static String moduleName(String file) {
    return file.substring(0, file.indexOf(".ko")).replace('-', '_');
  }

  /** What a module says that it needs: {@code depends=} in its section {@code .modinfo}. */
  static List<String> needs(byte[] module) {
    String text = new String(module, StandardCharsets.ISO_8859_1);
    String key = "\0depends=";
    int begin = text.indexOf(key);
    if (begin < 0) {
      return List.of();
    }
    String value = text.substring(begin + key.length(), text.indexOf('\0', begin + key.length()));
    return value.isEmpty() ? List.of() : List.of(value.replace('-', '_').split(","));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
