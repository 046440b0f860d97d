package cowherd.reality;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Debian's package manager, used in a folder of our own: it reads the machine's configuration, but
 * has its own lists of packages, downloads and does not install. Needs no root.
 */
final class Apt {
  private static final int COMMAND_LIMIT_S = 600;
  private static final Pattern ASSIGNMENT = Pattern.compile("(?m)^(\\w+)='(.*)'$");
  private static final Pattern FETCHED = Pattern.compile("(?m)^Fetched (\\S+ \\S+) in ");
  private static final Pattern SIZE_BYTES = Pattern.compile("(?m)^Size: (\\d{1,18})$");
  private static final double BYTES_PER_MB = 1e6;
  private static final String SOURCES = "cowherd.sources";

  private final Path folder;

  /** Works in a folder, which has to exist. */
  Apt(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads the lists of packages of these suites from the mirrors that this machine has configured.
   *
   * @throws MissingTool when there is no apt or no mirror
   */
  Lists useSuites(List<String> suites) throws IOException {
    List<AptSources.Source> reached = AptSources.reach(configured(), suites);
    if (reached.isEmpty()) {
      throw new MissingTool(
          "apt has no mirror of Debian configured", "add one to its sources, in sources.list(5)");
    }
    Files.createDirectories(folder.resolve("lists/partial"));
    Files.createDirectories(folder.resolve("cache/archives/partial"));
    Files.writeString(folder.resolve(SOURCES), AptSources.write(reached));
    Answer answer = run(command("apt-get", "-q", "--error-on=any", "update"));
    if (answer.status() != 0 && !hasLists()) {
      throw failed("the lists of packages cannot be read", answer);
    }
    return new Lists(
        fetched(answer.out()),
        answer.status() == 0 ? Optional.empty() : Optional.of(AptTrouble.of(answer.err())));
  }

  /**
   * Lists of packages.
   *
   * @param fetched how much was downloaded, as apt says it, or empty
   * @param trouble why some of them are not there, if so
   */
  record Lists(String fetched, Optional<AptTrouble> trouble) {}

  /** How much {@code apt-get update} says that it has fetched. */
  static String fetched(String output) {
    Matcher matcher = FETCHED.matcher(output);
    return matcher.find() ? matcher.group(1) : "";
  }

  private boolean hasLists() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("lists"))) {
      return files.anyMatch(file -> file.getFileName().toString().contains("_Packages"));
    }
  }

  /** The names of the packages that match an extended regular expression. */
  List<String> search(String pattern) throws IOException {
    Answer answer = run(command("apt-cache", "search", "--names-only", pattern));
    if (answer.status() != 0) {
      throw failed("the lists of packages cannot be searched", answer);
    }
    return names(answer.out());
  }

  /** The names in what {@code apt-cache search} prints. */
  static List<String> names(String output) {
    return output
        .lines()
        .filter(line -> line.contains(" - "))
        .map(line -> line.substring(0, line.indexOf(" - ")).strip())
        .toList();
  }

  /** How large a package is, as users read it; empty when apt does not say. */
  String size(String name) throws IOException {
    return sizeIn(run(command("apt-cache", "show", "--no-all-versions", name)).out());
  }

  /** The size in what {@code apt-cache show} prints; the package's own, not the installed one. */
  static String sizeIn(String output) {
    Matcher matcher = SIZE_BYTES.matcher(output);
    return matcher.find()
        ? "%.1f MB".formatted(Long.parseLong(matcher.group(1)) / BYTES_PER_MB)
        : "";
  }

  /** Downloads a package and unpacks it into a folder. */
  void unpack(String name, Path target) throws IOException {
    Answer answer = run(command("apt-get", "-qq", "download", name));
    List<Path> downloaded;
    try (Stream<Path> files = Files.list(folder)) {
      downloaded =
          files
              .filter(f -> f.getFileName().toString().matches("\\Q" + name + "\\E_.*deb"))
              .toList();
    }
    if (answer.status() != 0 || downloaded.isEmpty()) {
      throw failed("the package " + name + " cannot be downloaded", answer);
    }
    Path file = downloaded.getFirst();
    Answer unpacked = run(List.of("dpkg-deb", "-x", file.toString(), target.toString()));
    if (unpacked.status() != 0) {
      throw failed("the package " + name + " cannot be unpacked", unpacked);
    }
    Files.delete(file);
  }

  /** Puts the content of a file that xz compressed in its place, without the ending. */
  void decompress(Path file) throws IOException {
    Answer answer = run(List.of("xz", "-d", "-f", file.toString()));
    if (answer.status() != 0) {
      throw failed("a kernel module cannot be decompressed", answer);
    }
  }

  private List<AptSources.Source> configured() throws IOException {
    Answer answer =
        run(
            List.of(
                "apt-config",
                "shell",
                "FILE",
                "Dir::Etc::sourcelist/f",
                "FOLDER",
                "Dir::Etc::sourceparts/d"));
    List<Path> files = new ArrayList<>();
    Matcher matcher = ASSIGNMENT.matcher(answer.out());
    while (matcher.find()) {
      files.addAll(files(Path.of(matcher.group(2))));
    }
    List<AptSources.Source> sources = new ArrayList<>();
    for (Path file : files) {
      boolean stanzas = file.toString().endsWith(".sources");
      if (Files.isReadable(file) && (stanzas || file.toString().endsWith(".list"))) {
        String text = Files.readString(file);
        sources.addAll(stanzas ? AptSources.ofStanzas(text) : AptSources.ofLines(text));
      }
    }
    return sources;
  }

  private static List<Path> files(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return List.of(place);
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.sorted(Comparator.naturalOrder()).toList();
    }
  }

  /** A command of apt that leaves this machine's lists and caches alone. */
  private List<String> command(String program, String... rest) {
    List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "-o",
                "Dir::Etc::sourcelist=" + folder.resolve(SOURCES),
                "-o",
                "Dir::Etc::sourceparts=/dev/null",
                "-o",
                "Dir::State::lists=" + folder.resolve("lists"),
                "-o",
                "Dir::Cache=" + folder.resolve("cache"),
                // a suite that is no longer maintained is still signed
                "-o",
                "Acquire::Check-Valid-Until=false",
                "-o",
                "Acquire::Languages=none"));
    command.addAll(List.of(rest));
    return command;
  }

  /**
   * What a command left.
   *
   * @param status its exit status
   * @param out what it printed
   * @param err what it complained about
   */
  private record Answer(int status, String out, String err) {}

  private static MissingTool failed(String what, Answer answer) {
    AptTrouble trouble = AptTrouble.of(answer.err());
    return new MissingTool(
        what + (trouble.what().isEmpty() ? "" : ": " + trouble.what()), trouble.advice());
  }

  private Answer run(List<String> command) throws IOException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = start(builder);
    try {
      if (!process.waitFor(COMMAND_LIMIT_S, TimeUnit.SECONDS)) {
        throw new MissingTool(
            "`" + command.getFirst() + "` has not ended after " + COMMAND_LIMIT_S + " s",
            "is the network there?");
      }
      return new Answer(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MissingTool("fetching a kernel was interrupted", "");
    } finally {
      process.destroy();
    }
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new MissingTool(
          "there is no `" + builder.command().getFirst() + "` on the PATH",
          "fetching kernels needs apt, dpkg and xz-utils, which Debian and its kin have");
    }
  }
}
