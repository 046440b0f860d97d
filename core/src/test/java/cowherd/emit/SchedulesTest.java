package cowherd.emit;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.Grants.Node;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.library.Library;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Machine;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Schedules without those that commute lead to all states that all orders of calls lead to. */
class SchedulesTest {
  private static final Kernel NEWEST =
      KernelLibrary.builtIn().get(KernelLibrary.builtIn().releases().getLast());
  private static final int MOST = 400;
  private static final int ORDERS_MAX = 3_000;

  @Test
  void aTestWithTwoFreeThreadsHasTheSchedulesThatMatter() {
    LitmusTest test = carried("unmap-takeover");
    Schedules schedules = Schedules.of(test, NEWEST, MOST);
    assertThat(schedules.whole()).isTrue();
    assertThat(schedules.all()).hasSizeBetween(3, 12).doesNotHaveDuplicates();
    assertThat(schedules.all()).allSatisfy(s -> assertThat(s).hasSize(5).startsWith(0));
  }

  @Test
  void aCapIsReported() {
    assertThat(Schedules.of(carried("unmap-takeover"), NEWEST, 2).whole()).isFalse();
  }

  @Test
  void nothingIsLostByCommuting() {
    int compared = 0;
    int saved = 0;
    for (LitmusTest test : Library.tests()) {
      if (!(Carriers.carry(test) instanceof Carried.Runnable runnable)) {
        continue;
      }
      try {
        Schedules schedules = Schedules.of(runnable.test(), NEWEST, MOST);
        if (!schedules.whole()) {
          continue;
        }
        int orders =
            Grants.with(
                runnable.test(),
                NEWEST,
                grants -> {
                  Orders all = new Orders(grants);
                  all.walk(grants.start(), 0);
                  if (all.count <= ORDERS_MAX) {
                    assertThat(ends(grants, schedules.all())).as(test.name()).isEqualTo(all.ends);
                  }
                  return all.count;
                });
        compared += orders <= ORDERS_MAX ? 1 : 0;
        saved += orders > schedules.all().size() ? 1 : 0;
      } catch (Machine.OutOfModel notCovered) {
        // then it has no schedules
      }
    }
    assertThat(compared).as("tests compared").isGreaterThan(500);
    assertThat(saved).as("tests with fewer schedules than orders").isGreaterThan(20);
  }

  private static LitmusTest carried(String name) {
    LitmusTest test =
        Library.tests().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    return ((Carried.Runnable) Carriers.carry(test)).test();
  }

  private static Set<Node> ends(Grants grants, List<List<Integer>> schedules) {
    Set<Node> ends = new LinkedHashSet<>();
    for (List<Integer> schedule : schedules) {
      Set<Node> states = grants.start();
      for (int thread : schedule) {
        states = grants.grant(states, thread);
      }
      ends.addAll(states);
    }
    return ends;
  }

  /** All orders, one after the other; a set of states that was met before leads nowhere new. */
  private static final class Orders {
    private final Grants grants;
    private final Set<Node> ends = new LinkedHashSet<>();
    private final Set<Set<Node>> met = new HashSet<>();
    private int count;

    Orders(Grants grants) {
      this.grants = grants;
    }

    void walk(Set<Node> from, int depth) {
      if (count > ORDERS_MAX || !met.add(Set.copyOf(from))) {
        return;
      }
      boolean any = false;
      for (int t = 0; t < grants.program().threads().size(); t++) {
        int thread = t;
        if (from.stream().anyMatch(node -> grants.begins(node, thread))) {
          any = true;
          count++;
          walk(grants.grant(from, thread), depth + 1);
        }
      }
      if (!any) {
        ends.addAll(from);
      }
    }
  }
}
