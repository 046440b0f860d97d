package cowherd.cli;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the tests that a user names: files, and folders with all {@code *.litmus} below them. */
final class TestFiles {
  /** Most files of one run. */
  static final int FILES_MAX = 100_000;

  /** Deepest folder below the one that is named. */
  private static final int DEPTH_MAX = 64;

  private static final String SUFFIX = ".litmus";

  private final List<LitmusTest> tests = new ArrayList<>();
  private final Map<String, SourceText> sources = new LinkedHashMap<>();
  private final StringBuilder mistakes = new StringBuilder();
  private int filesWithMistakes;

  private TestFiles() {}

  /**
   * A file.
   *
   * @param name how messages call it
   * @param path where it is
   */
  record Found(String name, Path path) {}

  /** Reads files and folders, in the order in which they are named, each file once. */
  static TestFiles read(List<String> names) {
    TestFiles files = new TestFiles();
    find(names, files).forEach(found -> files.add(found.name(), found.path()));
    return files;
  }

  /** The files that are meant, folders searched. */
  static List<Found> find(List<String> names) {
    TestFiles files = new TestFiles();
    List<Found> found = find(names, files);
    if (!files.mistakes().isEmpty()) {
      throw new Mistakes(files.mistakes());
    }
    return found;
  }

  private static List<Found> find(List<String> names, TestFiles files) {
    Map<String, Path> paths = new LinkedHashMap<>();
    for (String name : names) {
      Path path = path(name);
      if (Files.isDirectory(path)) {
        files.walk(name, path, paths);
      } else {
        paths.put(name, path);
      }
    }
    return paths.entrySet().stream()
        .map(entry -> new Found(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new UserError("`" + name + "` is not a path", "");
    }
  }

  private void walk(String name, Path folder, Map<String, Path> paths) {
    Map<String, Path> found = new TreeMap<>();
    try {
      Files.walkFileTree(
          folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEPTH_MAX, new Finder(folder, found));
    } catch (IOException e) {
      throw new UserError("the folder `" + name + "` cannot be read: " + e.getMessage(), "");
    }
    if (found.isEmpty()) {
      throw new UserError(
          "there is no *" + SUFFIX + " file below `" + name + "`",
          "name a file or a folder of tests, such as litmus/seeds");
    }
    paths.putAll(found);
  }

  private final class Finder extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Map<String, Path> found;

    Finder(Path root, Map<String, Path> found) {
      this.root = root;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      boolean hidden = !folder.equals(root) && folder.getFileName().toString().startsWith(".");
      return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (file.toString().endsWith(SUFFIX) && !attributes.isDirectory()) {
        found.put(shown(file), file);
      }
      if (found.size() > FILES_MAX) {
        throw new UserError("these are more than " + FILES_MAX + " files", "name fewer");
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      if (e instanceof FileSystemLoopException) {
        return FileVisitResult.CONTINUE;
      }
      problem(Diagnostic.ofFile(shown(file), "this cannot be read: " + e.getMessage(), ""));
      return FileVisitResult.CONTINUE;
    }
  }

  /** Without the {@code ./} of a walk that began in the working directory. */
  private static String shown(Path file) {
    String name = file.toString();
    return name.startsWith("./") ? name.substring(2) : name;
  }

  private void problem(Diagnostic diagnostic) {
    filesWithMistakes++;
    mistakes.append(Diagnostics.of(diagnostic).render());
  }

  private void add(String name, Path path) {
    switch (SourceReader.read(path, name)) {
      case SourceReader.Unreadable(Diagnostic d) -> problem(withAdvice(d, path));
      case SourceReader.Text(SourceText text) -> add(text);
    }
  }

  private static Diagnostic withAdvice(Diagnostic d, Path path) {
    String advice =
        Files.exists(path)
            ? "name a litmus test, or a folder of them"
            : "the tests that come with Cowherd are in litmus/";
    return d.fix().isEmpty() ? Diagnostic.ofFile(d.file(), d.message(), advice) : d;
  }

  private void add(SourceText text) {
    LitmusParser.Result result = LitmusParser.parse(text.file(), text.text());
    sources.put(text.file(), text);
    tests.addAll(result.tests());
    if (!result.isSound()) {
      filesWithMistakes++;
      mistakes.append(result.diagnostics().render());
    } else if (result.tests().isEmpty()) {
      problem(
          Diagnostic.ofFile(text.file(), "the file has no test", "a test begins with `litmus`"));
    }
  }

  /** The tests without a mistake. */
  List<LitmusTest> tests() {
    return tests;
  }

  /** All mistakes, as a user reads them. */
  String mistakes() {
    return mistakes.toString();
  }

  /** How many files have mistakes. */
  int filesWithMistakes() {
    return filesWithMistakes;
  }

  /** A mistake in a test that was read, as a user reads it. */
  String render(Diagnostic diagnostic) {
    return Optional.ofNullable(sources.get(diagnostic.file()))
        .map(source -> source.render(diagnostic))
        .orElseGet(() -> Diagnostics.of(diagnostic).render());
  }
}
