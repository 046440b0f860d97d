package cowherd.free;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A program that a search has found.
 *
 * @param configuration where it was found
 * @param events its calls, in the order of the run that found it
 */
record FoundProgram(Configuration configuration, List<Event> events) {
  FoundProgram {
    events = List.copyOf(events);
  }

  /**
   * How processes and pages are called: a number for each, from 0.
   *
   * @param processes of each process of the run
   * @param pages of each page that is named
   */
  record Naming(Map<Integer, Integer> processes, Map<Integer, Integer> pages) {}

  /** The same without one call, and without what depends on it; the last calls go first. */
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

  /**
   * The processes of the test, in the names that give the least text: programs that differ only in
   * the names of children, threads, pages and references, and in values, have the same.
   */
  String body() {
    return new ProgramText(this, naming()).body();
  }

  /**
   * The same for programs that differ only in who is the parent and who the child: once a fork is
   * over both have the same memory, and unless the parent holds references or a userfaultfd each
   * can do what the other does.
   *
   * @param variants whether calls that are alike make programs different
   */
  String key(boolean variants) {
    return variants ? keyOfCalls() : representative().keyOfCalls();
  }

  /** The same with calls that are alike replaced by the one that stands for them. */
  private FoundProgram representative() {
    List<Event> all = new ArrayList<>();
    for (Event e : events) {
      MenuItem i = e.item();
      MenuItem same =
          new MenuItem(
              OperationSets.representative(i.statement()),
              i.page(),
              i.word(),
              i.slot(),
              i.child(),
              i.value());
      all.add(new Event(e.process(), e.thread(), same, e.reference(), e.child()));
    }
    return new FoundProgram(configuration, all);
  }

  private String keyOfCalls() {
    String least = body();
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).child() != MenuItem.NONE && isEven(i)) {
        String swapped = new FoundProgram(configuration, swapped(i)).body();
        least = swapped.compareTo(least) < 0 ? swapped : least;
      }
    }
    return least;
  }

  private boolean isEven(int fork) {
    int parent = events.get(fork).process();
    return events.subList(0, fork).stream()
        .filter(e -> e.process() == parent)
        .noneMatch(e -> e.item().usesReference() || e.item().statement().contains("userfaultfd"));
  }

  private List<Event> swapped(int fork) {
    Event event = events.get(fork);
    List<Event> all = new ArrayList<>(events.subList(0, fork + 1));
    for (Event e : events.subList(fork + 1, events.size())) {
      int process =
          e.process() == event.process()
              ? event.child()
              : e.process() == event.child() ? event.process() : e.process();
      all.add(new Event(process, e.thread(), e.item(), e.reference(), e.child()));
    }
    return all;
  }

  /** The names that give the least text. */
  Naming naming() {
    String least = "";
    Naming best = new Naming(Map.of(), Map.of());
    for (Map<Integer, Integer> processes : namings(processesMade(), true)) {
      for (Map<Integer, Integer> pages : namings(pagesUsed(), false)) {
        Naming naming = new Naming(processes, pages);
        String text = new ProgramText(this, naming).body();
        if (least.isEmpty() || text.compareTo(least) < 0) {
          least = text;
          best = naming;
        }
      }
    }
    return best;
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
}
