package cowherd.free;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.util.List;
import java.util.Optional;

/** What becomes of a program that was found: a test, checked on every built-in kernel. */
final class Judged {
  private Judged() {}

  /** The test of a text; nothing when it is not sound. */
  static Optional<LitmusTest> parse(String text) {
    LitmusParser.Result result = LitmusParser.parse("found", text);
    return result.isSound() ? Optional.of(result.tests().getFirst()) : Optional.empty();
  }

  /** The checks on every built-in kernel, in the order of the library. */
  static List<CheckResult> everywhere(LitmusTest test, Bounds bounds) {
    KernelLibrary library = KernelLibrary.builtIn();
    return library.names().stream()
        .map(name -> Checker.check(test, library.get(name), Options.DEFAULT, bounds))
        .toList();
  }
}
