package cowherd.explore;

import cowherd.bench.Fixture;
import cowherd.machine.Canonical;
import cowherd.operation.Machine;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The inner loop of the search, one transition an invocation, over all transitions of a small state
 * space in turn: a state is loaded, an actor steps, frames are renamed, the result is looked up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmark {
  private final Exploration explored =
      Search.run(Fixture.test(), Fixture.kernel("v5.9"), Options.DEFAULT, Bounds.defaults());
  private final Machine machine = explored.machine();
  private final StateStore store = explored.store();
  private final Canonical canonical = new Canonical(machine.state().layout());
  private final int[] sources = sources(explored.graph());
  private int next;

  private static int[] sources(Graph graph) {
    int[] sources = new int[graph.edges()];
    for (int state = 0; state < graph.states(); state++) {
      for (int edge = graph.first(state); edge < graph.end(state); edge++) {
        sources[edge] = state;
      }
    }
    return sources;
  }

  private int following() {
    int edge = next;
    next = edge + 1 == sources.length ? 0 : edge + 1;
    return edge;
  }

  /** Loading a state alone: what the other figure contains besides. */
  @Benchmark
  public byte load() {
    int source = sources[following()];
    machine.state().load(store.chunk(source), store.offset(source));
    return machine.state().bytes()[0];
  }

  /** Load, step, rename, look up. */
  @Benchmark
  public int transition() {
    int edge = following();
    int source = sources[edge];
    int information = explored.graph().info(edge);
    machine.state().load(store.chunk(source), store.offset(source));
    machine.step(
        information & Graph.ACTOR_MASK, information >> Graph.CHOICE_SHIFT & Graph.CHOICE_MASK);
    canonical.rename(machine.state());
    return store.add(machine.state().bytes());
  }
}
