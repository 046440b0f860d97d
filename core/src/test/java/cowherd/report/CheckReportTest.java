package cowherd.report;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code check} prints for people. */
class CheckReportTest {
  private static final Pattern ESCAPE = Pattern.compile("\u001b\\[[0-9;]*m");

  @ParameterizedTest
  @ValueSource(ints = {80, 100, 200})
  void theMatrixFitsItsWidth(int columns) {
    String text = CheckReport.text(MadeUp.everything(), new Look(columns, false));
    assertThat(text.lines()).allMatch(line -> Lines.width(line) <= columns);
    assertThat(text.lines()).noneMatch(line -> line.endsWith(" "));
    Golden.check("matrix-" + columns + ".txt", text);
  }

  @Test
  void coloursChangeNothingElse() {
    CheckRun run = MadeUp.everything();
    String plain = CheckReport.text(run, new Look(100, false));
    String coloured = CheckReport.text(run, new Look(100, true));
    assertThat(plain).doesNotContain("\u001b");
    assertThat(coloured).contains("\u001b[1;31mVIOL !\u001b[0m");
    assertThat(ESCAPE.matcher(coloured).replaceAll("")).isEqualTo(plain);
  }

  @Test
  void kernelsThatNothingTellsApartShareAColumn() {
    CheckRun run =
        MadeUp.run(MadeUp.everything().tests(), MadeUp.kernels(), (t, k) -> Verdict.HOLDS);
    assertThat(MatrixReport.text(run, Look.PLAIN).lines().findFirst().orElseThrow())
        .contains("v5.9..")
        .contains("peterx-v1..unshare-v1-mapcount");
  }

  @Test
  void whereNoKernelDiffersThereIsOneColumn() {
    CheckRun all = MadeUp.everything();
    CheckRun run = MadeUp.run(all.tests().subList(0, 1), all.kernels(), (t, k) -> Verdict.UNKNOWN);
    assertThat(MatrixReport.text(run, Look.PLAIN).lines().findFirst().orElseThrow().strip())
        .isEqualTo("every kernel");
  }

  @Test
  void kindsWithTheSameVerdictsShareARow() {
    List<LitmusTest> cases =
        LitmusParser.parse(
                "a.litmus",
                "litmus a \"A story\" for base, swapped, zeropage\n"
                    + "memory x = 1; process A { x = 2; } never (A.x == 3);")
            .tests();
    String different =
        MatrixReport.text(
            MadeUp.run(
                cases,
                List.of(MadeUp.column("v5.7")),
                (test, kernel) -> test.kind().equals("swapped") ? Verdict.VIOLATED : Verdict.HOLDS),
            Look.PLAIN);
    assertThat(different.lines().map(String::stripTrailing).skip(1))
        .containsExactly(
            "a                  A story",
            "  /base, zeropage           holds",
            "  /swapped                  VIOL");
    String same =
        MatrixReport.text(
            MadeUp.run(cases, List.of(MadeUp.column("v5.7")), (test, kernel) -> Verdict.HOLDS),
            Look.PLAIN);
    assertThat(same.lines().skip(1)).containsExactly("a (3 kinds)  A story  holds");
  }

  @Test
  void eachFolderHasAMatrixOfItsOwn() {
    CheckRun run =
        MadeUp.run(
            List.of(
                MadeUp.test("a/one.litmus", "one", "The first", ""),
                MadeUp.test("b/two.litmus", "two", "The second", "")),
            List.of(MadeUp.column("v5.7")),
            (test, kernel) -> Verdict.HOLDS);
    Golden.check("folders.txt", CheckReport.text(run, Look.PLAIN));
  }

  @Test
  void testsOfOneNameAreToldApart() {
    CheckRun run =
        MadeUp.run(
            List.of(
                MadeUp.test("a/x.litmus", "same", "The first", ""),
                MadeUp.test("a/y.litmus", "same", "The second", "")),
            List.of(MadeUp.column("v5.7")),
            (test, kernel) -> Verdict.HOLDS);
    assertThat(MatrixReport.text(run, Look.PLAIN))
        .contains("same (a/x.litmus)")
        .contains("same (a/y.litmus)");
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    CheckRun run =
        MadeUp.run(
            List.of(MadeUp.test("a/\u001b[31mx\u202e.litmus", "one", "The first", "")),
            List.of(MadeUp.column("v5.7")),
            (test, kernel) -> Verdict.VIOLATED);
    assertThat(CheckReport.text(run, Look.PLAIN)).doesNotContain("\u001b").doesNotContain("\u202e");
  }

  @Test
  void costsAreTabled() {
    Golden.check("costs.txt", CostsReport.text(MadeUp.everything(), Look.PLAIN));
  }
}
