package cowherd.emit;

import cowherd.emit.Grants.Node;
import cowherd.emit.Sighting.Eyes;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.litmus.LitmusTest;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Machine;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.ThreadInfo;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Compares what a kernel did, call by call, with what the model allows. */
public final class Trial {
  private static final String SKIP = "# SKIP";

  /** What the runner says of a call that has not come back and does not sleep. */
  private static final String ENDLESS = "(it runs)";

  /** What the runner says of a grant that came to nothing. */
  private static final Set<String> NO_CALL = Set.of("cannot", "waits");

  /** Registers that the test's author did not name: results of calls, assertions. */
  private static final Pattern INTERNAL = Pattern.compile("[$]|\\bassert\\d+$");

  /** A word of a file, as the runner tells it. */
  private static final Pattern FILE_WORD = Pattern.compile("file(\\d+)(\\[\\d+])");

  /** The answer for one schedule. */
  public sealed interface Answer {
    /**
     * The kernel did what the model allows.
     *
     * @param outcome the named registers at the end
     * @param allowed the outcomes that the model allows for this schedule
     * @param history both histories, a row a call
     */
    record Agrees(String outcome, Set<String> allowed, List<Row> history) implements Answer {
      public Agrees {
        history = List.copyOf(history);
      }
    }

    /**
     * The kernel did what the model forbids.
     *
     * @param step the call after which it was seen, from 0; one past the last: the content at the
     *     end
     * @param history both histories, a row a call
     * @param what in what they differ there
     * @param rules the rules of the model that decided in this call
     */
    record Disagrees(int step, List<Row> history, List<String> what, List<Rule> rules)
        implements Answer {
      public Disagrees {
        history = List.copyOf(history);
        what = List.copyOf(what);
        rules = List.copyOf(rules);
      }
    }

    /** It says nothing about the model. */
    record Untried(String reason) implements Answer {}
  }

  /**
   * A call in both histories.
   *
   * @param call who does what
   * @param model what it has changed in the model
   * @param kernel what it has changed in the kernel
   */
  public record Row(String call, String model, String kernel) {}

  private final Program program;
  private final Grants grants;
  private final List<Integer> schedule;
  private final List<String> output;
  private final Eyes eyes;
  private final List<Row> history = new ArrayList<>();
  private final List<String> names;
  private Sighting previousModel = Sighting.NOTHING;
  private Sighting previousKernel = Sighting.NOTHING;

  private Trial(
      LitmusTest test, Grants grants, List<Integer> schedule, List<String> output, Eyes eyes) {
    this.program = test.program();
    this.grants = grants;
    this.schedule = schedule;
    this.output = output;
    this.eyes = eyes;
    this.names = program.registers().stream().map(Program.RegisterInfo::name).toList();
  }

  /**
   * Compares one schedule.
   *
   * @param test the carried test
   * @param output the lines of the runner about this schedule
   * @param machineLine the runner's first line, which says what it can see
   * @param copies whether it is compared which pages a call has copied
   */
  public static Answer compare(
      LitmusTest test,
      Kernel kernel,
      List<Integer> schedule,
      List<String> output,
      String machineLine,
      boolean copies) {
    try {
      Eyes eyes = eyes(machineLine, copies);
      return Grants.with(
          test, kernel, grants -> new Trial(test, grants, schedule, output, eyes).compare());
    } catch (Machine.OutOfModel e) {
      return new Answer.Untried(e.told());
    }
  }

  /**
   * What a kernel answered in the end, whatever a model says of it: as a line of observations has
   * it, {@code A.r=1 B=sleeps A.x=3 f=2}. Empty when the schedule was not run to its end, or
   * nothing was told.
   *
   * @param output the lines of the runner about this schedule
   */
  public static String answered(LitmusTest test, List<Integer> schedule, List<String> output) {
    List<String> steps = steps(output);
    if (skipped(output).isPresent() || steps.size() != schedule.size() + 1) {
      return "";
    }
    Sighting last = Sighting.parse(steps.getLast());
    Program program = test.program();
    List<String> values = new ArrayList<>();
    for (int r = 0; r < last.registers().size(); r++) {
      String name = program.registers().get(r).name();
      int value = last.registers().get(r);
      if (!INTERNAL.matcher(name).find() && value != Sighting.UNSEEN && value != Value.UNSET) {
        values.add(name + "=" + Value.name(value));
      }
    }
    for (int t = 0; t < last.threads().length(); t++) {
      if (last.threads().charAt(t) == 'b') {
        values.add(program.threads().get(t).name() + "=" + ObservedParser.SLEEPS);
      }
    }
    contents(output)
        .forEach((name, value) -> {
          String told = nameOfContent(name, program);
          if (value != Sighting.UNSEEN && !told.isEmpty()) {
            values.add((program.words() == 1 ? told.replace("[0]", "") : told) + "=" + value);
          }
        });
    return values.stream().limit(ObservedParser.VALUES_MAX).collect(Collectors.joining(" "));
  }

  /** As the test names it: a word of memory, or of a file; empty when the file has no name. */
  private static String nameOfContent(String name, Program program) {
    Matcher file = FILE_WORD.matcher(name);
    if (!file.matches()) {
      return name;
    }
    Program.FileInfo info = program.files().get(Integer.parseInt(file.group(1)));
    return info.anonymous() ? "" : info.name() + file.group(2);
  }

  /** A schedule without the grants that came to nothing: the thread had to wait, or had ended. */
  public static List<Integer> begun(List<Integer> schedule, List<String> output) {
    List<String> steps = steps(output);
    return IntStream.range(0, Math.min(schedule.size(), steps.size() - 1))
        .filter(n -> !NO_CALL.contains(steps.get(n + 1).split(" ", 4)[2]))
        .mapToObj(schedule::get)
        .toList();
  }

  /** What the runner saw at the start and after each call, a line each. */
  private static List<String> steps(List<String> output) {
    return output.stream().filter(line -> line.startsWith("#>")).toList();
  }

  /** Why the runner did not come to the end, if it did not. */
  static Optional<String> skipped(List<String> output) {
    return output.stream()
        .filter(line -> line.startsWith("ok ") && line.contains(SKIP))
        .findFirst()
        .map(line -> line.substring(line.indexOf(SKIP) + SKIP.length()).strip());
  }

  private static Eyes eyes(String line, boolean copies) {
    String sees = line.substring(line.indexOf("sees") < 0 ? line.length() : line.indexOf("sees"));
    return new Eyes(
        sees.contains(" frames"),
        copies && sees.contains(" frames"),
        sees.contains(" flags"),
        sees.contains(" wp"),
        sees.contains(" ksm"));
  }

  private Answer compare() {
    List<String> steps = steps(output);
    Set<Node> states = grants.start();
    for (int n = 0; n < steps.size(); n++) {
      Sighting seen = Sighting.parse(steps.get(n));
      Set<Node> before = states;
      if (n > 0) {
        states = grants.grantAndWatch(before, schedule.get(n - 1));
      }
      Set<Node> possible = states;
      states =
          possible.stream()
              .filter(node -> grants.look(node).differences(seen, eyes, names).isEmpty())
              .collect(Collectors.toCollection(LinkedHashSet::new));
      if (states.isEmpty()) {
        return mismatch(n, before, possible, seen);
      }
      note(n, before, states.iterator().next(), seen);
    }
    Optional<String> skipped = skipped(output);
    if (skipped.isPresent()) {
      if (skipped.get().endsWith(ENDLESS) && neverReturns(states, steps.size())) {
        String thread = program.threads().get(schedule.get(steps.size() - 1)).name();
        return new Answer.Agrees(thread + "=runs", Set.of(thread + "=runs"), history);
      }
      return new Answer.Untried(skipped.get());
    }
    if (steps.size() != schedule.size() + 1) {
      return new Answer.Untried("the runner ended before the schedule did");
    }
    return content(states);
  }

  /**
   * Whether the call of a step has no end in the model, as it had none in the time it was given.
   */
  private boolean neverReturns(Set<Node> before, int step) {
    return step >= 1
        && step <= schedule.size()
        && grants.grant(before, schedule.get(step - 1)).isEmpty();
  }

  private void note(int n, Set<Node> before, Node now, Sighting seen) {
    history.add(row(call(n, before), grants.look(now), seen));
  }

  private Answer mismatch(int n, Set<Node> before, Set<Node> possible, Sighting seen) {
    List<String> what = List.of();
    Node closest = null;
    for (Node node : possible) {
      List<String> differences = grants.look(node).differences(seen, eyes, names);
      if (closest == null || differences.size() < what.size()) {
        what = differences;
        closest = node;
      }
    }
    if (closest == null) {
      return new Answer.Untried("in the model the call never returns");
    }
    if (n > 0 && notReclaimed(n, before, grants.look(closest), seen)) {
      return new Answer.Untried("MADV_PAGEOUT does not take the page here");
    }
    if (n > 0 && ringRefuses(n, before, seen)) {
      return new Answer.Untried("io_uring refuses memory of files on this kernel");
    }
    note(n, before, closest, seen);
    List<Rule> rules = n == 0 ? List.of() : grants.rules(before, schedule.get(n - 1));
    return new Answer.Disagrees(n - 1, history, what.stream().map(this::readable).toList(), rules);
  }

  /** A register without a name is the result of the call. */
  private String readable(String name) {
    return name.startsWith("$") ? "result" : name;
  }

  /** Reclaim may refuse a page for reasons of its own: then the schedule was not tried. */
  private boolean notReclaimed(int n, Set<Node> before, Sighting model, Sighting kernel) {
    Instruction i = instruction(n, before);
    if (i == null || i.op() != Op.MADVISE || i.flags() != CallFlags.MADV_PAGEOUT) {
      return false;
    }
    TreeMap<String, Sighting.Mapped> seen = kernel.pages();
    return model.pages().entrySet().stream()
        .anyMatch(e ->
            e.getValue().kind() == 's'
                && seen.containsKey(e.getKey())
                && seen.getOrDefault(e.getKey(), e.getValue()).kind() == 'p');
  }

  /** io_uring took no buffers of file mappings up to 6.4: that says nothing of the reference. */
  private boolean ringRefuses(int n, Set<Node> before, Sighting kernel) {
    Instruction i = instruction(n, before);
    return i != null && i.op() == Op.GUP && kernel.registers().get(i.result()) == Value.EOPNOTSUPP;
  }

  private @org.jspecify.annotations.Nullable Instruction instruction(int n, Set<Node> before) {
    int thread = schedule.get(n - 1);
    for (Node node : before) {
      if (grants.grantable(node, thread)) {
        return grants.next(node, thread);
      }
    }
    return null;
  }

  private String call(int n, Set<Node> before) {
    if (n == 0) {
      return "(start)";
    }
    ThreadInfo thread = program.threads().get(schedule.get(n - 1));
    Instruction i = instruction(n, before);
    return thread.name() + ": " + (i == null ? "(cannot)" : i.text());
  }

  private Row row(String call, Sighting model, Sighting kernel) {
    Row row = new Row(call, changes(previousModel, model), changes(previousKernel, kernel));
    previousModel = model;
    previousKernel = kernel;
    return row;
  }

  /** What a call has changed: results, who sleeps, pages. */
  private String changes(Sighting before, Sighting after) {
    StringBuilder text = new StringBuilder();
    boolean first = before.threads().isEmpty();
    for (int r = 0; r < after.registers().size() && !first; r++) {
      int value = after.registers().get(r);
      if (before.registers().get(r) != value && value != Sighting.UNSEEN) {
        text.append(readable(names.get(r))).append('=').append(Value.name(value)).append(' ');
      }
    }
    for (int t = 0; t < after.threads().length(); t++) {
      if (after.threads().charAt(t) == 'b') {
        text.append(program.threads().get(t).name()).append(" sleeps ");
      }
    }
    after
        .pages()
        .forEach((name, page) -> {
          if (!page.equals(before.pages().get(name))) {
            text.append(name).append(':').append(page.told()).append(' ');
          }
        });
    return text.toString().strip();
  }

  // ---- the end --------------------------------------------------------------------------------

  private static Map<String, Integer> contents(List<String> output) {
    return output.stream()
        .filter(line -> line.startsWith("#="))
        .findFirst()
        .map(line -> Sighting.words(line.substring(2)))
        .orElse(Map.of());
  }

  /** All words of memory and files, by the names that the runner gives them. */
  static Map<String, Expr> words(Program program) {
    Map<String, Expr> words = new LinkedHashMap<>();
    for (int p = 0; p < program.processes().size(); p++) {
      for (int v = 0; v < program.pages(); v++) {
        for (int w = 0; w < program.words(); w++) {
          words.put(
              program.processes().get(p).name() + "." + program.pageName(v) + "[" + w + "]",
              new Expr.PageWord(p, v, w));
        }
      }
    }
    for (int f = 0; f < program.files().size(); f++) {
      for (int w = 0; w < program.words(); w++) {
        words.put("file" + f + "[" + w + "]", new Expr.FileWord(f, w));
      }
    }
    return words;
  }

  private Answer content(Set<Node> states) {
    Map<String, Integer> seen = contents(output);
    Set<String> allowed = new LinkedHashSet<>();
    List<String> wrong = List.of();
    boolean any = false;
    for (Node node : states) {
      List<String> differences = contentDifferences(node, seen);
      any |= differences.isEmpty();
      wrong = wrong.isEmpty() || differences.size() < wrong.size() ? differences : wrong;
      allowed.add(outcome(grants.look(node)));
    }
    if (!any) {
      history.add(
          new Row(
              "(content at the end)",
              wrong.stream().map(d -> d.split("\\|")[1]).collect(Collectors.joining(" ")),
              wrong.stream().map(d -> d.split("\\|")[2]).collect(Collectors.joining(" "))));
      return new Answer.Disagrees(
          schedule.size(), history, wrong.stream().map(d -> d.split("\\|")[0]).toList(), List.of());
    }
    return new Answer.Agrees(outcome(grants.look(states.iterator().next())), allowed, history);
  }

  private List<String> contentDifferences(Node node, Map<String, Integer> seen) {
    List<String> differences = new ArrayList<>();
    words(program)
        .forEach((name, word) -> compare(name, grants.evaluate(node, word), seen, differences));
    return differences;
  }

  private static void compare(
      String name, int model, Map<String, Integer> seen, List<String> differences) {
    int kernel = seen.getOrDefault(name, Sighting.UNSEEN);
    if (kernel != Sighting.UNSEEN && kernel != model) {
      differences.add(
          name + "|" + name + "=" + Value.name(model) + "|" + name + "=" + Value.name(kernel));
    }
  }

  private String outcome(Sighting sighting) {
    return outcome(sighting, program);
  }

  /** The registers that the test names, and who sleeps. */
  static String outcome(Sighting sighting, Program program) {
    List<String> names = program.registers().stream().map(Program.RegisterInfo::name).toList();
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < sighting.registers().size(); r++) {
      if (names.get(r).indexOf('$') < 0) {
        text.append(text.isEmpty() ? "" : " ").append(names.get(r)).append('=');
        text.append(Value.name(sighting.registers().get(r)));
      }
    }
    for (int t = 0; t < sighting.threads().length(); t++) {
      if (sighting.threads().charAt(t) == 'b') {
        text.append(text.isEmpty() ? "" : " ");
        text.append(program.threads().get(t).name()).append("=sleeps");
      }
    }
    return text.toString();
  }
}
