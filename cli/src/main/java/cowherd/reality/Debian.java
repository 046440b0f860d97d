package cowherd.reality;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Kernels of Debian: downloaded by package name through apt into the cache, and not installed. A
 * suite that this machine does not have configured is read from the mirror that it has.
 */
public final class Debian {
  private static final int COMMAND_LIMIT_S = 600;
  private static final int ERROR_LINES_MAX = 4;
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final String KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

  /** The kernels that are fetched when nobody says which, and where Debian has them. */
  private static final List<Wanted> ALL =
      List.of(
          new Wanted("5.10", List.of("bullseye-security", "bullseye"), "linux-image-5\\.10\\."),
          new Wanted("6.1", List.of("bookworm"), "linux-image-6\\.1\\."),
          new Wanted("6.12", List.of("trixie", "bookworm-backports"), "linux-image-6\\.12\\."),
          new Wanted("today", List.of("sid"), "linux-binary-[0-9]"));

  private final Consumer<String> progress;

  /** Tells what it does, a line each. */
  public Debian(Consumer<String> progress) {
    this.progress = progress;
  }

  /**
   * A kernel to fetch.
   *
   * @param name how users call it
   * @param suites where it is, the first that has it is taken
   * @param pattern how the name of its package begins
   */
  private record Wanted(String name, List<String> suites, String pattern) {}

  /**
   * A kernel in the cache.
   *
   * @param name how users call it: 5.10, 6.1, 6.12, today
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

  /** What the cache has. */
  public static List<KernelImage> cached() {
    return names().stream().flatMap(name -> cached(name).stream()).toList();
  }

  /** The kernel of a name, if the cache has it. */
  public static Optional<KernelImage> cached(String name) {
    Path folder = folder().resolve(name);
    if (!Files.isRegularFile(folder.resolve("vmlinuz"))) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> modules =
          files.filter(file -> file.toString().endsWith(".ko")).sorted().toList();
      String release = Files.readString(folder.resolve("release")).strip();
      return Optional.of(new KernelImage(name, release, folder.resolve("vmlinuz"), modules));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Fetches a kernel, unless the cache has it. */
  public KernelImage fetch(String name) {
    Optional<KernelImage> there = cached(name);
    if (there.isPresent()) {
      return there.get();
    }
    Wanted wanted =
        ALL.stream()
            .filter(w -> w.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new MissingTool(
                    "there is no kernel `" + name + "` to fetch",
                    "the names are " + String.join(", ", names())));
    if (!"amd64".equals(System.getProperty("os.arch"))) {
      throw new MissingTool("kernels are fetched and run for amd64 only", "");
    }
    String last = "";
    for (String suite : wanted.suites()) {
      try {
        return fetch(wanted, suite);
      } catch (MissingTool e) {
        last = e.getMessage() + (e.advice().isEmpty() ? "" : "; " + e.advice());
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
    }
    throw new MissingTool("the kernel " + name + " cannot be fetched: " + last, "");
  }

  private KernelImage fetch(Wanted wanted, String suite) throws IOException {
    Path work = Files.createDirectories(folder().resolve(".apt-" + suite));
    List<String> options = options(work, suite);
    progress.accept("reading the packages of " + suite);
    run(work, command("apt-get", options, "-qq", "update"));
    List<String> packages =
        run(work, command("apt-cache", options, "search", "--names-only", "^" + wanted.pattern()))
            .lines()
            .map(line -> line.split(" ")[0])
            .filter(line -> line.endsWith("-cloud-amd64"))
            .sorted(Comparator.comparing(Debian::version))
            .toList();
    if (packages.isEmpty()) {
      throw new MissingTool("no package " + wanted.pattern() + "*-cloud-amd64 in " + suite, "");
    }
    String newest = packages.getLast();
    String release = newest.replaceFirst("linux-(image|binary)-", "");
    List<String> needed = new ArrayList<>(List.of(newest));
    if (newest.startsWith("linux-binary-")) {
      needed.add("linux-modules-" + release);
    }
    Path unpacked = work.resolve("unpacked");
    for (String one : needed) {
      progress.accept("downloading " + one);
      run(work, command("apt-get", options, "-qq", "download", one));
      try (Stream<Path> files = Files.list(work)) {
        for (Path deb : files.filter(f -> f.getFileName().toString().startsWith(one + "_")).toList()) {
          run(work, List.of("dpkg-deb", "-x", deb.toString(), unpacked.toString()));
        }
      }
    }
    return keep(wanted.name(), release, work, unpacked);
  }

  /** Moves what is needed into the cache; the folder appears when it is whole. */
  private KernelImage keep(String name, String release, Path work, Path unpacked)
      throws IOException {
    Path made = Files.createDirectories(work.resolve("made"));
    try (Stream<Path> files = Files.walk(unpacked)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String simple = file.getFileName().toString();
        if (simple.startsWith("vmlinuz")) {
          Files.copy(file, made.resolve("vmlinuz"), StandardCopyOption.REPLACE_EXISTING);
        } else if (simple.equals("brd.ko")) {
          Files.copy(file, made.resolve("brd.ko"), StandardCopyOption.REPLACE_EXISTING);
        } else if (simple.equals("brd.ko.xz")) {
          Path copy = made.resolve("brd.ko.xz");
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
          run(work, List.of("xz", "-d", "-f", copy.toString()));
        }
      }
    }
    if (!Files.exists(made.resolve("vmlinuz"))) {
      throw new MissingTool("the package of " + name + " has no kernel image", "");
    }
    Files.writeString(made.resolve("release"), release + "\n");
    Files.move(made, folder().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    delete(work);
    return cached(name)
        .orElseThrow(() -> new MissingTool("the kernel " + name + " is not in the cache", ""));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Versions in the order of their numbers. */
  static String version(String name) {
    Matcher numbers = NUMBER.matcher(name);
    return numbers.replaceAll(match -> "%08d".formatted(Long.parseLong(match.group()) % 100_000_000));
  }

  private List<String> options(Path work, String suite) throws IOException {
    Path lists = Files.createDirectories(work.resolve("lists/partial")).getParent();
    Path cache = Files.createDirectories(work.resolve("cache/archives/partial"));
    Path sources = work.resolve("sources.list");
    String mirror = mirror(work, suite);
    String signed = Files.exists(Path.of(KEYRING)) ? "[signed-by=" + KEYRING + "] " : "";
    Files.writeString(sources, "deb " + signed + mirror + " " + suite + " main\n");
    return List.of(
        "-o", "Dir::Etc::sourcelist=" + sources,
        "-o", "Dir::Etc::sourceparts=/dev/null",
        "-o", "Dir::State::lists=" + lists,
        "-o", "Dir::Cache=" + cache.getParent().getParent());
  }

  /** The mirror that this machine has configured. */
  private String mirror(Path work, String suite) throws IOException {
    List<String> sites =
        run(work, List.of("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"))
            .lines()
            .filter(site -> site.contains("debian"))
            .toList();
    if (sites.isEmpty()) {
      throw new MissingTool("apt has no Debian mirror configured", "add one to apt's sources");
    }
    String site = sites.getFirst();
    return suite.endsWith("-security")
        ? site.replaceFirst("debian/?$", "debian-security")
        : site;
  }

  private static List<String> command(String program, List<String> options, String... rest) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(options);
    command.addAll(List.of(rest));
    return command;
  }

  private static String run(Path work, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.redirectErrorStream(true);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new MissingTool(
          "there is no `" + command.getFirst() + "`",
          "fetching kernels needs Debian's apt, dpkg and xz-utils");
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(COMMAND_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new MissingTool(
            "`" + command.getFirst() + "` failed: "
                + String.join("; ", output.lines().limit(ERROR_LINES_MAX).toList()),
            "is the network there?");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new MissingTool("interrupted", "");
    }
    return output;
  }
}
