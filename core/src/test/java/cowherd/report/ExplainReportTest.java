package cowherd.report;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Condition;
import cowherd.explore.Graded;
import cowherd.explore.Grader;
import cowherd.explore.Options;
import cowherd.explore.Replay;
import cowherd.explore.Witnesses;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.report.ExplainReport.Detail;
import cowherd.report.Explanation.Shown;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run, told: what a reader must find in it, whatever the words of the steps are. */
class ExplainReportTest {
  private static final int LINES_MAX = 40;

  private static final String TAKEOVER =
      """
      litmus takeover
        "A reads, through its reference, a page that B has taken over"

      anon x = 1;

      process A {
        fork(B);
        thread reader   { k = get_user_pages(x, FOLL_GET); r = *k; }
        thread unmapper { munmap(x); }
      }
      process B { x = 2; }

      never (A.reader.r == 2)  "data that A never wrote";
      """;

  private static final String EVICTION =
      """
      litmus eviction
        "The evictor writes a protected page out"

      anon p = 1;
      file store;

      process umap {
        u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
        ioctl(u, UFFDIO_REGISTER, p, UFFDIO_REGISTER_MODE_WP);
        thread service {
          ioctl(u, UFFDIO_WRITEPROTECT, p, UFFDIO_WRITEPROTECT_MODE_WP);
          write(store, p, O_DIRECT);
        }
      }

      always terminates;
      """;

  private static Explanation explanation(String text, String kernelName) {
    LitmusTest test = LitmusParser.parse("made-up.litmus", text).tests().getFirst();
    Kernel kernel = KernelLibrary.builtIn().get(kernelName);
    CheckResult result = Checker.check(test, kernel, Options.DEFAULT, Bounds.defaults());
    Graded graded = Grader.of(test, KernelLibrary.builtIn(), Set.of()).grade(result);
    return new Explanation(MadeUp.column(kernelName), graded, shown(result), List.of());
  }

  private static Shown shown(CheckResult result) {
    return switch (result.verdict()) {
      case VIOLATED -> {
        Condition own = result.broken().stream().filter(Words::isOwn).findFirst().orElseThrow();
        yield new Shown.Breaks(
            own,
            Replay.trace(
                result.test(),
                result.kernel(),
                Options.DEFAULT,
                Witnesses.breaking(result, Options.DEFAULT, Bounds.defaults(), own).orElseThrow()));
      }
      case HANGS ->
          new Shown.Hangs(
              Replay.trace(
                  result.test(), result.kernel(), Options.DEFAULT, result.witness().orElseThrow()));
      case HOLDS, UNKNOWN, OUT_OF_MODEL, UNDEFINED -> new Shown.Nothing();
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 100, 200})
  void theTakeoverFitsOnAScreen(int columns) {
    String text =
        ExplainReport.text(explanation(TAKEOVER, "v5.7"), new Look(columns, false), Detail.FOLDED);
    assertThat(text.lines()).hasSizeLessThanOrEqualTo(LINES_MAX);
    assertThat(text.lines()).allMatch(line -> Lines.width(line) <= columns);
    assertThat(text).doesNotContain("\u001b");
  }

  @Test
  void theTakeoverTellsWhatItsReaderMustKnow() {
    String text = ExplainReport.text(explanation(TAKEOVER, "v5.7"), Look.PLAIN, Detail.FOLDED);
    assertThat(text).startsWith("takeover on v5.7: VIOLATED\n");
    assertThat(text).containsPattern("A +A\\.reader +A\\.unmapper +B\n");
    assertThat(text)
        .contains("fork(B)", "k = get_user_pages(x, FOLL_GET)", "munmap(x)", "x = 2", "r = *k");
    assertThat(text).contains("do_wp_page").contains("nobody else maps the page");
    assertThat(text).contains("A.x -> #1 R ").contains("#1 = 2");
    assertThat(text).contains("breaks  no-foreign-data");
    assertThat(text.replaceAll("\\s+", " "))
        .endsWith(
            "Wrong: A.reader.r = 2 at the end, and the test says never (A.reader.r == 2): \"data that"
                + " A never wrote\". ");
  }

  @Test
  void allStepsAreMore() {
    Explanation explanation = explanation(TAKEOVER, "v5.7");
    assertThat(ExplainReport.text(explanation, Look.PLAIN, Detail.ALL_STEPS).lines().count())
        .isGreaterThan(ExplainReport.text(explanation, Look.PLAIN, Detail.FOLDED).lines().count());
  }

  @Test
  void aHangEndsWithWhoWaitsForWhom() {
    String text = ExplainReport.text(explanation(EVICTION, "v5.8"), Look.PLAIN, Detail.FOLDED);
    assertThat(text).startsWith("eviction on v5.8: HANGS\n");
    assertThat(text.replaceAll("\\s+", " "))
        .contains("queues a userfaultfd event")
        .contains("Wrong: umap.service sleeps in handle_userfault");
  }

  @Test
  void whatHoldsSaysSo() {
    String text = ExplainReport.text(explanation(TAKEOVER, "v5.8"), Look.PLAIN, Detail.FOLDED);
    assertThat(text).startsWith("takeover on v5.8: HOLDS\n").contains("Nothing is broken in the ");
  }

  @Test
  void jsonIsOneLine() {
    String json = ExplainJson.text(explanation(TAKEOVER, "v5.7"));
    assertThat(json.lines()).hasSize(1);
    assertThat(json).contains("\"shows\":\"breaks\"").contains("\"function\":\"do_wp_page\"");
  }
}
