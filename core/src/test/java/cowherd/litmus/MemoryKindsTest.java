package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Condition;
import cowherd.explore.Grade;
import cowherd.explore.Grader;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.operation.Instruction;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests for several kinds of memory: their cases, what prepares them, what they expect. */
class MemoryKindsTest {
  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();
  private static final String TEXT =
      """
      litmus fork-then-write
        for base, swapped, zeropage

      memory x[2] = {1, 2};
      process A { fork(B); x = 3; }
      process B { r = x[1]; }
      never (B.r == 3);
      expect holds on v5.7..;
      expect violated for base, zeropage on v5.9..;
      expect undefined for swapped elsewhere;
      """;

  private static List<LitmusTest> tests(String text) {
    LitmusParser.Result result = LitmusParser.parse("t.litmus", text);
    assertThat(result.diagnostics().render()).isEmpty();
    return result.tests();
  }

  private static CheckResult check(LitmusTest test, Kernel kernel) {
    return Checker.check(test, kernel, Options.DEFAULT, Bounds.defaults());
  }

  private static List<String> code(LitmusTest test) {
    return test.program().threads().getFirst().code().stream().map(Instruction::text).toList();
  }

  static Set<String> kinds() {
    return MemoryKinds.all().keySet();
  }

  @Test
  void oneCaseForEachKind() {
    List<LitmusTest> tests = tests(TEXT);
    assertThat(tests)
        .extracting(LitmusTest::name)
        .containsExactly(
            "fork-then-write/base", "fork-then-write/swapped", "fork-then-write/zeropage");
    assertThat(tests.get(1).family()).isEqualTo("fork-then-write");
    assertThat(tests.get(1).kind()).isEqualTo("swapped");
    assertThat(tests.getFirst().program().regions().getFirst().initial()).containsExactly(1, 2);
    assertThat(tests.getLast().program().regions().getFirst().populated()).isFalse();
  }

  @Test
  void theOwnerPreparesFirst() {
    assertThat(code(tests(TEXT).get(1)))
        .startsWith("swap_out(x)", "assert(swapped(x) && !swap_cached(x))")
        .contains("fork(B)");
    assertThat(tests(TEXT).get(1).program().threads().getFirst().code().getFirst().line())
        .isEqualTo(4);
  }

  @Test
  void nobodyBeginsBeforeAllArePrepared() {
    LitmusTest test =
        tests(
                "litmus t for swapped memory x = 1; process A { x = 2; } process B { y = x; }"
                    + " kernel k { swap_out(A.x); }")
            .getFirst();
    assertThat(test.program().barriers()).hasSize(1);
    assertThat(test.program().barriers().getFirst().parties()).isEqualTo(3);
    for (var thread : test.program().threads()) {
      assertThat(thread.code()).extracting(Instruction::text).contains("barrier(x_ready)");
    }
  }

  @Test
  void aLineForAKindBeatsOneForAll() {
    List<LitmusTest> tests = tests(TEXT);
    assertThat(expected(tests.get(0), "v5.8")).isEqualTo("HOLDS");
    assertThat(expected(tests.get(0), "v5.9")).isEqualTo("VIOLATED");
    assertThat(expected(tests.get(0), "peterx-v1")).isEqualTo("nothing");
    assertThat(expected(tests.get(1), "v5.9")).isEqualTo("UNDEFINED");
    assertThat(expected(tests.get(2), "v6.1")).isEqualTo("VIOLATED");
  }

  private static String expected(LitmusTest test, String kernel) {
    Grader grader = Grader.of(test, LIBRARY, Set.of());
    assertThat(grader.problems()).isEmpty();
    return grader.expectation(LIBRARY.get(kernel)).map(e -> e.verdict().name()).orElse("nothing");
  }

  @Test
  void memoryThatWasNotPreparedIsAMistakeWhateverIsExpected() {
    LitmusTest test =
        tests(
                "litmus t for base background reclaim; memory x = 1; process A { x = 2; }"
                    + " expect violated elsewhere;")
            .getFirst();
    Kernel kernel = LIBRARY.get("v5.7");
    CheckResult result = check(test, kernel);
    assertThat(result.broken()).extracting(Condition::name).containsExactly("prepared");
    assertThat(result.broken().getFirst().because())
        .isEqualTo("the memory is not of the kind `base`");
    assertThat(Grader.of(test, LIBRARY, Set.of()).grade(result).grade())
        .isEqualTo(Grade.NOT_AS_EXPECTED);
  }

  /** A kind that no model executes yet is out of the model, and none is something else. */
  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindIsWhatItSays(String kind) {
    LitmusTest test =
        tests("litmus t for " + kind + " memory x[2] = {1, 2}; process A { r = x; }").getFirst();
    for (String name : List.of("v5.7", "v5.8", "v5.9", "v5.18", "v5.19", "v6.12", "unshare-v1")) {
      CheckResult result = check(test, LIBRARY.get(name));
      if (result.verdict() != Verdict.OUT_OF_MODEL) {
        assertThat(result.verdict()).as(name).isEqualTo(Verdict.HOLDS);
      }
    }
  }

  @Test
  void aPageOfTheMemoryIsItsFirst() {
    LitmusTest test =
        tests(
                "litmus t for thp memory x = 1; process A { k = pin_user_pages(x, FOLL_WRITE);"
                    + " r = *k; unpin_user_page(k); r = x; munmap(x); }")
            .getFirst();
    List<Instruction> code = test.program().threads().getFirst().code();
    assertThat(code.stream().filter(i -> i.text().equals("r = x")).findFirst().orElseThrow())
        .extracting(Instruction::pages)
        .isEqualTo(1);
    assertThat(code.stream().filter(i -> i.text().equals("munmap(x)")).findFirst().orElseThrow())
        .extracting(Instruction::pages)
        .isEqualTo(2);
  }

  @Test
  void aFileHasABoundedNumberOfCases() {
    StringBuilder text = new StringBuilder();
    String kinds = String.join(", ", MemoryKinds.all().keySet());
    for (int i = 0; i < 2 * Limits.CASES_MAX / MemoryKinds.all().size(); i++) {
      text.append("litmus t").append(i).append(" for ").append(kinds);
      text.append("\nmemory x = 1; process A { x = 2; }\n");
    }
    LitmusParser.Result result = LitmusParser.parse("t.litmus", text.toString());
    assertThat(result.tests()).hasSizeLessThanOrEqualTo(Limits.CASES_MAX).hasSizeGreaterThan(1900);
    assertThat(result.diagnostics().list()).hasSize(1);
    assertThat(result.diagnostics().render()).contains("more than 2048 cases");
  }

  @Test
  void aFileMayEndInTheHeader() {
    for (String text : List.of("litmus t for", "litmus t for base", "litmus t for base,")) {
      assertThat(LitmusParser.parse("t.litmus", text).tests()).isEmpty();
      assertThat(Formatter.format("t.litmus", text)).isNotNull();
    }
  }

  @Test
  void formatted() {
    Formatter.Result result =
        Formatter.format(
            "t",
            "litmus a \"s\" from \"f\" for base,pte-thp , // why\n hugetlb memory x=1;process A{}"
                + "expect holds for base,hugetlb on v5.7;");
    assertThat(result)
        .isInstanceOfSatisfying(
            Formatter.Formatted.class,
            f ->
                assertThat(f.text())
                    .isEqualTo(
                        """
                        litmus a
                          "s"
                          from "f"
                          // why
                          for base, pte-thp, hugetlb

                        memory x = 1;
                        process A {}
                        expect holds for base, hugetlb on v5.7;
                        """));
  }
}
