package cowherd.emit;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceText;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read from a file of observations, and what is said of its mistakes. */
class ObservedParserTest {
  private static final String HEADS = "kernel 6.1 \"QEMU\"\nmodel v6.1\n";

  private static final LitmusTest TEST =
      LitmusParser.parse(
              "t.litmus",
              """
              litmus two-words
              anon x[2] = {1, 2};
              file f = 3;
              process A { fork(B); r = x[1]; }
              process B { x[0] = 5; }
              always (A.r == 2);
              """)
          .tests()
          .getFirst();

  @Test
  void aSoundFile() {
    ObservedParser.Result result =
        ObservedParser.parse(
            new SourceText(
                "x.observed",
                """
                // what it answered
                kernel 5.10.251 "Debian, QEMU"
                model v5.10-stable // by its rules
                source "a // b"
                source "c"

                umap-evict/base  A A.t A -> A.r=1 f=-EFAULT A.t=sleeps // hangs
                """));
    assertThat(result.diagnostics().render()).isEmpty();
    ObservedFile file = result.file().orElseThrow();
    assertThat(file.kernel()).isEqualTo("5.10.251");
    assertThat(file.how()).isEqualTo("Debian, QEMU");
    assertThat(file.model().text()).isEqualTo("v5.10-stable");
    assertThat(file.sources()).containsExactly("a // b", "c");
    Observation only = file.observations().getFirst();
    assertThat(only.test().text()).isEqualTo("umap-evict/base");
    assertThat(only.scheduleText()).isEqualTo("A A.t A");
    assertThat(only.outcomeText()).isEqualTo("A.r=1 f=-EFAULT A.t=sleeps");
    assertThat(file.line(only)).isEqualTo(7);
  }

  @Test
  void mistakesHaveAPlaceAndAFix() {
    assertThat(wrong("kernel 6.1\nmodel v6.1\nt A -> A.r=1 A.s=-EFALT\n"))
        .isEqualTo(
            """
            x.observed:3:18: error: `-EFALT` is no value
              3 | t A -> A.r=1 A.s=-EFALT
                |                  ^~~~~~
                = did you mean `-EFAULT`?
            """);
    assertThat(wrong(HEADS + "t A -> A.r\n")).contains("x.observed:3:8: ", "`name=value`");
    assertThat(wrong(HEADS + "t A -> A.r=\n")).contains("x.observed:3:8: ", "`name=value`");
    assertThat(wrong(HEADS + "t A -> A.r=200\n")).contains("3:12", "`200` is no value", "199");
    assertThat(wrong(HEADS + "t A -> A=sleps\n")).contains("did you mean `sleeps`?");
    assertThat(wrong(HEADS + "t A -> A.r=1 A.r=1\n")).contains("3:14", "told twice");
    assertThat(wrong(HEADS + "t A ->\n")).contains("3:5", "behind `->`");
    assertThat(wrong(HEADS + "t -> A.r=1\n")).contains("3:3", "a test and its schedule");
    assertThat(wrong(HEADS + "-> A.r=1\n")).contains("3:1", "a test and its schedule");
    assertThat(wrong(HEADS + "t A B A.r=1\n")).contains("3:12", "`->` and an outcome are missing");
  }

  @Test
  void mistakesOfHeads() {
    assertThat(wrong("")).contains("x.observed: error: ", "which kernel it speaks of");
    assertThat(wrong("kernel 6.1\n")).contains("which model speaks for the kernel");
    assertThat(wrong("kernel\nmodel v6.1\n")).contains("1:1", "`kernel` needs the release");
    assertThat(wrong("kernal 6.1\n")).contains("1:1", "did you mean `kernel`?");
    assertThat(wrong("kernel 6.1 QEMU\nmodel v6.1\n")).contains("1:12", "a text in quotes");
    assertThat(wrong("kernel 6.1 \"QEMU\nmodel v6.1\n")).contains("1:12", "a text in quotes");
    assertThat(wrong(HEADS + "model v6.2\n")).contains("3:1", "one `model`; it is in line 2");
    assertThat(wrong(HEADS + "source\n")).contains("3:1", "one text in quotes");
    assertThat(wrong("kernel 6.1\nt A -> A.r=1\nmodel v6.1\n"))
        .contains("2:1", "come before the observations");
  }

  @Test
  void limits() {
    String calls = "A ".repeat(ObservedParser.CALLS_MAX);
    assertThat(wrong(HEADS + "t " + calls + "-> A.r=1\n")).isEmpty();
    assertThat(wrong(HEADS + "t " + calls + "A -> A.r=1\n")).contains("3:123", "at most 60 calls");
    StringBuilder values = new StringBuilder();
    for (int i = 0; i <= ObservedParser.VALUES_MAX; i++) {
      values.append(" A.r").append(i).append("=1");
    }
    assertThat(wrong(HEADS + "t A ->" + values + "\n")).contains("at most 32 values");
    assertThat(wrong(HEADS + "source \"a\"\n".repeat(17))).contains("19:1", "more than 16 sources");
    assertThat(wrong(HEADS + "t A -> A.r=1\n".repeat(10_001))).contains("10003:1", "10000");
    assertThat(parse(HEADS + "t A -> A\n".repeat(100)).diagnostics().list())
        .hasSize(ObservedParser.DIAGNOSTICS_MAX);
  }

  @Test
  void everyPlaceIsInTheFile() {
    String sound = HEADS + "source \"s\"\nt A B -> A.r=1 B=sleeps // c\n";
    for (int cut = 0; cut < sound.length(); cut++) {
      for (String text : List.of(sound.substring(0, cut), sound.substring(cut))) {
        List<String> lines = text.lines().toList();
        for (Diagnostic d : parse(text).diagnostics().list()) {
          String line = d.line() == 0 || d.line() > lines.size() ? "" : lines.get(d.line() - 1);
          assertThat(d.column() - 1 + d.length()).as(text).isLessThanOrEqualTo(line.length() + 1);
        }
      }
    }
  }

  @Test
  void namesThatTheTestDoesNotHave() {
    assertThat(unknown("two-words A C -> A.r=2")).contains("3:13", "no thread `C`", "mean `A`?");
    assertThat(unknown("two-words A.reader -> A.r=2")).contains("its threads are A, B");
    assertThat(unknown("two-words A -> A.rr=2")).contains("3:16", "no `A.rr`", "mean `A.r`?");
    assertThat(unknown("two-words A -> A.x[2]=2")).contains("no `A.x[2]`", "mean `A.x[0]`?");
    assertThat(unknown("two-words A -> C=sleeps")).contains("no thread `C`");
    assertThat(unknown("two-words A -> A.x=1")).contains("no `A.x`");
    assertThat(unknown("two-words A B -> A.r=2 A.x[0]=1 B.x[1]=2 f[1]=3 B=sleeps")).isEmpty();
  }

  private static ObservedParser.Result parse(String text) {
    return ObservedParser.parse(new SourceText("x.observed", text));
  }

  private static String wrong(String text) {
    return parse(text).diagnostics().render();
  }

  private static String unknown(String line) {
    ObservedFile file = parse(HEADS + line + "\n").file().orElseThrow();
    List<Diagnostic> mistakes =
        ObservedChecker.mistakes(file, file.observations().getFirst(), TEST);
    return new Diagnostics(mistakes, List.of(file.text())).render();
  }
}
