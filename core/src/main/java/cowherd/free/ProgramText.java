package cowherd.free;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes a program as text of the test language. Without more, its order between threads is not
 * kept: a test is about every order. {@link #ordered} keeps it, by signals.
 */
final class ProgramText {
  private static final String INDENT = "  ";
  private static final int FIRST_STORED = 2;
  private static final int LETTERS = 26;

  private final FoundProgram program;
  private final FoundProgram.Naming naming;
  private final Map<Integer, Event> takers = new HashMap<>();
  private final Map<Integer, String> references = new HashMap<>();
  private final Set<Integer> unordered = new HashSet<>();
  private boolean ordered;
  private boolean valuesOfTheRun;
  private boolean resultOfTheLast;
  private int readAtTheEnd = MenuItem.NONE;
  private int nextValue = FIRST_STORED;

  ProgramText(FoundProgram program, FoundProgram.Naming naming) {
    this.program = program;
    this.naming = naming;
    for (Event e : program.events()) {
      if (e.item().takesReference()) {
        takers.put(e.reference(), e);
      }
    }
  }

  /** A line of a thread; the order of the list is that of the run. */
  private record Line(int process, int thread, String text, String shape) {}

  /** Threads wait for each other, so that only the order of the run is left. */
  ProgramText ordered(boolean wanted) {
    ordered = wanted;
    return this;
  }

  /** Values are numbered in the order of the run, from 2, and not in that of the text. */
  ProgramText valuesOfTheRun() {
    valuesOfTheRun = true;
    return this;
  }

  /** The result of the last call goes into the variable {@code r}. */
  ProgramText resultOfTheLast() {
    resultOfTheLast = true;
    return this;
  }

  /** At the end what is behind a reference goes into the variable {@code r}. */
  ProgramText readsAtTheEnd(int reference) {
    readAtTheEnd = reference;
    return this;
  }

  /** After this event nobody can signal: its call waits. */
  ProgramText waitsAt(Set<Integer> events) {
    unordered.addAll(events);
    return this;
  }

  /** How the variable {@code r} is called in a condition. */
  String resultName() {
    Event e = readAtTheEnd == MenuItem.NONE ? program.events().getLast() : taker(readAtTheEnd);
    if (readAtTheEnd == MenuItem.NONE && e.item().takesReference()) {
      return qualified(e) + reference(e.reference());
    }
    return qualified(e) + "r";
  }

  private String qualified(Event e) {
    int thread = threadNumber(e);
    return processName(e.process()) + "." + (thread == 0 ? "" : "t" + thread + ".");
  }

  /** The call that takes a reference; there is one. */
  private Event taker(int reference) {
    Event taker = takers.get(reference);
    if (taker == null) {
      throw new IllegalStateException("ProgramText.taker: nobody takes reference " + reference);
    }
    return taker;
  }

  /** How a process is called. */
  String processName(int process) {
    int number = naming.processes().getOrDefault(process, process);
    return number < LETTERS ? String.valueOf((char) ('A' + number)) : "P" + number;
  }

  /** How a page is called. */
  String pageName(int page) {
    return Configuration.PAGE_NAMES.get(naming.pages().getOrDefault(page, page));
  }

  // ---- lines

  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    List<Event> events = program.events();
    int value = FIRST_STORED;
    for (int i = 0; i < events.size(); i++) {
      Event e = events.get(i);
      if (i > 0) {
        order(events.get(i - 1), e, i, lines);
      }
      if (valuesOfTheRun) {
        nextValue = value;
      }
      lines.add(new Line(e.process(), thread(e), text(e, i == events.size() - 1), shape(e)));
      value += e.item().stores() ? 1 : 0;
    }
    if (readAtTheEnd != MenuItem.NONE) {
      Event taker = taker(readAtTheEnd);
      order(events.getLast(), taker, events.size(), lines);
      String text = "r = *" + reference(readAtTheEnd);
      lines.add(new Line(taker.process(), thread(taker), text, text));
    }
    return lines;
  }

  private void order(Event before, Event after, int number, List<Line> lines) {
    boolean same = before.process() == after.process() && thread(before) == thread(after);
    boolean born = before.child() == after.process() && before.child() != MenuItem.NONE;
    if (ordered && !same && !born && !unordered.contains(number - 1)) {
      String signal = "s" + number;
      lines.add(line(before, "signal(" + signal + ")"));
      lines.add(line(after, "wait(" + signal + ")"));
    }
  }

  private Line line(Event e, String text) {
    return new Line(e.process(), thread(e), text, text);
  }

  /** What a call is, whatever its reference and value are called. */
  private String shape(Event e) {
    return e.item().statement() + naming.pages().get(e.item().page()) + e.item().word();
  }

  /** A variable belongs to the thread that took the reference. */
  private int thread(Event e) {
    Event taker = takers.get(e.reference());
    return taker == null || taker.process() != e.process() ? e.thread() : taker.thread();
  }

  private String text(Event e, boolean last) {
    String text = e.item().text(new EventNames(e));
    if (e.item().dropsReference()) {
      Event taker = takers.get(e.reference());
      boolean pin = taker != null && taker.item().statement().contains("pin_user_pages");
      text = text.replaceFirst("^put\\(", pin ? "unpin_user_page(" : "put_page(");
    }
    return last && resultOfTheLast ? withResult(e.item(), text) : text;
  }

  private static String withResult(MenuItem item, String text) {
    if (text.startsWith("load(")) {
      return "r = " + text.substring("load(".length(), text.length() - 1);
    }
    if (item.statement().startsWith("x =")) {
      return "r = store(" + text.replaceFirst("\\s*=\\s*", ", ") + ")";
    }
    boolean noResult = item.takesReference() || text.startsWith("exit(") || text.startsWith("*");
    return noResult ? text : "r = " + text;
  }

  private String reference(int number) {
    return references.computeIfAbsent(
        number, _ -> takers.size() == 1 ? "k" : "k" + (references.size() + 1));
  }

  private final class EventNames implements MenuItem.Names {
    private final Event event;

    EventNames(Event event) {
      this.event = event;
    }

    @Override
    public String page(int page) {
      return pageName(page);
    }

    @Override
    public String reference(int slot) {
      return ProgramText.this.reference(event.reference());
    }

    @Override
    public String process(int child) {
      return processName(event.child());
    }

    @Override
    public String value(int value) {
      return Integer.toString(nextValue++);
    }
  }

  // ---- text

  /** The processes. */
  String body() {
    if (valuesOfTheRun) {
      return grouped(lines());
    }
    // values and references are numbered in the order of the text: so the text is written twice
    List<Event> inOrder = new ArrayList<>();
    byProcess(program.events()).forEach((_, threads) -> threads.forEach(inOrder::addAll));
    ProgramText text = new ProgramText(new FoundProgram(program.configuration(), inOrder), naming);
    text.valuesOfTheRun = true;
    return text.body();
  }

  /** The events of each process and thread, in the order of the text. */
  private Map<Integer, List<List<Event>>> byProcess(List<Event> events) {
    Map<Integer, Map<Integer, List<Event>>> threads = new TreeMap<>();
    for (Event e : events) {
      threads
          .computeIfAbsent(naming.processes().get(e.process()), _ -> new TreeMap<>())
          .computeIfAbsent(thread(e), _ -> new ArrayList<>())
          .add(e);
    }
    Map<Integer, List<List<Event>>> sorted = new TreeMap<>();
    threads.forEach((process, of) ->
        sorted.put(
            process,
            of.values().stream()
                .sorted(
                    Comparator.comparing(
                        list -> list.stream().map(this::shape).collect(Collectors.joining(";"))))
                .toList()));
    return sorted;
  }

  /** The number of a thread in the text, from 1; 0 when the process has one. */
  private int threadNumber(Event e) {
    List<Line> lines = lines();
    List<Integer> order = threadOrder(lines, e.process());
    return order.size() <= 1 ? 0 : order.indexOf(thread(e)) + 1;
  }

  private static List<Integer> threadOrder(List<Line> lines, int process) {
    Map<Integer, String> shapes = new TreeMap<>();
    for (Line line : lines) {
      if (line.process == process) {
        shapes.merge(line.thread, line.shape, (a, b) -> a + ";" + b);
      }
    }
    return shapes.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private String grouped(List<Line> lines) {
    StringBuilder out = new StringBuilder();
    naming.processes().entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(entry -> {
          out.append("process ").append(processName(entry.getKey())).append(" {\n");
          List<Integer> threads = threadOrder(lines, entry.getKey());
          for (int t = 0; t < threads.size(); t++) {
            boolean alone = threads.size() == 1;
            out.append(alone ? "" : INDENT + "thread t" + (t + 1) + " {\n");
            for (Line line : lines) {
              if (line.process == entry.getKey() && line.thread == threads.get(t)) {
                out.append(alone ? INDENT : INDENT + INDENT).append(line.text).append(";\n");
              }
            }
            out.append(alone ? "" : INDENT + "}\n");
          }
          out.append("}\n");
        });
    return out.toString();
  }
}
