package cowherd.library;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.KernelNames;
import cowherd.litmus.Expectation;
import cowherd.litmus.KernelRange;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the expectations of a test say about a kernel, and whether a result meets them. */
public final class Expectations {
  private static final KernelLibrary KERNELS = KernelLibrary.builtIn();

  private Expectations() {}

  /** The expectations that name a kernel; those with {@code elsewhere} when no other does. */
  public static List<Expectation> of(LitmusTest test, String kernel) {
    List<Expectation> named = new ArrayList<>();
    List<Expectation> elsewhere = new ArrayList<>();
    for (Expectation expectation : test.expectations()) {
      if (expectation.elsewhere()) {
        elsewhere.add(expectation);
      } else if (expectation.kernels().stream().anyMatch(r -> names(r).contains(kernel))) {
        named.add(expectation);
      }
    }
    return named.isEmpty() ? elsewhere : named;
  }

  private static List<String> names(KernelRange range) {
    KernelNames names =
        switch (range) {
          case KernelRange.One one -> KERNELS.lookup(one.kernel());
          case KernelRange.Between between -> KERNELS.expand(between.first(), between.last());
          case KernelRange.From from -> KERNELS.expand(from.first(), "");
        };
    return switch (names) {
      case KernelNames.Known(List<String> known) -> known;
      case KernelNames.Unknown(String message, String _) ->
          throw new IllegalArgumentException(range.text() + ": " + message);
    };
  }

  /**
   * What a result does not meet, or an empty string. Nothing is asked of a result where the
   * expectation is {@code undefined}.
   */
  public static String unmet(Expectation expected, CheckResult result) {
    if (expected.verdict() == Verdict.UNDEFINED) {
      return "";
    }
    if (expected.verdict() != result.verdict()) {
      return "expected " + expected.verdict().word() + ", is " + told(result);
    }
    Set<String> broken = new HashSet<>();
    result.broken().forEach(condition -> broken.add(condition.name()));
    result.unreached().forEach(condition -> broken.add(condition.name()));
    if (!broken.containsAll(expected.properties())) {
      return "expected violations of " + expected.properties() + ", is " + told(result);
    }
    if (expected.inRace() && !result.inRace()) {
      return "expected only in a race, is " + told(result);
    }
    return "";
  }

  /** A result in a line. */
  public static String told(CheckResult result) {
    List<String> broken = new ArrayList<>();
    result.broken().stream().map(Condition::text).forEach(broken::add);
    result.unreached().stream().map(c -> "never " + c.text()).forEach(broken::add);
    String race = result.inRace() ? " in a race" : "";
    return result.verdict().word() + race + (broken.isEmpty() ? "" : " " + broken) + reason(result);
  }

  private static String reason(CheckResult result) {
    return result.hang().map(hang -> " (" + hang.sentence() + ")").orElse("")
        + (result.reason().isEmpty() ? "" : " (" + result.reason() + ")");
  }
}
