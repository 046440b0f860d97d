package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.source.Diagnostic;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which expectation is meant, and how a result compares with it. */
class GraderTest {
  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();

  private static LitmusTest test(String expectations) {
    return LitmusParser.parse(
            "made-up.litmus",
            "litmus made-up\nanon x = 1;\nprocess A { r = load(x); }\nnever (A.r == 2);\n"
                + "sometimes (A.r == 1);\n"
                + expectations)
        .tests()
        .getFirst();
  }

  private static Grader grader(String expectations) {
    return Grader.of(test(expectations), LIBRARY, Set.of("mine"));
  }

  private static Optional<Verdict> expected(Grader grader, String kernel) {
    return grader.expectation(LIBRARY.get(kernel)).map(e -> e.verdict());
  }

  @Test
  void rangesMeanReleasesAndProposals() {
    Grader grader =
        grader("expect violated on v5.7..v5.9, peterx-v1..peterx-v3;\nexpect holds on v5.18..;");
    assertThat(grader.problems()).isEmpty();
    assertThat(expected(grader, "v5.8")).contains(Verdict.VIOLATED);
    assertThat(expected(grader, "peterx-v2")).contains(Verdict.VIOLATED);
    assertThat(expected(grader, "v6.1")).contains(Verdict.HOLDS);
    assertThat(expected(grader, "v5.11")).isEmpty();
    assertThat(expected(grader, "horn-intent")).isEmpty();
  }

  @Test
  void aReleaseWithoutAFileMeansTheRulesThatItHas() {
    assertThat(expected(grader("expect hangs on v5.10;"), "v5.9")).contains(Verdict.HANGS);
  }

  @Test
  void elsewhereIsWhatNobodyNames() {
    Grader grader = grader("expect violated on v5.7;\nexpect holds elsewhere;");
    assertThat(expected(grader, "v5.7")).contains(Verdict.VIOLATED);
    assertThat(expected(grader, "horn-intent")).contains(Verdict.HOLDS);
  }

  @Test
  void unknownKernelsAreDiagnosed() {
    List<Diagnostic> problems = grader("expect holds on peterx-v33, mine, mind;").problems();
    assertThat(problems).hasSize(2);
    assertThat(problems.get(0).line()).isEqualTo(6);
    assertThat(problems.get(0).column()).isEqualTo(17);
    assertThat(problems.get(0).fix()).contains("did you mean `peterx-v3`?");
    assertThat(problems.get(1).fix()).contains("did you mean `mine`?");
  }

  @Test
  void twoExpectationsOfOneKernelAreDiagnosed() {
    List<Diagnostic> problems =
        grader("expect holds on v5.9..;\nexpect violated on v5.11;").problems();
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().line()).isEqualTo(7);
    assertThat(problems.getFirst().message()).contains("`v5.11`").contains("line 6");
  }

  private static CheckResult result(
      LitmusTest test, Verdict verdict, List<String> broken, boolean inRace, String reason) {
    Kernel kernel = LIBRARY.get("v5.9");
    List<Condition> conditions =
        broken.stream()
            .filter(name -> !name.equals("sometimes"))
            .map(name -> new Condition(0, name, name, ""))
            .toList();
    List<Condition> unreached =
        broken.contains("sometimes") ? List.of(new Condition(17, "sometimes", "", "")) : List.of();
    return new CheckResult(
        test,
        kernel,
        verdict,
        conditions,
        unreached,
        Optional.empty(),
        Optional.empty(),
        inRace,
        reason,
        1,
        1,
        1,
        Optional.empty(),
        List.of(),
        1);
  }

  @ParameterizedTest
  @CsvSource({
    // expectation; verdict; broken; in a race; cut short; grade
    "holds,HOLDS,'',false,'',AS_EXPECTED",
    "holds,VIOLATED,never,false,'',NOT_AS_EXPECTED",
    "holds,VIOLATED,never,false,--timeout,NOT_AS_EXPECTED",
    "holds,HANGS,'',false,'',NOT_AS_EXPECTED",
    "holds,UNKNOWN,'',false,--timeout,UNKNOWN",
    "holds,OUT_OF_MODEL,'',false,huge pages,OUT_OF_MODEL",
    "out-of-model,OUT_OF_MODEL,'',false,huge pages,AS_EXPECTED",
    "out-of-model,HOLDS,'',false,'',NOT_AS_EXPECTED",
    "undefined,VIOLATED,never,false,'',UNDEFINED",
    "undefined,OUT_OF_MODEL,'',false,huge pages,UNDEFINED",
    "undefined,UNKNOWN,'',false,--timeout,UNKNOWN",
    "violated,VIOLATED,never,true,'',AS_EXPECTED",
    "violated,VIOLATED,never,false,'',AS_EXPECTED",
    "violated in a race,VIOLATED,never,true,'',AS_EXPECTED",
    "violated in a race,VIOLATED,never,false,'',NOT_AS_EXPECTED",
    "violated never,VIOLATED,never,false,'',AS_EXPECTED",
    "violated never,VIOLATED,pin-coherent,false,'',NOT_AS_EXPECTED",
    "violated never,VIOLATED,pin-coherent,false,--timeout,UNKNOWN",
    "violated sometimes,VIOLATED,sometimes,false,'',AS_EXPECTED",
    "violated sometimes,VIOLATED,never,false,'',NOT_AS_EXPECTED",
    "hangs,VIOLATED,never,false,'',NOT_AS_EXPECTED",
    "hangs,VIOLATED,never,false,--timeout,UNKNOWN",
    "hangs,HANGS,'',false,'',AS_EXPECTED",
  })
  void resultsAreGraded(
      String expectation,
      Verdict verdict,
      String broken,
      boolean inRace,
      String reason,
      Grade grade) {
    LitmusTest test = test("expect " + expectation + " elsewhere;");
    List<String> names = broken.isEmpty() ? List.of() : List.of(broken);
    Graded graded =
        Grader.of(test, LIBRARY, Set.of()).grade(result(test, verdict, names, inRace, reason));
    assertThat(graded.grade()).isEqualTo(grade);
  }

  @Test
  void withoutAnExpectationThereIsNothingToCompare() {
    LitmusTest test = test("");
    Grader grader = Grader.of(test, LIBRARY, Set.of());
    assertThat(grader.grade(result(test, Verdict.HOLDS, List.of(), false, "")).grade())
        .isEqualTo(Grade.NO_EXPECTATION);
    assertThat(grader.grade(result(test, Verdict.OUT_OF_MODEL, List.of(), false, "x")).grade())
        .isEqualTo(Grade.OUT_OF_MODEL);
  }
}
