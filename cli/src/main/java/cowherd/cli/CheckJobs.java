package cowherd.cli;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Graded;
import cowherd.explore.Grader;
import cowherd.explore.Options;
import cowherd.explore.Replay;
import cowherd.explore.Run;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import cowherd.report.CallSpan;
import cowherd.report.CheckCell;
import cowherd.report.CheckReport;
import cowherd.report.KernelColumn;
import cowherd.report.WitnessCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * Checks every test on every kernel. The results do not depend on the number of threads: each
 * search has the bounds that the user gave, and one that reaches its share of the memory while
 * others run beside it runs again alone, with all of it.
 */
final class CheckJobs {
  private static final long TICK_MS = 100;
  private static final String HEAP = "the Java heap (COWHERD_JAVA_OPTS=-Xmx16g gives it more)";

  /**
   * What to check.
   *
   * @param tests the tests
   * @param graders the grader of each test
   * @param kernels the kernels
   */
  record Work(List<LitmusTest> tests, List<Grader> graders, List<KernelColumn> kernels) {}

  /**
   * How to check.
   *
   * @param search options, and the bounds of a search that runs alone
   * @param threads at least 1
   * @param allRuns whether runs are wanted of results that are as expected, too
   */
  record Setup(SearchOptions search, int threads, boolean allRuns) {
    Options options() {
      return search.options();
    }

    Bounds bounds() {
      return search.bounds();
    }
  }

  /**
   * What came out.
   *
   * @param cells test by test, one for each kernel
   * @param internalErrors mistakes of Cowherd, a line each
   */
  record Outcome(List<CheckCell> cells, List<String> internalErrors) {}

  private final Work work;
  private final Setup setup;
  private final int total;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicReferenceArray<CheckCell> cells;
  private final AtomicReferenceArray<String> errors;

  private CheckJobs(Work work, Setup setup) {
    this.work = work;
    this.setup = setup;
    this.total = work.tests().size() * work.kernels().size();
    this.cells = new AtomicReferenceArray<>(Math.max(1, total));
    this.errors = new AtomicReferenceArray<>(Math.max(1, total));
  }

  static Outcome run(Work work, Setup setup, Progress progress) {
    CheckJobs jobs = new CheckJobs(work, setup);
    jobs.runAll(progress);
    return jobs.outcome();
  }

  private void runAll(Progress progress) {
    int threads = Math.min(setup.threads(), Math.max(1, total));
    Bounds share = share(threads);
    if (threads == 1 && total == 1) {
      check(0, share);
    } else {
      runOnThreads(threads, share, progress);
    }
    if (share.memoryBytes() < setup.bounds().memoryBytes()) {
      IntStream.range(0, total).filter(this::ranOutOfMemory).forEach(this::checkAlone);
    }
    progress.end();
  }

  private Bounds share(int threads) {
    long share = Math.min(setup.bounds().memoryBytes(), Bounds.defaults().memoryBytes() / threads);
    return new Bounds(
        setup.bounds().states(), share, setup.bounds().time(), setup.bounds().interrupted());
  }

  private void runOnThreads(int threads, Bounds share, Progress progress) {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread worker = new Thread(() -> workOff(share), "cowherd-check-" + i);
      worker.setDaemon(true);
      worker.start();
      workers.add(worker);
    }
    try {
      for (Thread worker : workers) {
        while (!worker.join(Duration.ofMillis(TICK_MS))) {
          progress.show(done.get(), total, title(Math.min(next.get(), total) - 1));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("CheckJobs.runOnThreads: nobody interrupts this thread", e);
    }
  }

  private void workOff(Bounds share) {
    for (int i = next.getAndIncrement(); i < total; i = next.getAndIncrement()) {
      check(i, share);
      done.getAndIncrement();
    }
  }

  private LitmusTest test(int cell) {
    return work.tests().get(cell / work.kernels().size());
  }

  private KernelColumn kernel(int cell) {
    return work.kernels().get(cell % work.kernels().size());
  }

  private String title(int cell) {
    return cell < 0 ? "" : test(cell).name() + " on " + kernel(cell).label();
  }

  private void checkAlone(int cell) {
    check(cell, setup.bounds());
  }

  private void check(int cell, Bounds bounds) {
    Grader grader = work.graders().get(cell / work.kernels().size());
    CheckCell checked;
    if (bounds.interrupted().getAsBoolean()) {
      checked = new CheckCell(grader.grade(unknown(cell, "interrupted")), List.of());
    } else {
      try {
        checked = checked(cell, grader, bounds);
      } catch (OutOfMemoryError e) {
        checked = new CheckCell(grader.grade(unknown(cell, HEAP)), List.of());
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        String reason = "internal error: " + InternalErrors.message(e);
        checked = new CheckCell(grader.grade(unknown(cell, reason)), List.of());
        errors.set(cell, internalError(cell, e));
      }
    }
    cells.set(cell, checked);
  }

  private CheckCell checked(int cell, Grader grader, Bounds bounds) {
    CheckResult result = Checker.check(test(cell), kernel(cell).kernel(), setup.options(), bounds);
    Graded graded = grader.grade(result);
    boolean wanted = setup.allRuns() || CheckReport.tellsRun(graded);
    return new CheckCell(
        graded,
        result.witness().filter(run -> wanted).map(run -> told(cell, run)).orElse(List.of()));
  }

  private List<WitnessCall> told(int cell, Run run) {
    if (setup.options().granularity() == Options.Granularity.CALLS) {
      return List.of(); // a replay tells atomic steps
    }
    LitmusTest test = test(cell);
    return WitnessCall.of(
        CallSpan.of(
            test.program(), Replay.trace(test, kernel(cell).kernel(), setup.options(), run)));
  }

  private boolean ranOutOfMemory(int cell) {
    String reason = cells.get(cell).graded().result().reason();
    return reason.startsWith("--max-memory") || reason.startsWith("the Java heap");
  }

  private CheckResult unknown(int cell, String reason) {
    return new CheckResult(
        test(cell),
        kernel(cell).kernel(),
        Verdict.UNKNOWN,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        reason,
        0,
        0,
        0,
        Optional.empty(),
        test(cell).program().actors().stream()
            .map(actor -> actor.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList(),
        0);
  }

  private String internalError(int cell, Throwable error) {
    List<InternalErrors.Section> sections =
        List.of(
            InternalErrors.Section.of(test(cell)),
            InternalErrors.Section.of(kernel(cell).kernel()));
    String command = "check " + title(cell) + "; " + setup.search();
    return InternalErrors.line(
        " in " + title(cell), InternalErrors.write(command, sections, error), error);
  }

  private Outcome outcome() {
    List<CheckCell> all = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int cell = 0; cell < total; cell++) {
      all.add(cells.get(cell));
      Optional.ofNullable(errors.get(cell)).ifPresent(lines::add);
    }
    return new Outcome(all, lines);
  }
}
