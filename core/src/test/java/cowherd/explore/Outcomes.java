package cowherd.explore;

import cowherd.machine.State;
import cowherd.operation.Program;
import cowherd.operation.Value;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/** What complete runs of an exploration end in, and what they cost. */
final class Outcomes {
  private Outcomes() {}

  /**
   * The final outcomes: registers, the content that each living process sees, files. Frames and
   * swap entries have no names here, so that the set is the same however they are named.
   */
  static Set<String> of(Exploration e) {
    return all(e, -1);
  }

  /** The same; a page that nothing is mapped at counts as the zeros that a load would find. */
  static Set<String> asLoaded(Exploration e) {
    return all(e, 0);
  }

  private static Set<String> all(Exploration e, int unmapped) {
    Set<String> outcomes = new TreeSet<>();
    for (int s = e.complete().nextSetBit(0); s >= 0; s = e.complete().nextSetBit(s + 1)) {
      outcomes.add(describe(e, s, unmapped));
    }
    return outcomes;
  }

  private static String describe(Exploration e, int number, int unmapped) {
    State s = e.machine().state();
    s.load(e.store().chunk(number), e.store().offset(number));
    Program program = e.test().program();
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < program.registers().size(); r++) {
      String name = program.registers().get(r).name();
      text.append(name).append('=').append(Value.name(s.register(r))).append(' ');
    }
    for (int p = 0; p < program.processes().size(); p++) {
      text.append(program.processes().get(p).name()).append(":life").append(s.life(p));
      for (int v = 0; v < program.pages(); v++) {
        text.append(' ').append(program.pageName(v)).append('=');
        text.append((s.vma(p, v) & State.VMA) == 0 ? "gone" : content(s, p, v, unmapped));
      }
      text.append(' ');
    }
    for (int f = 0; f < program.files().size(); f++) {
      for (int w = 0; w < program.words(); w++) {
        text.append('f').append(f).append('.').append(w).append('=').append(s.word(f + 1, w));
      }
    }
    return text.toString();
  }

  private static String content(State s, int process, int page, int unmapped) {
    StringBuilder text = new StringBuilder();
    for (int w = 0; w < s.layout().shape().words(); w++) {
      int word = s.mappedWord(process, page, w);
      text.append(w == 0 ? "" : ",").append(word < 0 ? unmapped : word);
    }
    return text.toString();
  }

  /** The numbers of pages that complete runs copy. */
  static Set<Integer> copies(Exploration e) {
    return costs(e, Graph.COPIES_SHIFT);
  }

  /** The number of pages that one run copies although nobody else used them. */
  static int needlessCopies(Exploration e, Run run) {
    int sum = 0;
    int state = 0;
    for (Run.Step step : run.steps()) {
      int edge = edge(e, state, step);
      sum += e.graph().cost(edge, Graph.NEEDLESS_SHIFT);
      state = e.graph().target(edge);
    }
    return sum;
  }

  private static int edge(Exploration e, int state, Run.Step step) {
    int wanted = step.actor() | step.choice() << Graph.CHOICE_SHIFT;
    int mask = Graph.ACTOR_MASK | Graph.CHOICE_MASK << Graph.CHOICE_SHIFT;
    for (int edge = e.graph().first(state); edge < e.graph().end(state); edge++) {
      if ((e.graph().info(edge) & mask) == wanted) {
        return edge;
      }
    }
    throw new AssertionError("the search has no such run");
  }

  private static final int COST_LIMIT = 8;

  /** Visits pairs of a state and what was paid to get there. */
  private static Set<Integer> costs(Exploration e, int shift) {
    Graph graph = e.graph();
    BitSet seen = new BitSet();
    Set<Integer> costs = new TreeSet<>();
    ArrayDeque<Integer> work = new ArrayDeque<>();
    work.add(0);
    seen.set(0);
    while (!work.isEmpty()) {
      int pair = work.remove();
      int state = pair / COST_LIMIT;
      int paid = pair % COST_LIMIT;
      if (e.complete().get(state)) {
        costs.add(paid);
      }
      for (int edge = graph.first(state); edge < graph.end(state); edge++) {
        int now = Math.min(COST_LIMIT - 1, paid + graph.cost(edge, shift));
        int next = graph.target(edge) * COST_LIMIT + now;
        if (!seen.get(next)) {
          seen.set(next);
          work.add(next);
        }
      }
    }
    return costs;
  }
}
