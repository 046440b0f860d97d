package cowherd.report;

import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row of a matrix: a test, or a test for several kinds of memory as far as the verdicts of these
 * kinds do not differ.
 *
 * @param label what stands in front
 * @param story the story of the test, or empty
 * @param test the test whose cells it has, or {@link #NONE}: the kinds below it have cells
 */
record MatrixRow(String label, String story, int test) {
  static final int NONE = -1;

  /** Columns of the list of kinds; what is behind them is counted. */
  private static final int KINDS_COLUMNS_MAX = 44;

  boolean hasCells() {
    return test != NONE;
  }

  /** The rows of a run. */
  static List<MatrixRow> of(CheckRun run) {
    List<MatrixRow> rows = new ArrayList<>();
    int at = 0;
    while (at < run.tests().size()) {
      int end = at + 1;
      while (end < run.tests().size() && isCaseOf(run.tests().get(at), run.tests().get(end))) {
        end++;
      }
      rows.addAll(rows(run, at, end));
      at = end;
    }
    return rows;
  }

  private static boolean isCaseOf(LitmusTest first, LitmusTest other) {
    return !first.kind().isEmpty()
        && first.family().equals(other.family())
        && first.file().equals(other.file());
  }

  private static List<MatrixRow> rows(CheckRun run, int first, int end) {
    LitmusTest test = run.tests().get(first);
    String story = Lines.visible(test.story());
    if (end == first + 1) {
      return List.of(new MatrixRow(run.label(first), story, first));
    }
    String family = Lines.visible(test.family()) + run.label(first).substring(test.name().length());
    Map<List<String>, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = first; i < end; i++) {
      groups.computeIfAbsent(cells(run, i), key -> new ArrayList<>()).add(i);
    }
    if (groups.size() == 1) {
      return List.of(
          new MatrixRow(family + " (" + Words.count(end - first, "kind") + ")", story, first));
    }
    List<MatrixRow> rows = new ArrayList<>(List.of(new MatrixRow(family, story, NONE)));
    groups
        .values()
        .forEach(cases -> rows.add(new MatrixRow(kinds(run, cases), "", cases.getFirst())));
    return rows;
  }

  private static List<String> cells(CheckRun run, int test) {
    List<String> cells = new ArrayList<>();
    for (int kernel = 0; kernel < run.kernels().size(); kernel++) {
      cells.add(Words.cell(run.cell(test, kernel).graded()));
    }
    return cells;
  }

  private static String kinds(CheckRun run, List<Integer> cases) {
    StringBuilder out = new StringBuilder("  ");
    for (int i = 0; i < cases.size(); i++) {
      String kind = Lines.visible(run.tests().get(cases.get(i)).kind());
      if (i > 0 && out.length() + kind.length() > KINDS_COLUMNS_MAX) {
        return out.append(", +").append(cases.size() - i).toString();
      }
      out.append(i > 0 ? ", " : "/").append(kind);
    }
    return out.toString();
  }
}
