package cowherd.bench;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The test library and the built-in kernels.
 *
 * @param tests the tests of the files without a mistake, in the order of the files
 * @param kernels the kernels, oldest first
 */
record Corpus(List<LitmusTest> tests, List<Kernel> kernels) {
  Corpus {
    tests = List.copyOf(tests);
    kernels = List.copyOf(kernels);
  }

  /** One test on one kernel. */
  record Case(LitmusTest test, Kernel kernel) {
    /** As {@code cowherd check} does it: with witness and costs. */
    CheckResult check() {
      return Checker.check(test, kernel, Options.DEFAULT, Bounds.defaults());
    }

    /** The verdict alone. */
    CheckResult verdict() {
      return Checker.verdict(test, kernel, Options.DEFAULT, Bounds.defaults());
    }

    @Override
    public String toString() {
      return test.name() + " on " + kernel.name();
    }
  }

  /** Reads the folder {@code litmus/}. */
  static Corpus read(Path folder) throws IOException {
    List<LitmusTest> tests = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".litmus")).sorted().toList()) {
        String name = folder.relativize(path).toString();
        LitmusParser.Result result = LitmusParser.parse(name, Files.readString(path));
        if (!result.isSound()) {
          System.out.println("left out: " + name + ", which has mistakes");
        }
        tests.addAll(result.tests());
      }
    }
    KernelLibrary library = KernelLibrary.builtIn();
    return new Corpus(tests, library.names().stream().map(library::get).toList());
  }

  /** Every test on every kernel. */
  List<Case> cases() {
    return product(tests, kernels);
  }

  /** The tests of some folders on some kernels. */
  List<Case> cases(List<String> folders, List<String> names) {
    return product(
        tests.stream()
            .filter(test -> folders.stream().anyMatch(f -> test.file().startsWith(f + "/")))
            .toList(),
        kernels.stream().filter(kernel -> names.contains(kernel.name())).toList());
  }

  private static List<Case> product(List<LitmusTest> tests, List<Kernel> kernels) {
    return tests.stream()
        .flatMap(test -> kernels.stream().map(kernel -> new Case(test, kernel)))
        .toList();
  }
}
