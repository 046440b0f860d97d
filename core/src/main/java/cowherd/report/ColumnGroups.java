package cowherd.report;

import cowherd.kernel.KernelLibrary;
import java.util.ArrayList;
import java.util.List;

/** The columns of a matrix: neighbouring kernels with the same verdict in every row share one. */
final class ColumnGroups {

  /**
   * A column.
   *
   * @param labels what is written above it
   * @param cells its cells, row by row
   * @param releases whether the kernels are releases
   */
  record Group(List<String> labels, List<String> cells, boolean releases) {
    Group {
      labels = List.copyOf(labels);
      cells = List.copyOf(cells);
    }

    /** The labels, broken so that a line has about so many columns. */
    List<String> header(int columns) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < labels.size(); i++) {
        lines.addAll(broken(labels.get(i) + (i + 1 < labels.size() ? "," : ""), columns));
      }
      return lines;
    }

    int width(int headerColumns) {
      int width = 0;
      for (String line : header(headerColumns)) {
        width = Math.max(width, Lines.width(line));
      }
      for (String cell : cells) {
        width = Math.max(width, Lines.width(cell));
      }
      return width;
    }

    private static List<String> broken(String label, int columns) {
      if (Lines.width(label) <= columns) {
        return List.of(label);
      }
      List<String> lines = new ArrayList<>();
      StringBuilder line = new StringBuilder();
      for (String piece : label.split("(?<=[-/])|(?<=\\.\\.)(?!$|,)")) {
        boolean afterRange = line.toString().endsWith("..");
        if (!line.isEmpty() && (afterRange || line.length() + piece.length() > columns)) {
          lines.add(line.toString());
          line.setLength(0);
        }
        line.append(piece);
      }
      lines.add(line.toString());
      return lines;
    }
  }

  /** Above the only column of a matrix in which no kernel differs from another. */
  private static final String EVERY = "every kernel";

  private ColumnGroups() {}

  static List<Group> of(CheckRun run) {
    KernelLabels labels = new KernelLabels(KernelLibrary.builtIn());
    List<Group> groups = new ArrayList<>();
    int at = 0;
    while (at < run.kernels().size()) {
      List<String> cells = cells(run, at);
      boolean releases = run.kernels().get(at).kernel().release();
      int end = at + 1;
      while (end < run.kernels().size()
          && run.kernels().get(end).kernel().release() == releases
          && cells(run, end).equals(cells)) {
        end++;
      }
      groups.add(new Group(labels.of(run.kernels().subList(at, end)), cells, releases));
      at = end;
    }
    boolean same = groups.stream().map(Group::cells).distinct().count() == 1;
    return groups.size() > 1 && same
        ? List.of(new Group(List.of(EVERY), groups.getFirst().cells(), true))
        : groups;
  }

  private static List<String> cells(CheckRun run, int kernel) {
    List<String> cells = new ArrayList<>();
    for (int test = 0; test < run.tests().size(); test++) {
      cells.add(Words.cell(run.cell(test, kernel).graded()));
    }
    return cells;
  }
}
