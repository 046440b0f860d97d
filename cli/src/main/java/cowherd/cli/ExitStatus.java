package cowherd.cli;

import cowherd.explore.Grade;
import cowherd.explore.Graded;
import cowherd.litmus.Verdict;
import java.util.Collection;

/** What a command tells its caller. The first ones are the worse ones. */
enum ExitStatus {
  /** a mistake of Cowherd itself; a replay file was written */
  INTERNAL_ERROR(70),
  /** something is missing on this machine */
  UNAVAILABLE(69),
  /** wrong usage, or a mistake in a file */
  USAGE(2),
  /** a verdict is not as expected, or bad where nothing is expected */
  NOT_AS_EXPECTED(1),
  /** a bound was reached, or somebody interrupted */
  UNKNOWN(3),
  /** a test touches something that the model does not cover */
  OUT_OF_MODEL(4),
  /** all is as expected */
  OK(0);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The worse of two. */
  ExitStatus and(ExitStatus other) {
    return ordinal() < other.ordinal() ? this : other;
  }

  static ExitStatus of(Graded graded) {
    return of(graded.grade(), graded.result().verdict());
  }

  static ExitStatus of(Grade grade, Verdict verdict) {
    return switch (grade) {
      case AS_EXPECTED, UNDEFINED -> OK;
      case NOT_AS_EXPECTED -> NOT_AS_EXPECTED;
      case NO_EXPECTATION -> ofUnexpected(verdict);
      case UNKNOWN -> UNKNOWN;
      case OUT_OF_MODEL -> OUT_OF_MODEL;
    };
  }

  private static ExitStatus ofUnexpected(Verdict verdict) {
    return switch (verdict) {
      case HOLDS, UNDEFINED -> OK;
      case VIOLATED, HANGS -> NOT_AS_EXPECTED;
      case UNKNOWN -> UNKNOWN;
      case OUT_OF_MODEL -> OUT_OF_MODEL;
    };
  }

  /** The worst of many. */
  static ExitStatus worst(Collection<ExitStatus> all) {
    return all.stream().reduce(OK, ExitStatus::and);
  }
}
