package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Options.Granularity;
import cowherd.explore.Options.Symmetry;
import cowherd.explore.RandomTests.Generated;
import cowherd.explore.RandomTests.Shape;
import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.machine.Canonical;
import cowherd.machine.Recount;
import cowherd.machine.State;
import cowherd.operation.PropertyName;
import cowherd.property.Properties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What the engine leaves out does not matter: on random small tests, frame symmetry changes neither
 * verdict nor broken conditions nor outcomes nor costs nor the length of shortest runs, and its
 * states stand for exactly the states of the search without it. Also: the machine never breaks, its
 * counters are exact in every state, invariants hold on every kernel that claims them, nobody waits
 * for ever without a reason, and without references every kernel shows a program {@link
 * IdealMemory}.
 *
 * <p>{@code -Dcowherd.random.tests=N} asks for more tests, {@code -Dcowherd.random.seed=S} begins
 * elsewhere, {@code -Dcowherd.random.states=N} allows larger ones.
 */
class ReductionTest {
  private static final int TESTS = Integer.getInteger("cowherd.random.tests", 2000);
  private static final long SEED = Long.getLong("cowherd.random.seed", 0);

  /** Most states of a test with frame symmetry; a larger one is left out. */
  private static final int STATES_MAX = Integer.getInteger("cowherd.random.states", 800);

  /** Most states of a test without frame symmetry, for each one with it. */
  private static final int UNREDUCED_FACTOR = 6;

  private static final int THREADS = 2;
  private static final int BLOCK = 256;
  private static final int FAILURES_SHOWN = 3;

  private static final Bounds BOUNDS =
      new Bounds(STATES_MAX, Long.MAX_VALUE / 4, Duration.ofDays(1), () -> false);

  private static final int INVARIANTS = 0xff << Properties.INVARIANTS;

  private static final List<String> KERNELS_THAT_DIFFER =
      List.of(
          "v5.7",
          "v5.8",
          "v5.9",
          "v5.11",
          "v5.18",
          "unshare-v1-mapcount",
          "v5.19",
          "v6.0",
          "v6.2",
          "v6.3",
          "v6.12");

  // ---- the tests

  @Test
  void frameSymmetryIsSound() {
    run(TESTS, seed -> checkSymmetry(RandomTests.of(seed, Shape.ANYTHING), false));
  }

  @Test
  void orbitsAddUpToTheUnreducedStates() {
    run(TESTS / 4, seed -> checkSymmetry(RandomTests.of(seed, Shape.EMPTY), true));
  }

  @Test
  void withoutReferencesEveryKernelShowsMemoryWithoutPages() {
    run(TESTS / 4, ReductionTest::checkMemory);
  }

  @Test
  void aRunAtTheGranularityOfCallsIsARun() {
    run(TESTS / 4, ReductionTest::checkCalls);
  }

  @Test
  void aCheckIsTheSameInEveryThreadAndItsWitnessIsARun() {
    run(TESTS / 8, ReductionTest::checkWitness);
  }

  // ---- seeds and threads

  /**
   * Runs a check on seeds until enough tests were small enough.
   *
   * @param check nothing when the test is too large, an empty string when it passes
   */
  private static void run(int tests, Function<Long, Optional<String>> check) {
    List<String> failures = new ArrayList<>();
    int accepted = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (long seed = SEED; accepted < tests && failures.isEmpty(); seed += BLOCK) {
        List<Future<Optional<String>>> block = new ArrayList<>();
        for (long s = seed; s < seed + BLOCK; s++) {
          long one = s;
          block.add(threads.submit(() -> check.apply(one)));
        }
        for (Future<Optional<String>> future : block) {
          Optional<String> result = future.get();
          accepted += result.isPresent() ? 1 : 0;
          result.filter(text -> !text.isEmpty()).ifPresent(failures::add);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    assertThat(failures.stream().limit(FAILURES_SHOWN).toList())
        .as(failures.size() + " failures")
        .isEmpty();
  }

  private static String failure(Generated test, String why) {
    return why + "\n" + test;
  }

  // ---- frame symmetry

  private static Optional<String> checkSymmetry(Generated generated, boolean orbits) {
    LitmusTest test = Tests.parse(generated.text());
    Kernel kernel = Tests.kernel(generated.kernel());
    try {
      Exploration whole = Search.run(test, kernel, Options.DEFAULT, BOUNDS);
      // a run that leaves the model ends the search: then nothing is counted completely
      if (whole.stopped().isPresent() || whole.outOfModel().isPresent()) {
        return Optional.empty();
      }
      Sizes tight = Sizes.usedBy(whole);
      while (tooTight(test, kernel, tight)) {
        tight = new Sizes(tight.frames + 1, tight.entries + 1);
      }
      Exploration reduced = explore(test, kernel, Symmetry.FRAMES, tight, true);
      if (reduced.orbitSum() > (long) STATES_MAX * UNREDUCED_FACTOR) {
        return Optional.empty();
      }
      Exploration any = explore(test, kernel, Symmetry.ANY_FREE_FRAME, tight, false);
      Exploration none = explore(test, kernel, Symmetry.NONE, tight, false);
      Judged judged = Judged.of(reduced);
      String wrong = machineIsSound(generated, reduced, judged);
      wrong += differ("more frames", judged, Judged.of(whole));
      wrong += differ("any free frame", judged, Judged.of(any));
      wrong += differ("no renaming", judged, Judged.of(none));
      wrong += sameStates(reduced, any);
      if (orbits && reduced.orbitSum() != any.store().size()) {
        wrong += "orbits: " + reduced.orbitSum() + ", states: " + any.store().size();
      }
      return Optional.of(wrong.isEmpty() ? "" : failure(generated, wrong));
    } catch (RuntimeException e) {
      return Optional.of(
          failure(generated, e + " at " + List.of(e.getStackTrace()).stream().limit(3).toList()));
    }
  }

  private static String differ(String what, Judged expected, Judged found) {
    return expected.equals(found) ? "" : what + " differs:\n  " + expected + "\n  " + found + "\n";
  }

  /** Frames and swap entries that a layout has. */
  private record Sizes(int frames, int entries) {
    /** As few as the states of an exploration have in use at once. */
    static Sizes usedBy(Exploration e) {
      State s = e.machine().state();
      int files = s.layout().shape().files();
      int frames = 1;
      int entries = 0;
      for (int number = 0; number < e.store().size(); number++) {
        s.load(e.store().chunk(number), e.store().offset(number));
        int used = 0;
        for (int f = files + 1; f <= s.layout().shape().frames(); f++) {
          used += s.frameFlags(f) != 0 ? 1 : 0;
        }
        frames = Math.max(frames, used);
        used = 0;
        for (int entry = 1; entry <= s.layout().shape().entries(); entry++) {
          used += s.entryFree(entry) ? 0 : 1;
        }
        entries = Math.max(entries, used);
      }
      return new Sizes(frames, entries);
    }
  }

  /** Whether a step needs more frames for a moment than any state has: a collapse does. */
  private static boolean tooTight(LitmusTest test, Kernel kernel, Sizes sizes) {
    try {
      explore(test, kernel, Symmetry.FRAMES, sizes, false);
      return false;
    } catch (State.OutOfFrames e) {
      return true;
    }
  }

  /** With these sizes. */
  private static Exploration explore(
      LitmusTest test, Kernel kernel, Symmetry symmetry, Sizes sizes, boolean orbits) {
    Options options = new Options(symmetry, Granularity.STEPS, Options.PIN_BIAS_DEFAULT);
    return Search.run(
        test, kernel, options, Bounds.defaults(), sizes.frames, sizes.entries, orbits);
  }

  /** The unreduced states, renamed, are exactly the reduced ones. */
  private static String sameStates(Exploration reduced, Exploration any) {
    State s = any.machine().state();
    Canonical canonical = new Canonical(s.layout());
    StateStore states = reduced.store();
    int all = states.size();
    java.util.BitSet met = new java.util.BitSet();
    for (int number = 0; number < any.store().size(); number++) {
      s.load(any.store().chunk(number), any.store().offset(number));
      canonical.rename(s);
      int found = states.add(s.bytes());
      if (found >= 0) {
        return "a state of the unreduced search, renamed, is none of the reduced one\n";
      }
      met.set(~found);
    }
    return met.cardinality() == all
        ? ""
        : "the unreduced search lacks " + (all - met.cardinality()) + " states\n";
  }

  // ---- the machine

  private static String machineIsSound(Generated generated, Exploration e, Judged judged) {
    String wrong = counters(e);
    if ((judged.broken() & INVARIANTS) != 0) {
      wrong += "invariants: " + new Conditions(e.test()).of(judged.broken() & INVARIANTS) + "\n";
    }
    if ((judged.broken() >> PropertyName.NO_USE_AFTER_FREE.ordinal() & 1) != 0) {
      wrong += "no-use-after-free is broken\n";
    }
    if (judged.hangs() && !generated.waits()) {
      wrong += "hangs, and nobody has a reason to wait\n";
    }
    return wrong;
  }

  private static String counters(Exploration e) {
    State s = e.machine().state();
    Recount recount = new Recount(s.layout());
    for (int number = 0; number < e.store().size(); number++) {
      s.load(e.store().chunk(number), e.store().offset(number));
      String wrong = recount.check(s);
      if (!wrong.isEmpty()) {
        return wrong + "\n";
      }
    }
    return "";
  }

  // ---- kernels

  /**
   * Without references the outcomes are those of memory without pages: on one page exactly, on two
   * a subset (whether a store may fall between the pages of a fork depends on the page tables).
   */
  private static Optional<String> checkMemory(long seed) {
    Generated generated = RandomTests.of(seed, Shape.NO_REFERENCES);
    LitmusTest test = Tests.parse(generated.text());
    try {
      Set<String> ideal = IdealMemory.outcomes(test.program());
      for (String kernel : KERNELS_THAT_DIFFER) {
        Exploration e = Search.run(test, Tests.kernel(kernel), Options.DEFAULT, BOUNDS);
        if (e.stopped().isPresent()) {
          return Optional.empty();
        }
        int broken = Judged.broken(e);
        if (broken != 0) {
          return Optional.of(
              failure(generated, kernel + " breaks " + new Conditions(test).of(broken)));
        }
        Set<String> outcomes = Outcomes.asLoaded(e);
        boolean onePage = test.program().pages() == 1;
        if (!ideal.containsAll(outcomes) || (onePage && !outcomes.containsAll(ideal))) {
          return Optional.of(
              failure(generated, kernel + " differs:\n  " + outcomes + "\n  ideal " + ideal));
        }
      }
      return Optional.of("");
    } catch (RuntimeException e) {
      return Optional.of(failure(generated, e + " at " + List.of(e.getStackTrace()).subList(0, 3)));
    }
  }

  // ---- calls

  private static Optional<String> checkCalls(long seed) {
    Generated generated = RandomTests.of(seed, Shape.ANYTHING);
    LitmusTest test = Tests.parse(generated.text());
    Kernel kernel = Tests.kernel(generated.kernel());
    Exploration steps = Search.run(test, kernel, Options.DEFAULT, BOUNDS);
    if (steps.stopped().isPresent() || steps.outOfModel().isPresent()) {
      return Optional.empty();
    }
    Options byCalls = new Options(Symmetry.FRAMES, Granularity.CALLS, Options.PIN_BIAS_DEFAULT);
    Exploration calls = Search.run(test, kernel, byCalls, BOUNDS);
    Judged judged = Judged.of(steps);
    int more = Judged.broken(calls) & ~judged.broken();
    boolean fewerOutcomes = judged.outcomes().containsAll(Outcomes.of(calls));
    String wrong = more != 0 ? "calls break " + new Conditions(test).of(more) + "\n" : "";
    wrong += fewerOutcomes ? "" : "calls have more outcomes\n";
    wrong += Judged.of(calls).hangs() && !judged.hangs() ? "only calls hang\n" : "";
    return Optional.of(wrong.isEmpty() ? "" : failure(generated, wrong));
  }

  // ---- witnesses

  private static Optional<String> checkWitness(long seed) {
    Generated generated = RandomTests.of(seed, Shape.ANYTHING);
    LitmusTest test = Tests.parse(generated.text());
    Kernel kernel = Tests.kernel(generated.kernel());
    CheckResult result = Checker.check(test, kernel, Options.DEFAULT, BOUNDS);
    if (!result.reason().isEmpty()) {
      return Optional.empty();
    }
    CheckResult again = Checker.check(test, kernel, Options.DEFAULT, BOUNDS);
    if (!told(result).equals(told(again))) {
      return Optional.of(failure(generated, "differs: " + told(result) + "\n" + told(again)));
    }
    if (result.witness().isPresent()) {
      Trace trace = Replay.trace(test, kernel, Options.DEFAULT, result.witness().get());
      boolean hangs = result.hang().isPresent();
      boolean shown =
          hangs
              || (!trace.steps().isEmpty()
                  && trace.steps().getLast().broken().contains(result.broken().getFirst()));
      if (!shown) {
        return Optional.of(failure(generated, "the witness does not break " + result.broken()));
      }
    }
    return Optional.of("");
  }

  private static List<Object> told(CheckResult r) {
    return List.of(
        r.verdict(),
        r.broken(),
        r.hang(),
        r.witness(),
        r.inRace(),
        r.states(),
        r.transitions(),
        r.levels(),
        r.costs());
  }
}
