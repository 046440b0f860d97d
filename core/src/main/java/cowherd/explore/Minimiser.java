package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Leaves out what a violation or a hang does not need: call by call, the last ones first, as long
 * as the same condition is still broken (or the test still hangs), until no single call can go.
 * Every step is a whole check, so the result is checked again by construction.
 */
public final class Minimiser {
  /**
   * A smaller program that shows the same.
   *
   * @param removed source texts of the calls that are not needed, in the order of the test
   * @param result the check of what is left; its witness is a shortest run
   */
  public record Minimised(List<String> removed, CheckResult result) {
    public Minimised {
      removed = List.copyOf(removed);
    }
  }

  private final Kernel kernel;
  private final Options options;
  private final Bounds bounds;
  private final Verdict verdict;
  private final Optional<String> condition;

  private Minimiser(CheckResult result, Options options, Bounds bounds) {
    this.kernel = result.kernel();
    this.options = options;
    this.bounds = bounds;
    this.verdict = result.verdict();
    this.condition = result.broken().stream().findFirst().map(Condition::text);
  }

  /**
   * Minimises the test of a result.
   *
   * @param result a violation with a broken condition, or a hang
   * @return nothing for other verdicts
   */
  public static Optional<Minimised> minimise(CheckResult result, Options options, Bounds bounds) {
    boolean possible =
        result.verdict() == Verdict.HANGS
            || result.verdict() == Verdict.VIOLATED && !result.broken().isEmpty();
    return possible
        ? Optional.of(new Minimiser(result, options, bounds).run(result))
        : Optional.empty();
  }

  private record Place(int thread, int index) {}

  private Minimised run(CheckResult result) {
    Set<Place> removed = new HashSet<>();
    LitmusTest test = result.test();
    List<Place> calls = calls(test.program());
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (Place place : calls.reversed()) {
        if (removed.contains(place)) {
          continue;
        }
        removed.add(place);
        LitmusTest candidate = without(test, removed);
        if (callsInEveryLoop(candidate.program()) && stillShows(candidate)) {
          smaller = true;
        } else {
          removed.remove(place);
        }
      }
    }
    List<String> texts = new ArrayList<>();
    for (Place place : calls) {
      if (removed.contains(place)) {
        texts.add(test.program().threads().get(place.thread).code().get(place.index).text());
      }
    }
    CheckResult recheck = Checker.check(without(test, removed), kernel, options, bounds);
    return new Minimised(texts, recheck);
  }

  private boolean stillShows(LitmusTest test) {
    CheckResult result = Checker.verdict(test, kernel, options, bounds);
    return result.verdict() == verdict
        && (verdict == Verdict.HANGS
            || condition.isEmpty()
            || result.broken().stream().anyMatch(c -> c.text().equals(condition.get())));
  }

  /**
   * Whether every loop of every thread still calls, loads or stores: a loop must not only compute.
   */
  private static boolean callsInEveryLoop(Program program) {
    return program.threads().stream().allMatch(t -> callsInEveryLoop(t.code()));
  }

  private static boolean callsInEveryLoop(List<Instruction> code) {
    // a loop of local instructions is as long as the code at most
    Set<Integer> reached = new HashSet<>();
    for (int i = 0; i < code.size(); i++) {
      reached.add(i);
    }
    for (int step = 0; step <= code.size() && !reached.isEmpty(); step++) {
      Set<Integer> next = new HashSet<>();
      for (int i : reached) {
        Instruction at = code.get(i);
        switch (at.op()) {
          case JUMP -> next.add(at.flags());
          case BRANCH_UNLESS -> {
            next.add(at.flags());
            next.add(i + 1);
          }
          case ASSIGN -> next.add(i + 1);
          default -> {}
        }
      }
      reached = next;
    }
    return reached.isEmpty();
  }

  private static List<Place> calls(Program program) {
    List<Place> calls = new ArrayList<>();
    for (int t = 0; t < program.threads().size(); t++) {
      List<Instruction> code = program.threads().get(t).code();
      for (int i = 0; i < code.size(); i++) {
        if (!code.get(i).isLocal()) {
          calls.add(new Place(t, i));
        }
      }
    }
    return calls;
  }

  /** The test with some calls replaced by nothing; the numbers of the others stay. */
  private static LitmusTest without(LitmusTest test, Set<Place> removed) {
    Program p = test.program();
    List<ThreadInfo> threads = new ArrayList<>();
    for (int t = 0; t < p.threads().size(); t++) {
      ThreadInfo info = p.threads().get(t);
      List<Instruction> code = new ArrayList<>(info.code());
      for (int i = 0; i < code.size(); i++) {
        if (removed.contains(new Place(t, i))) {
          code.set(i, nothing(code.get(i), i + 1));
        }
      }
      threads.add(info.withCode(code));
    }
    return test.withProgram(p.withThreads(threads));
  }

  private static Instruction nothing(Instruction i, int next) {
    return new Instruction(
        Op.JUMP,
        Instruction.NONE,
        Instruction.NONE,
        Instruction.NONE,
        0,
        Instruction.NONE,
        Instruction.NONE,
        Instruction.NONE,
        Instruction.NONE,
        next,
        Instruction.NONE,
        i.value(),
        false,
        "",
        i.line());
  }
}
