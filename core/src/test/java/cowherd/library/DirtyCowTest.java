package cowherd.library;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Condition;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The race of Dirty COW is found on a kernel file that restores the rule of before its fix. */
class DirtyCowTest {
  static List<LitmusTest> tests() {
    return Library.tests().stream().filter(t -> t.file().endsWith("dirty-cow.litmus")).toList();
  }

  @ParameterizedTest
  @MethodSource("tests")
  void theFileChangesOnAKernelWithTheOldRule(LitmusTest test) {
    String path = Library.folder().resolve("force/v4.8.kernel").toString();
    Kernel kernel = KernelLibrary.builtIn().resolve(path).orThrow();
    CheckResult result = Checker.check(test, kernel, Options.DEFAULT, Bounds.defaults());
    assertThat(result.verdict()).isEqualTo(Verdict.VIOLATED);
    assertThat(result.inRace()).isTrue();
    assertThat(result.broken()).extracting(Condition::name).contains("always");
  }
}
