package cowherd.litmus;

import java.util.List;
import java.util.function.ToIntFunction;

/** A line that is being laid out; neighbours may push its parts into columns. */
final class FormattedLine {
  /** Where blanks may be inserted, so that neighbours stand in one column. */
  record Alignment(Kind kind, int column) {
    static final Alignment NONE = new Alignment(Kind.NONE, 0);

    /** Only lines of one kind are aligned. */
    enum Kind {
      NONE,
      EXPECTATION,
      THREAD
    }
  }

  private final int indent;
  private boolean blankBefore;
  private final boolean isComment;
  private Alignment alignment = Alignment.NONE;
  String content;
  String comment = "";

  FormattedLine(int indent, String content, boolean blankBefore, boolean isComment) {
    this.indent = indent;
    this.content = content;
    this.blankBefore = blankBefore;
    this.isComment = isComment;
  }

  boolean isComment() {
    return isComment;
  }

  boolean hasBlankBefore() {
    return blankBefore;
  }

  void separate(boolean blank) {
    blankBefore |= blank;
  }

  boolean canTakeComment() {
    return !isComment && comment.isEmpty();
  }

  void alignAt(Alignment where) {
    alignment = where;
  }

  private int width() {
    return indent + content.length();
  }

  /** The text of all lines. */
  static String print(List<FormattedLine> lines) {
    forGroups(lines, FormattedLine::aligns, FormattedLine::align);
    forGroups(lines, FormattedLine::continuesComments, FormattedLine::alignComments);
    StringBuilder out = new StringBuilder();
    for (FormattedLine line : lines) {
      out.append(line.blankBefore ? "\n" : "").append(" ".repeat(line.indent));
      out.append(line.content).append(line.comment).append('\n');
    }
    return out.toString();
  }

  private interface Grouping {
    boolean together(FormattedLine line, FormattedLine next);
  }

  private interface Change {
    void apply(List<FormattedLine> group);
  }

  private static void forGroups(List<FormattedLine> lines, Grouping grouping, Change change) {
    int start = 0;
    for (int i = 1; i <= lines.size(); i++) {
      if (i == lines.size() || !grouping.together(lines.get(i - 1), lines.get(i))) {
        change.apply(lines.subList(start, i));
        start = i;
      }
    }
  }

  private static boolean aligns(FormattedLine line, FormattedLine next) {
    return line.alignment.kind() != Alignment.Kind.NONE
        && line.alignment.kind() == next.alignment.kind()
        && line.indent == next.indent
        && !next.blankBefore;
  }

  private static void align(List<FormattedLine> group) {
    int column = max(group, line -> line.alignment.column());
    for (FormattedLine line : group) {
      int at = line.alignment.column();
      line.content =
          line.content.substring(0, at) + " ".repeat(column - at) + line.content.substring(at);
    }
  }

  private static boolean continuesComments(FormattedLine line, FormattedLine next) {
    return !line.comment.isEmpty() && !next.comment.isEmpty() && !next.blankBefore;
  }

  private static void alignComments(List<FormattedLine> group) {
    int column = max(group, FormattedLine::width);
    for (FormattedLine line : group) {
      if (!line.comment.isEmpty()) {
        line.comment = " ".repeat(column - line.width() + 2) + line.comment;
      }
    }
  }

  private static int max(List<FormattedLine> group, ToIntFunction<FormattedLine> value) {
    return group.stream().mapToInt(value).max().orElse(0);
  }
}
