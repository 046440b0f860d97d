package cowherd.report;

import cowherd.explore.Trace;
import cowherd.explore.Trace.FolioView;
import cowherd.explore.Trace.MappingView;
import cowherd.explore.Trace.MemoryView;
import cowherd.explore.Trace.ReferenceView;
import cowherd.explore.Trace.TraceStep;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Page tables, folios and references of a trace, each in a place of its own that it keeps from line
 * to line. What never changes and is never mapped or referenced is left out.
 */
final class MemoryTable {
  private static final int GAP = 2;

  private final Map<String, Integer> widths = new LinkedHashMap<>();
  private final ShortNames names;
  private final boolean pins;

  MemoryTable(Trace trace, ShortNames names) {
    this.names = names;
    List<MemoryView> views = new ArrayList<>();
    views.add(trace.start());
    trace.steps().stream().map(TraceStep::memory).forEach(views::add);
    Map<String, Integer> tables = new LinkedHashMap<>();
    Map<String, Integer> folios = new LinkedHashMap<>();
    Map<String, Integer> references = new LinkedHashMap<>();
    for (MemoryView view : views) {
      view.mappings().forEach(m -> widen(tables, key(m), text(m)));
      view.folios().stream()
          .filter(f -> isTold(f, views))
          .forEach(f -> widen(folios, key(f), text(f)));
      view.references().forEach(r -> widen(references, key(r), text(r)));
    }
    pins =
        views.stream()
            .flatMap(view -> view.references().stream())
            .anyMatch(reference -> reference.kind().startsWith("pin"));
    widths.putAll(tables);
    widths.putAll(references);
    widths.putAll(folios);
  }

  private static void widen(Map<String, Integer> widths, String key, String text) {
    widths.merge(key, Lines.width(text), Math::max);
  }

  /** Whether a folio changes, or is mapped or referenced, at any time. */
  private static boolean isTold(FolioView folio, List<MemoryView> views) {
    for (MemoryView view : views) {
      boolean used =
          view.mappings().stream().anyMatch(m -> m.target().equals("#" + folio.number()))
              || view.references().stream().anyMatch(r -> r.folio() == folio.number());
      if (used || !view.folios().contains(folio)) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is anything to show. */
  boolean isEmpty() {
    return widths.isEmpty();
  }

  /** Whether a pin is among the references. */
  boolean hasPins() {
    return pins;
  }

  /**
   * The memory at one moment in lines of at most so many columns; what has changed stands out where
   * there are colours.
   *
   * @param before the memory at the moment before; the same for the first one
   */
  List<String> lines(MemoryView view, MemoryView before, int columns, Look look) {
    Map<String, String> texts = texts(view);
    Map<String, String> old = texts(before);
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int at = 0;
    for (Map.Entry<String, Integer> place : widths.entrySet()) {
      if (at > 0 && at + place.getValue() > columns) {
        addUnlessBlank(lines, line);
        at = 0;
      }
      String text = texts.getOrDefault(place.getKey(), "");
      boolean changed = !text.equals(old.getOrDefault(place.getKey(), ""));
      line.append(changed ? look.paint(Ink.HEADING, text) : text);
      line.append(" ".repeat(place.getValue() + GAP - Lines.width(text)));
      at += place.getValue() + GAP;
    }
    addUnlessBlank(lines, line);
    return lines;
  }

  private Map<String, String> texts(MemoryView view) {
    Map<String, String> texts = new LinkedHashMap<>();
    view.mappings().forEach(m -> texts.put(key(m), text(m)));
    view.references().forEach(r -> texts.put(key(r), text(r)));
    view.folios().forEach(f -> texts.put(key(f), text(f)));
    return texts;
  }

  private static void addUnlessBlank(List<String> lines, StringBuilder line) {
    if (!line.toString().isBlank()) {
      lines.add(Lines.trimmed(line.toString()));
    }
    line.setLength(0);
  }

  private static String key(MappingView mapping) {
    return mapping.process() + "." + mapping.page();
  }

  private static String key(FolioView folio) {
    return "#" + folio.number();
  }

  private static String key(ReferenceView reference) {
    return "reference " + reference.name();
  }

  private static String text(MappingView mapping) {
    String target = mapping.target().equals("-") ? "nothing" : mapping.target();
    String flags = mapping.flags().isEmpty() ? "" : " " + String.join(" ", mapping.flags());
    return key(mapping) + " -> " + target + flags;
  }

  private static String text(FolioView folio) {
    String words = folio.words().stream().map(String::valueOf).collect(Collectors.joining(","));
    String kind = folio.kind().equals("anon") ? "" : " " + folio.kind();
    String flags = folio.flags().isEmpty() ? "" : " " + String.join(" ", folio.flags());
    return key(folio)
        + kind
        + " = "
        + words
        + " mapcount "
        + folio.mapcount()
        + " refcount "
        + folio.refcount()
        + flags;
  }

  private String text(ReferenceView reference) {
    String folio = reference.folio() == 0 ? "zero page" : "#" + reference.folio();
    return names.of(reference.name()) + ": " + reference.kind() + " " + folio;
  }
}
