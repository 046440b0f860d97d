package cowherd.library;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.CheckResult;
import cowherd.explore.Grade;
import cowherd.explore.Graded;
import cowherd.explore.Grader;
import cowherd.kernel.source.Diagnostics;
import cowherd.library.Library.Case;
import cowherd.library.Library.Outcome;
import cowherd.litmus.Expectation;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every file of the test library, on every built-in kernel, does what it says it does. */
class LibraryTest {
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
      Grader grader = Library.grader(test);
      grader.problems().forEach(problem -> wrong.add(problem.toString()));
      for (String kernel : Library.kernels()) {
        if (grader.expectation(Library.kernel(kernel)).isEmpty()) {
          wrong.add(new Case(test, kernel) + ": no expectation");
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyExpectationIsMet() {
    List<String> unmet = new ArrayList<>();
    for (Map.Entry<Case, Outcome> entry : Library.outcomes().entrySet()) {
      String why = unmet(entry.getKey(), entry.getValue());
      if (!why.isEmpty()) {
        unmet.add(entry.getKey() + ": " + why);
      }
    }
    assertThat(unmet).isEmpty();
  }

  private static String unmet(Case one, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Broken(String why) -> why;
      case Outcome.Checked(CheckResult result) -> {
        Graded graded = Library.grader(one.test()).grade(result);
        boolean met = graded.grade() == Grade.AS_EXPECTED || graded.grade() == Grade.UNDEFINED;
        yield met
            ? ""
            : "expected "
                + graded.expectation().map(LibraryTest::told).orElse("nothing")
                + ", is "
                + Library.told(result);
      }
    };
  }

  private static String told(Expectation expected) {
    return expected.verdict().word()
        + " "
        + String.join(" ", expected.properties())
        + (expected.inRace() ? " in a race" : "");
  }
}
