package cowherd.cli;

import cowherd.emit.Observation;
import cowherd.emit.ObservedChecker;
import cowherd.emit.ObservedChecker.Judgement;
import cowherd.emit.ObservedFile;
import cowherd.emit.ObservedParser;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.Resolution;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import cowherd.kernel.source.Suggest;
import cowherd.litmus.LitmusTest;
import cowherd.report.CheckCell;
import cowherd.report.KernelColumn;
import cowherd.report.Observed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What real kernels were seen to do in the tests that are checked: the files {@code *.observed} of
 * a folder that is named, or of the folders {@code observed} beside the tests.
 */
final class ObservedFiles {
  /** Most files of a folder. */
  private static final int FILES_MAX = 1000;

  private static final String FOLDER = "observed";
  private static final String SUFFIX = ".observed";

  private final Map<String, List<LitmusTest>> tests;
  private final Map<String, List<Judged>> observations = new LinkedHashMap<>();
  private final StringBuilder mistakes = new StringBuilder();
  private int filesWithMistakes;

  private ObservedFiles(List<LitmusTest> tests) {
    this.tests = tests.stream().collect(Collectors.groupingBy(LitmusTest::name));
  }

  /** An observation of a test as it was read, and the kernel that speaks for it. */
  private record Judged(
      LitmusTest test, ObservedFile file, Observation observation, Kernel kernel) {
    String key() {
      return test.file() + "\n" + test.name();
    }
  }

  /**
   * Reads observations.
   *
   * @param named the folder, when the user names it
   * @param roots the files and folders of tests that are checked
   * @param found the tests
   */
  static ObservedFiles read(Optional<String> named, List<String> roots, TestFiles found) {
    ObservedFiles files = new ObservedFiles(found.tests());
    if (named.isPresent()) {
      Path folder = folder(named.get());
      files.readAll(folder, false);
    } else {
      for (Path folder : folders(found.tests())) {
        boolean whole = found.filesWithMistakes() == 0 && isBelow(folder, roots);
        files.readAll(folder, whole);
      }
    }
    return files;
  }

  private static Path folder(String named) {
    try {
      Path folder = Path.of(named);
      if (Files.isDirectory(folder) && !observedIn(folder).isEmpty()) {
        return folder;
      }
    } catch (InvalidPathException e) {
      // told below
    }
    throw new UserError(
        "there is no *" + SUFFIX + " file in `" + named + "`",
        "name a folder of observations, such as litmus/observed");
  }

  /** Beside the files of tests, and beside their folders. */
  private static Set<Path> folders(List<LitmusTest> tests) {
    Set<Path> parents = new LinkedHashSet<>();
    tests.forEach(test -> parents.add(parent(Path.of(test.file()))));
    Set<Path> folders = new LinkedHashSet<>();
    for (Path parent : parents) {
      for (Path at : List.of(parent, parent(parent))) {
        Path folder = at.resolve(FOLDER).normalize();
        if (!folders.contains(folder) && Files.isDirectory(folder)) {
          folders.add(folder);
        }
      }
    }
    return folders;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent != null) {
      return parent;
    }
    return path.toString().isEmpty() || path.toString().equals(".") ? Path.of("..") : Path.of("");
  }

  /** Whether all tests that a folder could speak of are checked. */
  private static boolean isBelow(Path folder, List<String> roots) {
    Path beside = parent(folder.toAbsolutePath().normalize());
    return roots.stream()
        .anyMatch(root -> beside.startsWith(Path.of(root).toAbsolutePath().normalize()));
  }

  private static List<Path> observedIn(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files = all.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList();
      if (files.size() > FILES_MAX) {
        throw new UserError(
            "`" + folder + "` has more than " + FILES_MAX + " files of observations", "");
      }
      return files;
    } catch (IOException e) {
      throw new UserError("the folder `" + folder + "` cannot be read: " + e.getMessage(), "");
    }
  }

  // ---- reading --------------------------------------------------------------------------------

  private void readAll(Path folder, boolean whole) {
    observedIn(folder).forEach(path -> read(path, whole));
  }

  private void read(Path path, boolean whole) {
    switch (SourceReader.read(path, path.toString())) {
      case SourceReader.Unreadable(Diagnostic d) -> complain(Diagnostics.of(d).render());
      case SourceReader.Text(SourceText text) -> {
        ObservedParser.Result result = ObservedParser.parse(text);
        List<Diagnostic> wrong = new ArrayList<>(result.diagnostics().list());
        result.file().ifPresent(file -> bind(file, path, whole, wrong));
        if (!wrong.isEmpty()) {
          complain(new Diagnostics(wrong, List.of(text)).render());
        }
      }
    }
  }

  private void complain(String text) {
    filesWithMistakes++;
    mistakes.append(text);
  }

  private void bind(ObservedFile file, Path path, boolean whole, List<Diagnostic> wrong) {
    Optional<Kernel> model = model(file, path, wrong);
    if (model.isEmpty()) {
      return;
    }
    for (Observation observation : file.observations()) {
      List<LitmusTest> meant = tests.getOrDefault(observation.test().text(), List.of());
      if (meant.isEmpty() && whole && wrong.size() < ObservedParser.DIAGNOSTICS_MAX) {
        String name = observation.test().text();
        wrong.add(
            file.mistake(
                observation.test(),
                "there is no test `" + name + "`",
                Suggest.didYouMean(name, tests.keySet())));
      }
      for (LitmusTest test : meant) {
        List<Diagnostic> own = ObservedChecker.mistakes(file, observation, test);
        if (own.isEmpty()) {
          Judged judged = new Judged(test, file, observation, model.get());
          observations.computeIfAbsent(judged.key(), key -> new ArrayList<>()).add(judged);
        } else if (wrong.size() < ObservedParser.DIAGNOSTICS_MAX) {
          wrong.addAll(own);
        }
      }
    }
  }

  private static Optional<Kernel> model(ObservedFile file, Path path, List<Diagnostic> wrong) {
    String name = file.model().text();
    boolean isPath = KernelLibrary.isPath(name);
    return switch (KernelLibrary.builtIn().resolve(isPath ? besides(path, name) : name)) {
      case Resolution.Found(Kernel kernel, String _, String _) -> Optional.of(kernel);
      case Resolution.Failed(Diagnostics diagnostics) -> {
        Diagnostic first = diagnostics.list().getFirst();
        String message =
            isPath ? "this kernel cannot be read: " + first.message() : first.message();
        wrong.add(file.mistake(file.model(), message, first.fix()));
        yield Optional.empty();
      }
    };
  }

  private static String besides(Path path, String name) {
    return parent(path.toAbsolutePath()).resolve(name).normalize().toString();
  }

  /** All mistakes, as a user reads them. */
  String mistakes() {
    return mistakes.toString();
  }

  /** How many files have mistakes. */
  int filesWithMistakes() {
    return filesWithMistakes;
  }

  // ---- judging --------------------------------------------------------------------------------

  /** The results with what was observed on kernels of their rules. */
  List<CheckCell> judge(List<CheckCell> cells, List<KernelColumn> columns) {
    return observations.isEmpty()
        ? cells
        : IntStream.range(0, cells.size())
            .parallel()
            .mapToObj(i -> cells.get(i).with(judge(cells.get(i), columns, i % columns.size())))
            .toList();
  }

  private List<Observed> judge(CheckCell cell, List<KernelColumn> columns, int column) {
    LitmusTest test = cell.graded().result().test();
    Kernel kernel = columns.get(column).kernel();
    boolean again = columns.subList(0, column).stream().anyMatch(c -> isSame(c.kernel(), kernel));
    return again
        ? List.of()
        : observations.getOrDefault(test.file() + "\n" + test.name(), List.of()).stream()
            .filter(judged -> isSame(judged.kernel(), kernel))
            .map(ObservedFiles::judge)
            .toList();
  }

  /** Two releases may share their rules, and a file may be named in two ways. */
  private static boolean isSame(Kernel a, Kernel b) {
    return a.name().equals(b.name()) && a.text().equals(b.text());
  }

  private static Observed judge(Judged j) {
    return switch (ObservedChecker.judge(j.test(), j.kernel(), j.observation())) {
      case Judgement.Agrees(Set<String> allowed) -> told(j, allowed, Observed.Answer.AGREES, "");
      case Judgement.Contradicts(Set<String> allowed, String why) ->
          told(j, allowed, Observed.Answer.CONTRADICTS, why);
      case Judgement.Untold(String why) -> told(j, Set.of(), Observed.Answer.UNTOLD, why);
    };
  }

  private static Observed told(Judged j, Set<String> allowed, Observed.Answer answer, String why) {
    return new Observed(
        j.test().name(),
        j.file().kernel(),
        j.kernel().name(),
        j.observation().scheduleText(),
        j.observation().outcomeText(),
        allowed.stream().sorted().toList(),
        answer,
        why,
        j.file().text().file(),
        j.file().line(j.observation()));
  }
}
