package cowherd.emit;

import cowherd.emit.Grants.Node;
import cowherd.emit.Observation.Seen;
import cowherd.emit.Observation.Word;
import cowherd.kernel.Kernel;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Suggest;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Expr;
import cowherd.operation.Machine;
import cowherd.operation.Program;
import cowherd.operation.Program.BackgroundActor;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether the model of a kernel allows what the kernel was seen to do. The calls of the schedule
 * are granted one by one, as the runner grants them; of what can be there after the last one,
 * something must have every value that was seen. Calls are the ones that user space can make where
 * the test can be carried ({@link Carriers}), and those of the test where it cannot.
 */
public final class ObservedChecker {
  private final LitmusTest test;
  private final Program program;
  private final Observation observation;

  private ObservedChecker(LitmusTest test, Observation observation) {
    this.test = carried(test);
    this.program = this.test.program();
    this.observation = observation;
  }

  /** What the model says of an observation. */
  public sealed interface Judgement {
    /**
     * It can be.
     *
     * @param allowed what the model allows to see of the same names
     */
    record Agrees(Set<String> allowed) implements Judgement {}

    /**
     * It cannot be.
     *
     * @param allowed what the model allows to see of the same names; empty when the schedule itself
     *     cannot be
     * @param why which call cannot be made, or empty
     */
    record Contradicts(Set<String> allowed, String why) implements Judgement {}

    /** The model does not cover it. */
    record Untold(String reason) implements Judgement {}
  }

  /** What an observation names and its test does not have. */
  public static List<Diagnostic> mistakes(
      ObservedFile file, Observation observation, LitmusTest test) {
    return new ObservedChecker(test, observation).mistakes(file);
  }

  /**
   * Judges an observation that has no {@link #mistakes}.
   *
   * @param test the test that it names
   * @param kernel the model that speaks for its kernel
   */
  public static Judgement judge(LitmusTest test, Kernel kernel, Observation observation) {
    if (!test.program().outOfModel().isEmpty()) {
      return new Judgement.Untold(test.program().outOfModel().getFirst().what());
    }
    ObservedChecker checker = new ObservedChecker(test, observation);
    try {
      return Grants.with(checker.test, kernel, checker::judge);
    } catch (Machine.OutOfModel e) {
      return new Judgement.Untold(String.valueOf(e.getMessage()));
    }
  }

  private static LitmusTest carried(LitmusTest test) {
    return switch (Carriers.carry(test)) {
      case Carried.Runnable(LitmusTest runnable, List<String> _) -> runnable;
      case Carried.Unable _ -> withBatch(test);
    };
  }

  /** A real kernel has the LRU batch, and drains it when it likes. */
  private static LitmusTest withBatch(LitmusTest test) {
    Set<BackgroundActor> actors = new LinkedHashSet<>(test.program().actors());
    actors.add(BackgroundActor.LRU);
    return test.withProgram(test.program().withActors(List.copyOf(actors)));
  }

  // ---- names ----------------------------------------------------------------------------------

  /** Something that can be seen at the end: its value in a state. */
  private interface Sight {
    int value(Grants grants, Node node);
  }

  /** What can be seen at the end, by the names of the language. */
  private Map<String, Sight> sights() {
    Map<String, Sight> sights = new LinkedHashMap<>();
    for (int r = 0; r < program.registers().size(); r++) {
      int register = r;
      String name = program.registers().get(r).name();
      if (name.indexOf('$') < 0) {
        sights.put(name, (grants, node) -> grants.look(node).registers().get(register));
      }
    }
    for (int p = 0; p < program.processes().size(); p++) {
      for (int v = 0; v < program.pages(); v++) {
        String name = program.processes().get(p).name() + "." + program.pageName(v);
        for (int w = 0; w < program.words(); w++) {
          Expr word = new Expr.PageWord(p, v, w);
          Sight sight = (grants, node) -> grants.evaluate(node, word);
          sights.put(name + "[" + w + "]", sight);
          if (program.words() == 1) {
            sights.put(name, sight);
          }
        }
      }
    }
    files(sights);
    return sights;
  }

  private void files(Map<String, Sight> sights) {
    for (int f = 0; f < program.files().size(); f++) {
      FileInfo file = program.files().get(f);
      for (int w = 0; w < program.words() && !file.anonymous(); w++) {
        Expr word = new Expr.FileWord(f, w);
        Sight sight = (grants, node) -> grants.evaluate(node, word);
        sights.put(file.name() + "[" + w + "]", sight);
        if (program.words() == 1) {
          sights.put(file.name(), sight);
        }
      }
    }
  }

  private List<String> threads() {
    return program.threads().stream().map(Program.ThreadInfo::name).toList();
  }

  private List<Diagnostic> mistakes(ObservedFile file) {
    List<Diagnostic> mistakes = new ArrayList<>();
    for (Word thread : observation.schedule()) {
      if (!threads().contains(thread.text())) {
        mistakes.add(
            file.mistake(
                thread,
                "`" + test.name() + "` has no thread `" + thread.text() + "`",
                nearest(thread.text(), threads(), "its threads are ")));
        break; // a schedule that is of another test would say it for every word
      }
    }
    List<String> names = List.copyOf(sights().keySet());
    for (Seen seen : observation.outcome()) {
      boolean sleeps = seen.value().text().equals(ObservedParser.SLEEPS);
      List<String> known = sleeps ? threads() : names;
      String name = seen.name().text();
      if (!known.contains(name)) {
        mistakes.add(
            file.mistake(
                seen.name(),
                "`" + test.name() + "` has no " + (sleeps ? "thread `" : "`") + name + "`",
                nearest(name, known, sleeps ? "its threads are " : "it has ")));
      }
    }
    return mistakes;
  }

  private static String nearest(String word, List<String> known, String otherwise) {
    String question = Suggest.didYouMean(word, known);
    return question.isEmpty() ? otherwise + String.join(", ", known) : question;
  }

  // ---- judging --------------------------------------------------------------------------------

  private Judgement judge(Grants grants) {
    Set<Node> states = grants.start();
    for (int n = 0; n < observation.schedule().size(); n++) {
      int thread = threads().indexOf(observation.schedule().get(n).text());
      Set<Node> able = new LinkedHashSet<>();
      states.stream().filter(node -> grants.begins(node, thread)).forEach(able::add);
      if (able.isEmpty()) {
        return new Judgement.Contradicts(
            Set.of(),
            "%s cannot make call %d of the schedule".formatted(threads().get(thread), n + 1));
      }
      states = grants.grant(able, thread);
    }
    Map<String, Sight> sights = sights();
    Set<String> allowed = new LinkedHashSet<>();
    boolean any = false;
    for (Node node : states) {
      any |= has(seen -> value(grants, node, seen, sights).equals(seen.value().text()));
      allowed.add(told(grants, node, sights));
    }
    return any
        ? new Judgement.Agrees(allowed)
        : new Judgement.Contradicts(
            allowed, allowed.isEmpty() ? "the last call never comes to rest" : "");
  }

  private boolean has(Predicate<Seen> value) {
    return observation.outcome().stream().allMatch(value);
  }

  private String told(Grants grants, Node node, Map<String, Sight> sights) {
    List<String> values = new ArrayList<>();
    for (Seen seen : observation.outcome()) {
      values.add(seen.name().text() + "=" + value(grants, node, seen, sights));
    }
    return String.join(" ", values);
  }

  private String value(Grants grants, Node node, Seen seen, Map<String, Sight> sights) {
    String name = seen.name().text();
    if (seen.value().text().equals(ObservedParser.SLEEPS)) {
      char state = grants.look(node).threads().charAt(threads().indexOf(name));
      return state == 'b' ? ObservedParser.SLEEPS : "awake";
    }
    return Optional.ofNullable(sights.get(name))
        .map(sight -> Value.name(sight.value(grants, node)))
        .orElseThrow(() -> new IllegalStateException("ObservedChecker.value: " + name));
  }
}
