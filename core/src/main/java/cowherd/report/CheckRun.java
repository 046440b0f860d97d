package cowherd.report;

import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that one run of {@code check} found.
 *
 * @param tests the tests, in the order of the report
 * @param kernels the kernels, in the order of the report
 * @param cells the results, test by test, one for each kernel
 * @param nanos time of the whole run, nanoseconds
 */
public record CheckRun(
    List<LitmusTest> tests, List<KernelColumn> kernels, List<CheckCell> cells, long nanos) {
  public CheckRun {
    tests = List.copyOf(tests);
    kernels = List.copyOf(kernels);
    cells = List.copyOf(cells);
    if (cells.size() != tests.size() * kernels.size()) {
      throw new IllegalArgumentException("CheckRun: a cell is missing");
    }
  }

  /** The result of a test on a kernel. */
  public CheckCell cell(int test, int kernel) {
    return cells.get(test * kernels.size() + kernel);
  }

  /** The same run, cut into the tests of each folder. */
  Map<String, CheckRun> byFolder() {
    Map<String, List<Integer>> folders = new LinkedHashMap<>();
    for (int test = 0; test < tests.size(); test++) {
      String file = tests.get(test).file();
      String folder = file.contains("/") ? file.substring(0, file.lastIndexOf('/')) : ".";
      folders.computeIfAbsent(folder, key -> new ArrayList<>()).add(test);
    }
    Map<String, CheckRun> runs = new LinkedHashMap<>();
    folders.forEach((folder, indices) -> runs.put(folder, part(indices)));
    return runs;
  }

  private CheckRun part(List<Integer> indices) {
    List<CheckCell> own = new ArrayList<>();
    for (int test : indices) {
      own.addAll(cells.subList(test * kernels.size(), (test + 1) * kernels.size()));
    }
    return new CheckRun(indices.stream().map(tests::get).toList(), kernels, own, nanos);
  }

  /** The name of a test, with its file when another test of the run has the same name. */
  String label(int test) {
    LitmusTest t = tests.get(test);
    boolean unique = tests.stream().filter(other -> other.name().equals(t.name())).count() == 1;
    return Lines.visible(unique ? t.name() : t.name() + " (" + t.file() + ")");
  }
}
