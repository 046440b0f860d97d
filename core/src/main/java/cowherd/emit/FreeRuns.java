package cowherd.emit;

import cowherd.emit.Grants.Node;
import cowherd.kernel.Kernel;
import cowherd.litmus.Assertion;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Expr;
import cowherd.operation.Machine;
import cowherd.operation.Program;
import cowherd.operation.Value;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Everything that can be there when a test has come to rest, in the model: when all threads run
 * freely, their atomic steps in any order; and when one call begins at a time, as in a schedule.
 *
 * @param ends what can be there at the end of a free run
 * @param outcomes the outcomes of free runs: the registers that the test names, the memory and
 *     files that its conditions name, and who sleeps
 * @param byCalls the outcomes of schedules
 */
public record FreeRuns(List<End> ends, Set<String> outcomes, Set<String> byCalls) {
  /** Most states of a test when nobody says otherwise. */
  public static final int STATES_MAX = 400_000;

  /** There are more states than were asked for: no answer. */
  public static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooMany(int most) {
      super("more than %,d states".formatted(most), null, false, false);
    }
  }

  /**
   * The end of a run.
   *
   * @param registers the values of all registers
   * @param threads as in {@link Sighting}
   * @param content of all pages and files
   * @param outcome what of it is the outcome
   */
  public record End(
      List<Integer> registers, String threads, Map<String, Integer> content, String outcome) {
    public End {
      registers = List.copyOf(registers);
      content = Map.copyOf(content);
    }
  }

  /**
   * Of a carried test.
   *
   * @throws TooMany when there are more states
   * @throws Machine.OutOfModel when the model does not cover the test
   */
  public static FreeRuns of(LitmusTest test, Kernel kernel, int most) {
    return Grants.with(test, kernel, grants -> new Search(test, grants, most).run());
  }

  /** The registers that the test names, and who sleeps. */
  static String outcome(LitmusTest test, List<Integer> registers, String threads) {
    return Trial.outcome(new Sighting(registers, threads, new TreeMap<>()), test.program());
  }

  /** The words of memory and files that the test's conditions name: how they are told, and what. */
  static Map<String, Expr> named(LitmusTest test) {
    Map<String, Expr> named = new LinkedHashMap<>();
    for (Assertion assertion : test.assertions()) {
      addNamed(assertion.condition(), test.program(), named);
    }
    return named;
  }

  private static void addNamed(Expr e, Program program, Map<String, Expr> named) {
    switch (e) {
      case Expr.PageWord p -> {
        for (int w = Math.max(p.word(), 0); w <= last(p.word(), program); w++) {
          String page =
              program.processes().get(p.process()).name() + "." + program.pageName(p.page());
          named.put(word(page, w, program), new Expr.PageWord(p.process(), p.page(), w));
        }
      }
      case Expr.FileWord f -> {
        for (int w = Math.max(f.word(), 0); w <= last(f.word(), program); w++) {
          String file = program.files().get(f.file()).name();
          named.put(word(file, w, program), new Expr.FileWord(f.file(), w));
        }
      }
      case Expr.Not n -> addNamed(n.operand(), program, named);
      case Expr.Binary b -> {
        addNamed(b.left(), program, named);
        addNamed(b.right(), program, named);
      }
      case Expr.Constant _, Expr.Register _, Expr.Observe _, Expr.FreeHugePages _ -> {}
    }
  }

  private static int last(int word, Program program) {
    return word < 0 ? program.words() - 1 : word;
  }

  private static String word(String name, int word, Program program) {
    return program.words() == 1 ? name : name + "[" + word + "]";
  }

  private static final class Search {
    private final LitmusTest test;
    private final Program program;
    private final Grants grants;
    private final int most;
    private final Map<String, Expr> named;
    private final Map<String, Expr> content;

    Search(LitmusTest test, Grants grants, int most) {
      this.test = test;
      this.program = test.program();
      this.grants = grants;
      this.most = most;
      this.named = named(test);
      this.content = Trial.words(program);
    }

    FreeRuns run() {
      Set<String> byCalls = new TreeSet<>();
      calls().forEach(end -> byCalls.add(end.outcome()));
      Set<End> ends = free();
      Set<String> outcomes = new TreeSet<>();
      ends.forEach(end -> outcomes.add(end.outcome()));
      return new FreeRuns(List.copyOf(ends), outcomes, byCalls);
    }

    private Set<End> free() {
      return ends(grants::steps);
    }

    /** One call at a time; all schedules at once. */
    private Set<End> calls() {
      return ends((node, next) -> {
        boolean moves = false;
        for (int t = 0; t < program.threads().size(); t++) {
          if (grants.begins(node, t)) {
            moves = true;
            grants.grant(Set.of(node), t).forEach(next);
          }
        }
        return moves;
      });
    }

    /** The ends of all walks; a state in which nothing moves is one. */
    private Set<End> ends(BiPredicate<Node, Consumer<Node>> moves) {
      Set<Node> seen = new HashSet<>(grants.start());
      ArrayDeque<Node> work = new ArrayDeque<>(seen);
      Set<End> ends = new LinkedHashSet<>();
      while (!work.isEmpty()) {
        Node node = work.remove();
        if (!moves.test(node, next -> add(next, seen, work))) {
          ends.add(end(node));
        }
      }
      return ends;
    }

    private void add(Node node, Set<Node> seen, ArrayDeque<Node> work) {
      if (seen.add(node)) {
        if (seen.size() > most) {
          throw new TooMany(most);
        }
        work.add(node);
      }
    }

    private End end(Node node) {
      Sighting sighting = grants.look(node);
      Map<String, Integer> values = new LinkedHashMap<>();
      content.forEach((name, word) -> values.put(name, grants.evaluate(node, word)));
      StringBuilder outcome =
          new StringBuilder(FreeRuns.outcome(test, sighting.registers(), sighting.threads()));
      named.forEach((name, word) -> {
        outcome.append(outcome.isEmpty() ? "" : " ").append(name).append('=');
        outcome.append(Value.name(grants.evaluate(node, word)));
      });
      return new End(sighting.registers(), sighting.threads(), values, outcome.toString());
    }
  }
}
