package cowherd.report;

import cowherd.explore.Condition;
import cowherd.explore.Graded;
import cowherd.litmus.Verdict;
import java.util.stream.Collectors;

/**
 * A run of {@code check} as KTAP, the format of the kernel's own test suites: a test for each
 * litmus test, a subtest for each kernel. What is outside the model or undefined is skipped, what
 * is not known has timed out.
 */
public final class KtapReport {
  private final StringBuilder out = new StringBuilder();

  private KtapReport() {}

  /** The whole output. */
  public static String text(CheckRun run) {
    KtapReport report = new KtapReport();
    report.out.append("KTAP version 1\n1..").append(run.tests().size()).append('\n');
    for (int test = 0; test < run.tests().size(); test++) {
      report.test(run, test);
    }
    return report.out.toString();
  }

  private void test(CheckRun run, int test) {
    out.append("  KTAP version 1\n  # Subtest: ").append(name(run.label(test))).append('\n');
    out.append("  1..").append(run.kernels().size()).append('\n');
    boolean ok = true;
    for (int k = 0; k < run.kernels().size(); k++) {
      Graded graded = run.cell(test, k).graded();
      boolean cellOk = isOk(graded) && run.cell(test, k).contradictions().isEmpty();
      ok &= cellOk;
      diagnosis(run.cell(test, k));
      out.append("  ").append(cellOk ? "ok " : "not ok ").append(k + 1).append(' ');
      out.append(name(run.kernels().get(k).label())).append(directive(graded)).append('\n');
    }
    out.append(ok ? "ok " : "not ok ").append(test + 1).append(' ');
    out.append(name(run.label(test))).append('\n');
  }

  private void diagnosis(CheckCell cell) {
    Graded graded = cell.graded();
    cell.contradictions().forEach(observed -> line(Words.contradiction(observed)));
    if (!Words.isWrong(graded)) {
      return;
    }
    graded
        .expectation()
        .ifPresent(e -> line("expected " + Words.expected(e) + ", got " + Words.got(graded)));
    graded.result().hang().ifPresent(hang -> line(hang.sentence()));
    String broken =
        graded.result().broken().stream().map(Condition::text).collect(Collectors.joining(", "));
    if (!broken.isEmpty()) {
      line("breaks " + broken);
    }
    if (!cell.witness().isEmpty()) {
      line("run: " + WitnessCall.line(cell.witness()));
    }
  }

  private void line(String text) {
    out.append("  # ").append(Lines.visible(text)).append('\n');
  }

  private static boolean isOk(Graded graded) {
    return switch (graded.grade()) {
      case AS_EXPECTED, UNDEFINED, OUT_OF_MODEL -> true;
      case NO_EXPECTATION -> graded.result().verdict() == Verdict.HOLDS;
      case NOT_AS_EXPECTED, UNKNOWN -> false;
    };
  }

  private static String directive(Graded graded) {
    String reason = " " + Lines.visible(graded.result().reason());
    return switch (graded.grade()) {
      case UNDEFINED -> " # SKIP nobody said what should happen";
      case OUT_OF_MODEL -> " # SKIP outside the model:" + reason;
      case UNKNOWN -> " # TIMEOUT" + reason;
      case AS_EXPECTED, NOT_AS_EXPECTED, NO_EXPECTATION -> " # " + graded.result().verdict().word();
    };
  }

  /** A number sign would begin a directive. */
  private static String name(String text) {
    return Lines.visible(text).replace('#', '_');
  }
}
