package cowherd.report;

import cowherd.explore.Condition;
import cowherd.explore.Grade;
import cowherd.explore.Graded;
import cowherd.litmus.Assertion;
import cowherd.litmus.Expectation;
import cowherd.litmus.KernelRange;
import cowherd.litmus.Verdict;
import java.util.Locale;
import java.util.stream.Collectors;

/** The words of reports. */
final class Words {
  /** Stands behind a verdict that is not as expected. */
  static final String NOT_AS_EXPECTED = " !";

  /** Stands for any verdict where the test says {@code expect undefined}. */
  static final String UNDEFINED = "-";

  private Words() {}

  /** A cell of the matrix. */
  static String cell(Graded graded) {
    String verdict = symbol(graded.result().verdict());
    return switch (graded.grade()) {
      case UNDEFINED -> UNDEFINED;
      case NOT_AS_EXPECTED -> verdict + NOT_AS_EXPECTED;
      case UNKNOWN -> graded.result().verdict() == Verdict.UNKNOWN ? verdict : verdict + " ?";
      case AS_EXPECTED, NO_EXPECTATION, OUT_OF_MODEL -> verdict;
    };
  }

  /** The verdict in a few letters. */
  static String symbol(Verdict verdict) {
    return switch (verdict) {
      case HOLDS -> "holds";
      case VIOLATED -> "VIOL";
      case HANGS -> "HANG";
      case UNKNOWN -> "?";
      case OUT_OF_MODEL -> "out";
      case UNDEFINED -> UNDEFINED;
    };
  }

  /** What a test expects, as it would write it: {@code violated pin-coherent in a race}. */
  static String expected(Expectation expectation) {
    String properties =
        expectation.properties().isEmpty() ? "" : " " + String.join(", ", expectation.properties());
    return expectation.verdict().word() + properties + (expectation.inRace() ? " in a race" : "");
  }

  /** Where a test expects it: {@code on v5.7, v5.9..}. */
  static String where(Expectation expectation) {
    return expectation.elsewhere()
        ? "elsewhere"
        : "on "
            + expectation.kernels().stream()
                .map(KernelRange::text)
                .collect(Collectors.joining(", "));
  }

  /** What was found, in the same words. */
  static String got(Graded graded) {
    String race = graded.result().inRace() ? " in a race" : "";
    return graded.result().verdict().word() + race;
  }

  /** A condition and why it matters: {@code never (r == 2): data that A never wrote}. */
  static String condition(Condition condition) {
    String because = condition.because().isEmpty() ? "" : ": " + condition.because();
    return Lines.visible(condition.text() + because);
  }

  /** An observation that its model forbids, in a sentence. */
  static String contradiction(Observed o) {
    String allowed = o.allowed().isEmpty() ? "nothing" : String.join(" or ", o.allowed());
    return Lines.visible(
        "%s was seen to do %s under %s; the model allows %s"
            .formatted(o.kernel(), o.seen(), o.schedule(), o.why().isEmpty() ? allowed : o.why()));
  }

  /** Whether the test states the condition itself. */
  static boolean isOwn(Condition condition) {
    return Assertion.Kind.of(condition.name()).isPresent();
  }

  /** {@code 1 test}, {@code 2 tests}, {@code 12,345 states}. */
  static String count(long number, String singular) {
    return number(number) + " " + singular + (number == 1 ? "" : "s");
  }

  /** A number with commas. */
  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Nanoseconds as seconds. */
  static String seconds(long nanos) {
    double seconds = nanos / 1e9;
    return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
  }

  /** Whether a cell is to be shown with what is wrong. */
  static boolean isWrong(Graded graded) {
    Verdict verdict = graded.result().verdict();
    boolean bad = verdict == Verdict.VIOLATED || verdict == Verdict.HANGS;
    return graded.grade() == Grade.NOT_AS_EXPECTED
        || bad && (graded.grade() == Grade.NO_EXPECTATION || graded.grade() == Grade.UNKNOWN);
  }
}
