package cowherd.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/** Questions to an explored state graph: which states hang, shortest runs, costs. */
final class Analysis {
  private final Exploration e;
  private final Graph g;
  private final int states;

  Analysis(Exploration exploration) {
    this.e = exploration;
    this.g = exploration.graph();
    this.states = g.states();
  }

  // ---- hanging

  /** The states from which no complete run can be reached. */
  BitSet stuck() {
    BitSet stuck = new BitSet(states);
    stuck.set(0, states);
    int[] sources = new int[g.edges()];
    int[] starts = new int[states + 1];
    for (int i = 0; i < g.edges(); i++) {
      starts[g.target(i) + 1]++;
    }
    for (int s = 0; s < states; s++) {
      starts[s + 1] += starts[s];
    }
    int[] next = Arrays.copyOf(starts, states);
    for (int s = 0; s < states; s++) {
      for (int i = g.first(s); i < g.end(s); i++) {
        sources[next[g.target(i)]++] = s;
      }
    }
    ArrayDeque<Integer> work = new ArrayDeque<>();
    for (int s = e.complete().nextSetBit(0); s >= 0; s = e.complete().nextSetBit(s + 1)) {
      if (s < states) {
        stuck.clear(s);
        work.add(s);
      }
    }
    while (!work.isEmpty()) {
      int s = work.remove();
      for (int i = starts[s]; i < starts[s + 1]; i++) {
        if (stuck.get(sources[i])) {
          stuck.clear(sources[i]);
          work.add(sources[i]);
        }
      }
    }
    return stuck;
  }

  /** Whether no program thread can move in a state: whoever still runs waits. */
  boolean allWait(int state, int programThreads) {
    for (int i = g.first(state); i < g.end(state); i++) {
      if ((g.info(i) & Graph.ACTOR_MASK) < programThreads) {
        return false;
      }
    }
    return true;
  }

  /** Edges of a loop that begins and ends in a state, or nothing when there is none. */
  Optional<List<Integer>> loopThrough(int state) {
    int[] by = new int[states];
    Arrays.fill(by, -1);
    ArrayDeque<Integer> work = new ArrayDeque<>();
    work.add(state);
    while (!work.isEmpty()) {
      int s = work.remove();
      for (int i = g.first(s); i < g.end(s); i++) {
        int to = g.target(i);
        if (to == state) {
          return Optional.of(backwards(by, i, state));
        }
        if (by[to] < 0) {
          by[to] = i;
          work.add(to);
        }
      }
    }
    return Optional.empty();
  }

  private List<Integer> backwards(int[] by, int last, int from) {
    List<Integer> edges = new ArrayList<>();
    edges.add(last);
    int s = source(last);
    while (s != from) {
      edges.add(by[s]);
      s = source(by[s]);
    }
    Collections.reverse(edges);
    return edges;
  }

  private int source(int edge) {
    int low = 0;
    int high = states - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (g.first(middle) <= edge) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    while (g.end(low) <= edge) {
      low++;
    }
    return low;
  }

  // ---- shortest runs

  /**
   * A shortest run, fewest calls first and then fewest steps, to a state or through a transition.
   *
   * @return the edges of the run
   */
  Optional<List<Integer>> shortest(IntPredicate goalState, IntPredicate goalEdge) {
    long[] distance = new long[states];
    int[] by = new int[states];
    Arrays.fill(distance, Long.MAX_VALUE);
    Arrays.fill(by, -1);
    PriorityQueue<long[]> work =
        new PriorityQueue<>(
            (a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]));
    distance[0] = 0;
    work.add(new long[] {0, 0});
    long bestEdgeDistance = Long.MAX_VALUE;
    int bestEdge = -1;
    while (!work.isEmpty()) {
      long[] head = work.remove();
      int s = (int) head[1];
      if (head[0] != distance[s]) {
        continue;
      }
      if (head[0] >= bestEdgeDistance) {
        break;
      }
      if (goalState.test(s)) {
        return Optional.of(s == 0 ? List.of() : path(by, s));
      }
      for (int i = g.first(s); i < g.end(s); i++) {
        long d = head[0] + (g.startsCall(i) ? 1L << 32 : 0) + 1;
        if (goalEdge.test(i) && d < bestEdgeDistance) {
          bestEdgeDistance = d;
          bestEdge = i;
        }
        int to = g.target(i);
        if (to < states && d < distance[to]) {
          distance[to] = d;
          by[to] = i;
          work.add(new long[] {d, to});
        }
      }
    }
    if (bestEdge < 0) {
      return Optional.empty();
    }
    List<Integer> edges = new ArrayList<>(path(by, source(bestEdge)));
    edges.add(bestEdge);
    return Optional.of(edges);
  }

  private List<Integer> path(int[] by, int to) {
    List<Integer> edges = new ArrayList<>();
    int s = to;
    while (s != 0) {
      edges.add(by[s]);
      s = source(by[s]);
    }
    Collections.reverse(edges);
    return edges;
  }

  Run asRun(List<Integer> edges) {
    List<Run.Step> steps = new ArrayList<>();
    int calls = 0;
    for (int edge : edges) {
      int info = g.info(edge);
      steps.add(
          new Run.Step(info & Graph.ACTOR_MASK, info >> Graph.CHOICE_SHIFT & Graph.CHOICE_MASK));
      calls += g.startsCall(edge) ? 1 : 0;
    }
    return new Run(steps, calls);
  }

  int lastState(List<Integer> edges) {
    return edges.isEmpty() ? 0 : g.target(edges.getLast());
  }

  // ---- costs

  /** Least and most cost of the runs that end in a complete state. */
  Costs costs() {
    int[] component = new int[states];
    int[] order = topological(component);
    return new Costs(
        range(Graph.FAULTS_SHIFT, component, order),
        range(Graph.COPIES_SHIFT, component, order),
        range(Graph.NEEDLESS_SHIFT, component, order),
        range(Graph.FLUSHES_SHIFT, component, order),
        range(Graph.SPLITS_SHIFT, component, order));
  }

  private Costs.Range range(int shift, int[] component, int[] order) {
    return new Costs.Range(least(shift), most(shift, component, order));
  }

  private int least(int shift) {
    int[] distance = new int[states];
    Arrays.fill(distance, Integer.MAX_VALUE);
    distance[0] = 0;
    List<ArrayDeque<Integer>> buckets = new ArrayList<>();
    buckets.add(new ArrayDeque<>(List.of(0)));
    for (int d = 0; d < buckets.size(); d++) {
      while (!buckets.get(d).isEmpty()) {
        int s = buckets.get(d).remove();
        if (distance[s] != d) {
          continue;
        }
        if (e.complete().get(s)) {
          return d;
        }
        for (int i = g.first(s); i < g.end(s); i++) {
          int to = g.target(i);
          int there = d + g.cost(i, shift);
          if (to < states && there < distance[to]) {
            distance[to] = there;
            while (buckets.size() <= there) {
              buckets.add(new ArrayDeque<>());
            }
            buckets.get(there).add(to);
          }
        }
      }
    }
    return 0;
  }

  /** Longest way to a complete state; within a component only free loops are bounded. */
  private int most(int shift, int[] component, int[] order) {
    int[] best = new int[states];
    Arrays.fill(best, Integer.MIN_VALUE);
    int at = 0;
    while (at < order.length) {
      int end = at;
      while (end < order.length && component[order[end]] == component[order[at]]) {
        end++;
      }
      int most = Integer.MIN_VALUE;
      boolean costlyLoop = false;
      for (int k = at; k < end; k++) {
        int s = order[k];
        if (e.complete().get(s)) {
          most = Math.max(most, 0);
          continue;
        }
        for (int i = g.first(s); i < g.end(s); i++) {
          int to = g.target(i);
          if (to >= states) {
            continue;
          }
          if (component[to] == component[s]) {
            costlyLoop |= g.cost(i, shift) > 0;
          } else if (best[to] == Integer.MAX_VALUE) {
            most = Integer.MAX_VALUE;
          } else if (best[to] != Integer.MIN_VALUE && most != Integer.MAX_VALUE) {
            most = Math.max(most, best[to] + g.cost(i, shift));
          }
        }
      }
      if (costlyLoop && most != Integer.MIN_VALUE) {
        most = Integer.MAX_VALUE;
      }
      for (int k = at; k < end; k++) {
        best[order[k]] = most;
      }
      at = end;
    }
    int most = states == 0 ? 0 : best[0];
    return most == Integer.MAX_VALUE ? Costs.UNBOUNDED : Math.max(0, most);
  }

  /** States by strongly connected component, successors first (Tarjan, without recursion). */
  private int[] topological(int[] component) {
    int[] index = new int[states];
    int[] low = new int[states];
    int[] position = new int[states];
    int[] order = new int[states];
    int[] stack = new int[states];
    int[] calls = new int[states];
    BitSet onStack = new BitSet(states);
    int ordered = 0;
    int stacked = 0;
    int called = 0;
    int counter = 0;
    int components = 0;
    if (states == 0) {
      return order;
    }
    calls[called++] = 0;
    index[0] = low[0] = ++counter;
    stack[stacked++] = 0;
    onStack.set(0);
    position[0] = g.first(0);
    while (called > 0) {
      int s = calls[called - 1];
      boolean absorbing = e.complete().get(s);
      if (!absorbing && position[s] < g.end(s)) {
        int to = g.target(position[s]++);
        if (to >= states) {
          continue;
        }
        if (index[to] == 0) {
          index[to] = low[to] = ++counter;
          stack[stacked++] = to;
          onStack.set(to);
          position[to] = g.first(to);
          calls[called++] = to;
        } else if (onStack.get(to)) {
          low[s] = Math.min(low[s], index[to]);
        }
      } else {
        called--;
        if (called > 0) {
          int parent = calls[called - 1];
          low[parent] = Math.min(low[parent], low[s]);
        }
        if (low[s] == index[s]) {
          int member;
          do {
            member = stack[--stacked];
            onStack.clear(member);
            component[member] = components;
            order[ordered++] = member;
          } while (member != s);
          components++;
        }
      }
    }
    return Arrays.copyOf(order, ordered);
  }
}
