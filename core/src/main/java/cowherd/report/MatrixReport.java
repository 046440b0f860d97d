package cowherd.report;

import cowherd.report.ColumnGroups.Group;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The matrix of a run: a {@linkplain MatrixRow row} for each test with its story, a column for each
 * group of kernels that no row tells apart. Every folder has a matrix of its own. What is too wide
 * for one block is broken into several.
 */
final class MatrixReport {
  private static final int GAP = 2;
  private static final String STORY_INDENT = "  ";

  /** Tried one after the other until a header is narrow enough; the first breaks no label. */
  private static final List<Integer> HEADER_COLUMNS = List.of(100, 11, 9, 8, 7);

  private final CheckRun run;
  private final Look look;
  private final StringBuilder out = new StringBuilder();
  private final List<MatrixRow> rows;
  private final int nameColumns;
  private final int storyColumns;

  private MatrixReport(CheckRun run, Look look) {
    this.run = run;
    this.look = look;
    this.rows = MatrixRow.of(run);
    int longestName = 0;
    int longestStory = 0;
    for (MatrixRow row : rows) {
      longestName = Math.max(longestName, Lines.width(row.label()));
      longestStory = Math.max(longestStory, Lines.width(row.story()));
    }
    nameColumns = Math.min(longestName, look.columns() / 2);
    storyColumns = longestStory;
  }

  static String text(CheckRun run, Look look) {
    Map<String, CheckRun> folders = run.byFolder();
    StringBuilder out = new StringBuilder();
    folders.forEach((folder, part) -> {
      MatrixReport report = new MatrixReport(part, look);
      if (folders.size() > 1) {
        out.append(out.isEmpty() ? "" : "\n");
        out.append(look.paint(Ink.HEADING, Lines.visible(folder) + ":")).append('\n');
      }
      report.write(ColumnGroups.of(part));
      out.append(report.out);
    });
    return out.toString();
  }

  private void write(List<Group> groups) {
    for (int columns : HEADER_COLUMNS) {
      if (nameColumns + GAP + storyColumns + columns(groups, columns) <= look.columns()) {
        block(groups, columns, Story.BESIDE);
        return;
      }
    }
    boolean first = true;
    for (List<Group> part : blocks(groups)) {
      out.append(first ? "" : "\n");
      block(part, headerColumns(part), first ? Story.BELOW : Story.LEFT_OUT);
      first = false;
    }
  }

  private enum Story {
    BESIDE,
    BELOW,
    LEFT_OUT
  }

  private boolean fits(List<Group> groups, int headerColumns) {
    return nameColumns + columns(groups, headerColumns) <= look.columns();
  }

  private static int columns(List<Group> groups, int headerColumns) {
    return groups.stream().mapToInt(group -> GAP + group.width(headerColumns)).sum();
  }

  private int headerColumns(List<Group> groups) {
    return HEADER_COLUMNS.stream()
        .filter(columns -> fits(groups, columns))
        .findFirst()
        .orElse(HEADER_COLUMNS.getLast());
  }

  /** One block if all fits; else releases apart from the others, and as many of them as fit. */
  private List<List<Group>> blocks(List<Group> groups) {
    if (fits(groups, HEADER_COLUMNS.getLast())) {
      return List.of(groups);
    }
    List<List<Group>> blocks = new ArrayList<>();
    List<Group> block = new ArrayList<>();
    for (Group group : groups) {
      List<Group> longer = new ArrayList<>(block);
      longer.add(group);
      boolean together = block.isEmpty() || block.getLast().releases() == group.releases();
      if (together && (block.isEmpty() || fits(longer, HEADER_COLUMNS.getLast()))) {
        block = longer;
      } else {
        blocks.add(block);
        block = new ArrayList<>(List.of(group));
      }
    }
    blocks.add(block);
    return blocks;
  }

  private void block(List<Group> groups, int headerColumns, Story story) {
    header(groups, headerColumns, story);
    for (MatrixRow row : rows) {
      row(row, groups, headerColumns, story);
    }
  }

  private void row(MatrixRow row, List<Group> groups, int headerColumns, Story story) {
    StringBuilder line = new StringBuilder(Lines.pad(cut(row.label()), nameColumns));
    if (story == Story.BESIDE) {
      line.append("  ").append(look.paint(Ink.FAINT, row.story()));
      line.append(" ".repeat(storyColumns - Lines.width(row.story())));
    }
    for (Group group : groups) {
      String cell = row.hasCells() ? group.cells().get(row.test()) : "";
      line.append(" ".repeat(GAP)).append(look.paint(ink(cell), cell));
      line.append(" ".repeat(group.width(headerColumns) - Lines.width(cell)));
    }
    out.append(Lines.trimmed(line.toString())).append('\n');
    if (story == Story.BELOW && !row.story().isEmpty()) {
      for (String part : Lines.wrap(row.story(), look.columns() - STORY_INDENT.length())) {
        out.append(STORY_INDENT).append(look.paint(Ink.FAINT, part)).append('\n');
      }
    }
  }

  private String cut(String name) {
    return Lines.width(name) <= nameColumns
        ? name
        : name.substring(0, name.offsetByCodePoints(0, nameColumns - 2)) + "..";
  }

  private void header(List<Group> groups, int headerColumns, Story story) {
    int height = 0;
    for (Group group : groups) {
      height = Math.max(height, group.header(headerColumns).size());
    }
    int indent = nameColumns + (story == Story.BESIDE ? 2 + storyColumns : 0);
    for (int line = 0; line < height; line++) {
      StringBuilder row = new StringBuilder(" ".repeat(indent));
      for (Group group : groups) {
        List<String> label = group.header(headerColumns);
        int at = line - (height - label.size());
        row.append(" ".repeat(GAP));
        row.append(Lines.pad(at < 0 ? "" : label.get(at), group.width(headerColumns)));
      }
      out.append(look.paint(Ink.HEADING, Lines.trimmed(row.toString()))).append('\n');
    }
  }

  private static Ink ink(String cell) {
    if (cell.endsWith(Words.NOT_AS_EXPECTED)) {
      return Ink.ALARM;
    }
    return switch (cell) {
      case "holds" -> Ink.GOOD;
      case "VIOL", "HANG" -> Ink.BAD;
      case Words.UNDEFINED, "" -> Ink.FAINT;
      default -> Ink.DOUBT;
    };
  }
}
