package cowherd.report;

import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * One column for each actor. What an actor does begins in its column and may run to the right over
 * those of the others, because only one actor moves at a time.
 */
final class Swimlanes {
  private static final int NUMBER_COLUMNS = 4;
  private static final int LAST_LANE_MIN = 38;
  private static final int LANE_MIN = 5;
  private static final int LANE_MAX = 24;

  private final List<String> actors;
  private final int lane;
  private final int columns;

  Swimlanes(List<CallSpan> spans, List<String> order, int columns) {
    LinkedHashSet<String> acting = new LinkedHashSet<>(order);
    acting.retainAll(spans.stream().map(CallSpan::actor).toList());
    this.actors = List.copyOf(acting);
    this.columns = columns;
    int between = Math.max(1, actors.size() - 1);
    int widest = actors.stream().mapToInt(Lines::width).max().orElse(0);
    int room = (columns - NUMBER_COLUMNS - LAST_LANE_MIN) / between;
    this.lane = Math.clamp(Math.min(room, widest + 3), LANE_MIN, LANE_MAX);
  }

  /** The names of the actors above their columns. */
  List<String> heading(Look look) {
    boolean tight = actors.stream().anyMatch(actor -> Lines.width(actor) >= lane);
    List<String> lines = new ArrayList<>();
    if (tight) {
      lines.add(names(actors.stream().map(Swimlanes::processOf).toList()));
      lines.add(names(actors.stream().map(Swimlanes::threadOf).toList()));
    } else {
      lines.add(names(actors));
    }
    return lines.stream()
        .filter(line -> !line.isBlank())
        .map(line -> look.paint(Ink.HEADING, Lines.trimmed(line)))
        .toList();
  }

  private String names(List<String> names) {
    StringBuilder line = new StringBuilder(" ".repeat(NUMBER_COLUMNS));
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      boolean last = i == names.size() - 1;
      boolean cut = !last && Lines.width(name) >= lane;
      line.append(Lines.pad(cut ? name.substring(0, lane - 1) : name, lane));
    }
    return line.toString();
  }

  private static String processOf(String actor) {
    return actor.contains(".") ? actor.substring(0, actor.indexOf('.')) : "";
  }

  private static String threadOf(String actor) {
    return actor.substring(actor.indexOf('.') + 1);
  }

  /**
   * What an actor does, in its column.
   *
   * @param number stands at the left of the first line
   * @param indent blanks before every line
   */
  List<String> row(String number, String actor, int indent, String text) {
    int offset = NUMBER_COLUMNS + Math.max(0, actors.indexOf(actor)) * lane + indent;
    List<String> lines = new ArrayList<>();
    String margin = Lines.pad(number, NUMBER_COLUMNS);
    int hanging = 0;
    for (String line : Lines.wrap(text, Math.max(LANE_MIN * 4, columns - offset - 2))) {
      lines.add(Lines.trimmed(margin + " ".repeat(offset - NUMBER_COLUMNS + hanging) + line));
      margin = " ".repeat(NUMBER_COLUMNS);
      hanging = 2;
    }
    return lines;
  }
}
