package cowherd.free;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A program that a search has found, as text of the test language. Its order between threads is not
 * kept: a test is about every order.
 *
 * @param configuration where it was found
 * @param events its calls, in the order of the run that found it
 */
record FoundProgram(Configuration configuration, List<Event> events) {
  private static final String INDENT = "  ";
  private static final int FIRST_STORED = 2;

  FoundProgram {
    events = List.copyOf(events);
  }

  /** The same without one call, and without what depends on it; nothing when that is all. */
  List<FoundProgram> withoutOne() {
    List<FoundProgram> smaller = new ArrayList<>();
    for (int i = events.size() - 1; i >= 0 && events.size() > 1; i--) {
      Event gone = events.get(i);
      List<Event> rest = new ArrayList<>(events);
      rest.remove(i);
      Set<Integer> unborn = new HashSet<>();
      if (gone.child() != MenuItem.NONE) {
        unborn.add(gone.child());
      }
      rest.removeIf(e -> dependsOn(e, gone, unborn));
      smaller.add(new FoundProgram(configuration, rest));
    }
    return smaller;
  }

  private static boolean dependsOn(Event e, Event gone, Set<Integer> unborn) {
    boolean never = unborn.contains(e.process());
    if (never && e.child() != MenuItem.NONE) {
      unborn.add(e.child());
    }
    boolean reference = gone.item().takesReference() && e.reference() == gone.reference();
    return never || reference;
  }

  int calls() {
    return events.size();
  }

  /**
   * The processes of the test, in the names that give the least text: programs that differ only in
   * the names of children, threads, pages and references have the same.
   */
  String body() {
    String least = "";
    for (Map<Integer, Integer> processes : namings(processesMade(), true)) {
      for (Map<Integer, Integer> pages : namings(pagesUsed(), false)) {
        String text = new Writer(this, processes, pages).text();
        if (least.isEmpty() || text.compareTo(least) < 0) {
          least = text;
        }
      }
    }
    return least;
  }

  /** How many pages the program names; at least 1. */
  int pages() {
    return Math.max(1, pagesUsed().size());
  }

  private List<Integer> processesMade() {
    Set<Integer> made = new TreeSet<>(Set.of(0));
    events.forEach(e -> made.add(e.process()));
    events.stream().map(Event::child).filter(c -> c != MenuItem.NONE).forEach(made::add);
    return List.copyOf(made);
  }

  private List<Integer> pagesUsed() {
    return events.stream()
        .map(e -> e.item().page())
        .filter(p -> p != MenuItem.NONE)
        .distinct()
        .sorted()
        .toList();
  }

  /** Every way to number some things from 0; the first one stays the first if it is fixed. */
  private static List<Map<Integer, Integer>> namings(List<Integer> things, boolean firstIsFixed) {
    List<Map<Integer, Integer>> all = new ArrayList<>();
    all.add(new HashMap<>());
    for (int i = 0; i < things.size(); i++) {
      List<Map<Integer, Integer>> longer = new ArrayList<>();
      for (Map<Integer, Integer> some : all) {
        for (int name = 0; name < things.size(); name++) {
          boolean fixed = firstIsFixed && (name == 0) != (i == 0);
          if (!fixed && !some.containsValue(name)) {
            Map<Integer, Integer> more = new HashMap<>(some);
            more.put(things.get(i), name);
            longer.add(more);
          }
        }
      }
      all = longer;
    }
    return all;
  }

  // ---- text

  private static final class Writer {
    private final FoundProgram program;
    private final Map<Integer, Integer> processes;
    private final Map<Integer, Integer> pages;
    private final Map<Integer, Event> takers = new HashMap<>();
    private final Map<Integer, String> references = new HashMap<>();
    private int nextValue = FIRST_STORED;

    Writer(FoundProgram program, Map<Integer, Integer> processes, Map<Integer, Integer> pages) {
      this.program = program;
      this.processes = processes;
      this.pages = pages;
      for (Event e : program.events) {
        if (e.item().takesReference()) {
          takers.put(e.reference(), e);
        }
      }
    }

    String text() {
      Map<Integer, List<Event>> byName = new TreeMap<>();
      processes.values().forEach(name -> byName.put(name, new ArrayList<>()));
      program.events.forEach(e -> byName.get(processes.get(e.process())).add(e));
      StringBuilder out = new StringBuilder();
      byName.forEach((name, events) -> {
        out.append("process ").append(processName(name)).append(" {\n");
        out.append(threads(events));
        out.append("}\n");
      });
      return out.toString();
    }

    private String threads(List<Event> events) {
      Map<Integer, List<Event>> byThread = new TreeMap<>();
      events.forEach(e -> byThread.computeIfAbsent(thread(e), _ -> new ArrayList<>()).add(e));
      if (byThread.size() <= 1) {
        return lines(events, INDENT);
      }
      List<List<Event>> sorted =
          byThread.values().stream()
              .sorted(java.util.Comparator.comparing(this::shape))
              .toList();
      StringBuilder out = new StringBuilder();
      for (int t = 0; t < sorted.size(); t++) {
        out.append(INDENT).append("thread t").append(t + 1).append(" {\n");
        out.append(lines(sorted.get(t), INDENT + INDENT));
        out.append(INDENT).append("}\n");
      }
      return out.toString();
    }

    /** What a thread does, whatever its references and values are called. */
    private String shape(List<Event> events) {
      return events.stream()
          .map(e -> e.item().statement() + pages.get(e.item().page()) + e.item().word())
          .collect(Collectors.joining(";"));
    }

    /** A variable belongs to the thread that took the reference. */
    private int thread(Event e) {
      Event taker = takers.get(e.reference());
      return taker == null || taker.process() != e.process() ? e.thread() : taker.thread();
    }

    private String lines(List<Event> events, String indent) {
      StringBuilder out = new StringBuilder();
      for (Event e : events) {
        out.append(indent).append(line(e)).append(";\n");
      }
      return out.toString();
    }

    private String line(Event e) {
      String text = e.item().text(new EventNames(e));
      if (!e.item().dropsReference()) {
        return text;
      }
      Event taker = takers.get(e.reference());
      boolean pin = taker != null && taker.item().statement().contains("pin_user_pages");
      return text.replaceFirst("^put\\(", pin ? "unpin_user_page(" : "put_page(");
    }

    private final class EventNames implements MenuItem.Names {
      private final Event event;

      EventNames(Event event) {
        this.event = event;
      }

      @Override
      public String page(int page) {
        return Configuration.PAGE_NAMES.get(pages.get(page));
      }

      @Override
      public String reference(int slot) {
        return references.computeIfAbsent(
            event.reference(), _ -> takers.size() == 1 ? "k" : "k" + (references.size() + 1));
      }

      @Override
      public String process(int child) {
        return processName(processes.get(event.child()));
      }

      @Override
      public String value(int value) {
        return Integer.toString(nextValue++);
      }
    }
  }

  private static String processName(int number) {
    return number < LETTERS ? String.valueOf((char) ('A' + number)) : "P" + number;
  }

  private static final int LETTERS = 26;
}
