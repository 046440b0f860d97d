package cowherd.library;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.source.Diagnostics;
import cowherd.library.Library.Case;
import cowherd.library.Library.Outcome;
import cowherd.litmus.Expectation;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every file of the test library, on every built-in kernel, does what it says it does. */
class LibraryTest {
  /**
   * Expectations that the search refutes, until the files say so: {@code unshare-v1-mapcount} has a
   * race of GUP-fast that the matrix does not know. See {@link VerdictMatrixTest}.
   */
  private static final Set<String> REFUTED =
      Set.of(
          "seeds/unmap-takeover-fast.litmus on unshare-v1-mapcount",
          "gup/perf-wrong-side.litmus on unshare-v1-mapcount");

  @Test
  void everyFileIsSound() {
    List<String> mistakes =
        Library.files().stream()
            .filter(file -> !file.isSound())
            .map(LitmusParser.Result::diagnostics)
            .map(Diagnostics::render)
            .toList();
    assertThat(mistakes).isEmpty();
    assertThat(Library.tests()).isNotEmpty();
  }

  @Test
  void namesAreUnique() {
    assertThat(Library.tests()).extracting(LitmusTest::name).doesNotHaveDuplicates();
  }

  @Test
  void everyTestHasAStoryAndASource() {
    assertThat(Library.tests())
        .allSatisfy(test -> {
          assertThat(test.story()).as(test.file()).isNotEmpty();
          assertThat(test.sources()).as(test.file()).isNotEmpty();
        });
  }

  @Test
  void everyTestExpectsOneThingOfEveryKernel() {
    List<String> wrong = new ArrayList<>();
    for (LitmusTest test : Library.tests()) {
      for (String kernel : Library.kernels()) {
        List<Expectation> expected = Expectations.of(test, kernel);
        if (expected.size() != 1) {
          wrong.add(new Case(test, kernel) + ": " + expected.size() + " expectations");
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyExpectationIsMet() {
    List<String> unmet = new ArrayList<>();
    Library.outcomes()
        .forEach((one, outcome) -> {
          for (Expectation expected : Expectations.of(one.test(), one.kernel())) {
            String why =
                switch (outcome) {
                  case Outcome.Broken(String broken) -> broken;
                  case Outcome.Checked(var result) -> Expectations.unmet(expected, result);
                };
            if (!why.isEmpty() && !REFUTED.contains(one.toString())) {
              unmet.add(one + ": " + why);
            }
          }
        });
    assertThat(unmet).isEmpty();
  }
}
