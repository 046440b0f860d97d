package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Costs;
import cowherd.explore.Graded;
import cowherd.explore.Grader;
import cowherd.explore.Hang;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs of {@code check} with made-up results. */
final class MadeUp {
  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();
  private static final long NANOS = 1_234_000_000L;

  private MadeUp() {}

  /** A test with a name, a story, and expectations. */
  static LitmusTest test(String file, String name, String story, String expectations) {
    String text =
        "litmus "
            + name
            + "\n  \""
            + story
            + "\"\n\nanon x = 1;\n\nprocess A { r = load(x); }\n\n"
            + "never (A.r == 2)  \"a value that <nobody> stored & \\\"kept\\\"\";\n\n"
                .replace("\\\"", "'")
            + expectations
            + "\n";
    LitmusParser.Result result = LitmusParser.parse(file, text);
    if (!result.isSound()) {
      throw new IllegalArgumentException(result.diagnostics().render());
    }
    return result.tests().getFirst();
  }

  static KernelColumn column(String name) {
    return new KernelColumn(name, LIBRARY.get(name), name, "");
  }

  /** All kernels: the releases, then the others. */
  static List<KernelColumn> kernels() {
    List<String> names = new ArrayList<>(LIBRARY.releases());
    LIBRARY.names().stream().filter(name -> !names.contains(name)).forEach(names::add);
    return names.stream().map(MadeUp::column).toList();
  }

  /** A result as a check would find it. */
  static CheckResult result(LitmusTest test, Kernel kernel, Verdict verdict, String reason) {
    boolean violated = verdict == Verdict.VIOLATED;
    Condition condition =
        new Condition(
            16,
            "never",
            test.assertions().getFirst().text(),
            test.assertions().getFirst().because());
    Hang hang = new Hang(false, List.of("A waits"), "A waits for a signal, and nobody can end it");
    Costs.Range two = new Costs.Range(0, 2);
    return new CheckResult(
        test,
        kernel,
        verdict,
        violated ? List.of(condition) : List.of(),
        List.of(),
        verdict == Verdict.HANGS ? Optional.of(hang) : Optional.empty(),
        Optional.empty(),
        false,
        reason,
        10,
        12,
        5,
        verdict == Verdict.HOLDS
            ? Optional.of(new Costs(two, two, two, new Costs.Range(1, Costs.UNBOUNDED), two))
            : Optional.empty(),
        List.of(),
        NANOS);
  }

  static CheckCell cell(CheckResult result) {
    Graded graded = Grader.of(result.test(), LIBRARY, Set.of()).grade(result);
    boolean bad = result.verdict() == Verdict.VIOLATED || result.verdict() == Verdict.HANGS;
    List<WitnessCall> witness =
        bad
            ? List.of(
                new WitnessCall("A", "fork(B)", true, true),
                new WitnessCall("A.t", "r = load(x)", true, false),
                new WitnessCall("B", "x = 2", true, true),
                new WitnessCall("A.t", "r = load(x)", false, true))
            : List.of();
    return new CheckCell(graded, witness);
  }

  /** One verdict for each test and kernel. */
  interface Verdicts {
    Verdict of(LitmusTest test, Kernel kernel);
  }

  static CheckRun run(List<LitmusTest> tests, List<KernelColumn> kernels, Verdicts verdicts) {
    List<CheckCell> cells = new ArrayList<>();
    for (LitmusTest test : tests) {
      for (KernelColumn kernel : kernels) {
        Verdict verdict = verdicts.of(test, kernel.kernel());
        cells.add(cell(result(test, kernel.kernel(), verdict, reason(verdict))));
      }
    }
    return new CheckRun(tests, kernels, cells, NANOS);
  }

  private static String reason(Verdict verdict) {
    return switch (verdict) {
      case UNKNOWN -> "--max-states 10";
      case OUT_OF_MODEL -> "huge pages";
      case HOLDS, VIOLATED, HANGS, UNDEFINED -> "";
    };
  }

  /** A run with every verdict and every grade. */
  static CheckRun everything() {
    List<LitmusTest> tests =
        List.of(
            test(
                "seeds/a.litmus",
                "alpha-takes-a-page-over",
                "A story of a takeover that everybody can follow",
                "expect violated on v5.7;\nexpect holds elsewhere;"),
            test(
                "seeds/b.litmus",
                "beta",
                "It waits",
                "expect hangs on v5.8;\nexpect holds elsewhere;"),
            test(
                "seeds/c.litmus",
                "gamma",
                "Nobody knows",
                "expect undefined on v5.9..;\nexpect holds on v5.7..v5.8;"),
            test("seeds/d.litmus", "delta", "It is outside", "expect out-of-model on v5.7..;"),
            test("seeds/e.litmus", "epsilon", "It is too large", "expect holds elsewhere;"));
    return run(tests, kernels(), MadeUp::verdict);
  }

  private static Verdict verdict(LitmusTest test, Kernel kernel) {
    String k = kernel.name();
    return switch (test.name()) {
      case "alpha-takes-a-page-over" ->
          Set.of("v5.7", "peterx-v1", "peterx-v2").contains(k) ? Verdict.VIOLATED : Verdict.HOLDS;
      case "beta" -> Set.of("v5.8", "v6.1").contains(k) ? Verdict.HANGS : Verdict.HOLDS;
      case "gamma" -> kernel.release() && k.startsWith("v6") ? Verdict.VIOLATED : Verdict.HOLDS;
      case "delta" -> Verdict.OUT_OF_MODEL;
      default -> k.equals("v5.18") ? Verdict.UNKNOWN : Verdict.HOLDS;
    };
  }
}
