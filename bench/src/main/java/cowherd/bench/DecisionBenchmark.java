package cowherd.bench;

import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.Fact;
import cowherd.kernel.Facts;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which rule decides a write fault on a read-only page: what do_wp_page asks. The facts come out of
 * an array here, so that the figure is that of the compiled rules alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecisionBenchmark {
  /** By mapcount, by refcount, by PageAnonExclusive. */
  @Param({"v5.7", "v5.9", "v6.2"})
  public String kernelName = "v5.7";

  private final Values shared = new Values();
  private final Values exclusive = new Values();
  private Decision rules = Fixture.kernel("v5.7").decision(DecisionPoint.WP_FAULT);
  private boolean turn;

  /** Facts out of an array. */
  private static final class Values implements Facts {
    private final int[] values = new int[Fact.values().length];

    void put(Fact fact, int value) {
      values[fact.ordinal()] = value;
    }

    @Override
    public int value(int fact) {
      return values[fact];
    }
  }

  /** A store to a page of two mappers, and to a page of one. */
  @Setup
  public void prepare() {
    rules = Fixture.kernel(kernelName).decision(DecisionPoint.WP_FAULT);
    for (Values facts : new Values[] {shared, exclusive}) {
      facts.put(Fact.WRITE, 1);
      facts.put(Fact.ANON, 1);
      facts.put(Fact.VMA_WRITE, 1);
      facts.put(Fact.COW_MAPPING, 1);
      facts.put(Fact.USER_MODE, 1);
      facts.put(Fact.MAY_WAIT, 1);
    }
    shared.put(Fact.MAPCOUNT, 2);
    shared.put(Fact.REFCOUNT, 2);
    exclusive.put(Fact.MAPCOUNT, 1);
    exclusive.put(Fact.REFCOUNT, 1);
    exclusive.put(Fact.EXCLUSIVE, 1);
  }

  /** The rule that fires, in turn for a shared page and for one of its own. */
  @Benchmark
  public int first() {
    turn = !turn;
    return rules.first(turn ? shared : exclusive, 0);
  }
}
