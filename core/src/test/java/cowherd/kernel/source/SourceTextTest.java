package cowherd.kernel.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SourceTextTest {
  @Test
  void knowsLinesAndColumns() {
    SourceText text = new SourceText("t", "ab\r\nc\n\nd");
    assertThat(text.lines()).isEqualTo(4);
    assertThat(List.of(text.line(0), text.line(3), text.line(4), text.line(6), text.line(7)))
        .containsExactly(1, 1, 2, 3, 4);
    assertThat(text.column(5)).isEqualTo(2);
    assertThat(text.lineText(1)).isEqualTo("ab");
    assertThat(text.lineText(3)).isEmpty();
    assertThat(text.line(8)).isEqualTo(4);
  }

  @Test
  void underlinesTheOffendingText() {
    SourceText text = new SourceText("my.kernel", "one\n    copy when refcont != 1;\n");
    Diagnostic diagnostic =
        text.diagnostic(18, 7, "there is no fact `refcont`", "did you mean `refcount`?");
    assertThat(text.render(diagnostic))
        .isEqualTo(
            """
            my.kernel:2:15: error: there is no fact `refcont`
              2 |     copy when refcont != 1;
                |               ^~~~~~~
                = did you mean `refcount`?
            """);
  }

  @Test
  void expandsTabsInTheExcerpt() {
    SourceText text = new SourceText("t", "\tx\ty");
    assertThat(text.render(text.diagnostic(3, 1, "m", "")))
        .isEqualTo("t:1:4: error: m\n  1 |         x       y\n    |                 ^\n");
  }

  @Test
  void cutsLongLinesAroundTheCaret() {
    SourceText text = new SourceText("t", "a".repeat(100_000) + "!" + "b".repeat(100_000));
    String[] lines = text.render(text.diagnostic(100_000, 1, "m", "")).split("\n");
    assertThat(lines[1].length()).isLessThan(SourceText.EXCERPT_COLUMNS_MAX + 20);
    assertThat(lines[1].charAt(lines[2].indexOf('^'))).isEqualTo('!');
    assertThat(lines[1]).contains("...a").endsWith("b...");
  }

  @Test
  void cutsAnUnderlineThatIsTooLong() {
    SourceText text = new SourceText("t", "x".repeat(500));
    String[] lines = text.render(text.diagnostic(20, 400, "m", "")).split("\n");
    assertThat(lines[2].length()).isLessThan(SourceText.EXCERPT_COLUMNS_MAX + 20);
    assertThat(lines[2].chars().filter(c -> c == '^').count()).isEqualTo(1);
  }

  @Test
  void pointsBehindTheEnd() {
    SourceText text = new SourceText("t", "ab\n");
    assertThat(text.render(text.diagnostic(3, 0, "m", "")))
        .isEqualTo("t:2:1: error: m\n  2 | \n    | ^\n");
  }

  @Test
  void repeatsNoControlCharacter() {
    SourceText text = new SourceText("t\u001b", "\u001b[31m x");
    assertThat(text.render(text.diagnostic(6, 1, "\u0007", "\u001b")))
        .doesNotContain("\u001b", "\u0007");
  }

  @Test
  void rendersEachMistakeInItsOwnText() {
    SourceText one = new SourceText("one", "first");
    SourceText two = new SourceText("two", "second");
    Diagnostics both =
        new Diagnostics(
            List.of(
                two.diagnostic(0, 6, "b", ""),
                one.diagnostic(0, 5, "a", ""),
                Diagnostic.ofFile("three", "c", "d")),
            List.of(one, two));
    assertThat(both.render())
        .isEqualTo(
            """
            two:1:1: error: b
              1 | second
                | ^~~~~~
            one:1:1: error: a
              1 | first
                | ^~~~~
            three: error: c
                = d
            """);
  }
}
