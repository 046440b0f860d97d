package cowherd.bench;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
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

/** One exhaustive verdict of a two-process test of five calls. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class VerdictBenchmark {
  /** Before, between and after the changes of the rules. */
  @Param({"v5.7", "v5.9", "v6.2"})
  public String kernelName = "v5.7";

  private final LitmusTest test = Fixture.test();
  private Kernel kernel = Fixture.kernel("v5.7");

  /** Resolves the kernel. */
  @Setup
  public void resolve() {
    kernel = Fixture.kernel(kernelName);
  }

  /** The verdict alone. */
  @Benchmark
  public CheckResult verdict() {
    return Checker.verdict(test, kernel, Options.DEFAULT, Bounds.defaults());
  }

  /** With witness, granularity and costs. */
  @Benchmark
  public CheckResult check() {
    return Checker.check(test, kernel, Options.DEFAULT, Bounds.defaults());
  }
}
