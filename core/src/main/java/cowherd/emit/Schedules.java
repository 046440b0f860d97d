package cowherd.emit;

import cowherd.emit.Grants.Node;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Machine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The schedules of a test that a kernel's model tells apart: orders of calls, without those that
 * differ only in the order of two neighbours that commute (they lead to the same states, whichever
 * comes first). Sleep sets, with commuting looked up in the model.
 *
 * @param all the schedules, each a list of threads
 * @param whole false when there are more than were asked for
 */
public record Schedules(List<List<Integer>> all, boolean whole) {
  /** Longest schedule, calls: programs that loop go on for ever. */
  private static final int CALLS_MAX = 60;

  /** Most grants that the enumeration may try, of a test. */
  private static final int GRANTS_MAX = 200_000;

  /**
   * The schedules of a carried test.
   *
   * @param most how many at most
   * @throws Machine.OutOfModel when the model does not cover the test
   */
  public static Schedules of(LitmusTest test, Kernel kernel, int most) {
    return Grants.with(test, kernel, grants -> new Walk(grants, most).run());
  }

  private static final class Walk {
    private final Grants grants;
    private final int most;
    private final int threads;
    private final List<List<Integer>> found = new ArrayList<>();
    private final List<Integer> path = new ArrayList<>();
    private final Map<Set<Node>, Map<Integer, Set<Node>>> known = new HashMap<>();
    private boolean whole = true;
    private int tried;

    Walk(Grants grants, int most) {
      this.grants = grants;
      this.most = most;
      this.threads = grants.program().threads().size();
    }

    Schedules run() {
      walk(grants.start(), Set.of());
      return new Schedules(List.copyOf(found), whole);
    }

    private Set<Node> grant(Set<Node> from, int thread) {
      Map<Integer, Set<Node>> after = known.computeIfAbsent(from, _ -> new HashMap<>());
      Set<Node> there = after.get(thread);
      if (there == null) {
        there = Set.copyOf(grants.grant(from, thread));
        after.put(thread, there);
        tried++;
      }
      return there;
    }

    private boolean enabled(Set<Node> from, int thread) {
      return from.stream().anyMatch(node -> grants.begins(node, thread));
    }

    private void walk(Set<Node> from, Set<Integer> asleep) {
      if (found.size() >= most || tried > GRANTS_MAX) {
        whole = false;
        return;
      }
      boolean any = false;
      Set<Integer> done = new HashSet<>(asleep);
      for (int t = 0; t < threads && path.size() < CALLS_MAX; t++) {
        if (!enabled(from, t)) {
          continue;
        }
        any = true;
        if (asleep.contains(t)) {
          continue;
        }
        Set<Integer> next = new HashSet<>();
        for (int u : done) {
          if (commute(from, t, u)) {
            next.add(u);
          }
        }
        path.add(t);
        walk(grant(from, t), next);
        path.removeLast();
        done.add(t);
      }
      if (!any || path.size() >= CALLS_MAX) {
        whole &= path.size() < CALLS_MAX;
        found.add(List.copyOf(path));
      }
    }

    private boolean commute(Set<Node> from, int t, int u) {
      Set<Node> tu = grant(grant(from, t), u);
      Set<Node> ut = grant(grant(from, u), t);
      return enabled(grant(from, t), u) && enabled(grant(from, u), t) && tu.equals(ut);
    }
  }
}
