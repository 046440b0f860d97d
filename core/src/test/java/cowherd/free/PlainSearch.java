package cowherd.free;

import cowherd.search.Space;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The plain engine: fewest calls first, then fewest steps; everything in one map. */
@SuppressWarnings("NullAway") // the first node has no parent
final class PlainSearch {
  record Hit(List<Integer> actions, int calls, int steps, int broken) {}

  /** What it saw: the states that are no hits, and the first hit. */
  record Result(
      java.util.List<byte[]> vectors, long transitions, java.util.Optional<String> stopped) {
    int states() {
      return vectors.size();
    }
  }

  private record Key(byte[] bytes) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Key k && Arrays.equals(bytes, k.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  private record Node(Key key, Node parent, int action, int calls, int steps, int broken) {}

  private PlainSearch() {}

  static Result run(
      FreeSpace space, int maxCalls, int maxStates, java.util.function.Predicate<Hit> goOn) {
    Map<Key, Boolean> done = new HashMap<>();
    List<byte[]> vectors = new ArrayList<>();
    TreeMap<Long, Deque<Node>> queue = new TreeMap<>();
    byte[] initial = new byte[space.bytes()];
    space.initial(initial);
    push(queue, new Node(new Key(initial), null, 0, 0, 0, 0));
    long[] transitions = {0};
    while (!queue.isEmpty()) {
      Map.Entry<Long, Deque<Node>> first = queue.firstEntry();
      Node node = first.getValue().poll();
      if (first.getValue().isEmpty()) {
        queue.remove(first.getKey());
      }
      if (done.putIfAbsent(node.key, Boolean.TRUE) != null) {
        continue;
      }
      if (node.broken != 0) {
        List<Integer> actions = new ArrayList<>();
        for (Node n = node; n.parent != null; n = n.parent) {
          actions.add(n.action);
        }
        if (!goOn.test(new Hit(actions.reversed(), node.calls, node.steps, node.broken))) {
          return new Result(vectors, transitions[0], java.util.Optional.of("--count"));
        }
        continue;
      }
      vectors.add(node.key.bytes);
      if (done.size() >= maxStates) {
        return new Result(vectors, transitions[0], java.util.Optional.of("--max-states"));
      }
      for (Space.Edges edges : new Space.Edges[] {Space.Edges.CALLS, Space.Edges.WITHIN_CALLS}) {
        int calls = node.calls + (edges == Space.Edges.CALLS ? 1 : 0);
        space.expand(
            node.key.bytes,
            0,
            edges,
            (vector, action, broken) -> {
              transitions[0]++;
              if (calls <= maxCalls) {
                Key key = new Key(vector.clone());
                if (!done.containsKey(key)) {
                  push(queue, new Node(key, node, action, calls, node.steps + 1, broken));
                }
              }
            });
      }
    }
    return new Result(vectors, transitions[0], java.util.Optional.empty());
  }

  private static void push(TreeMap<Long, Deque<Node>> queue, Node node) {
    long order = (long) node.calls << 32 | node.steps;
    queue.computeIfAbsent(order, _ -> new ArrayDeque<>()).add(node);
  }
}
