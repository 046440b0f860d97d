package cowherd.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** What {@code check} writes for programs. */
class FormatsTest {
  private static final CheckRun RUN = MadeUp.everything();

  @Test
  void jsonHasOneObjectForEachTestAndKernel() {
    String json = JsonReport.text(RUN);
    assertThat(json.lines()).hasSize(RUN.cells().size());
    assertThat(json.lines()).allMatch(line -> line.startsWith("{\"test\":") && line.endsWith("}"));
    Golden.check("first-and-last.json", firstAndLast(json.lines().toList()));
  }

  private static String firstAndLast(List<String> lines) {
    return lines.getFirst() + "\n" + lines.getLast() + "\n";
  }

  @Test
  void jsonQuotesWhatMustBeQuoted() {
    Json json = new Json().open('{').field("a\"b", "\\ \n \t \u0001 \u007f \ud800 \ud83d\ude00");
    assertThat(json.close('}'))
        .hasToString("{\"a\\\"b\":\"\\\\ \\n \\t \\u0001 \\u007f \\ud800 \ud83d\ude00\"}");
  }

  @Test
  void ktapPlansAndNumbersItsTests() {
    List<String> lines = KtapReport.text(RUN).lines().toList();
    assertThat(lines.subList(0, 2)).containsExactly("KTAP version 1", "1.." + RUN.tests().size());
    int kernels = RUN.kernels().size();
    assertThat(lines.stream().filter(line -> line.equals("  1.." + kernels)))
        .hasSize(RUN.tests().size());
    List<String> points =
        lines.stream().filter(line -> line.matches("(  )?(not )?ok [0-9]+ .*")).toList();
    int number = 0;
    int test = 0;
    for (String point : points) {
      if (point.startsWith("  ")) {
        number++;
        assertThat(point.strip()).contains("ok " + number + " ");
      } else {
        test++;
        assertThat(number).isEqualTo(kernels);
        assertThat(point).contains("ok " + test + " ");
        number = 0;
      }
    }
    assertThat(test).isEqualTo(RUN.tests().size());
    Golden.check("run.ktap", KtapReport.text(RUN));
  }

  @Test
  void junitIsWellFormedAndCounts() throws Exception {
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(JunitReport.text(RUN))))
            .getDocumentElement();
    assertThat(root.getElementsByTagName("testsuite").getLength()).isEqualTo(RUN.tests().size());
    assertThat(root.getElementsByTagName("testcase").getLength()).isEqualTo(RUN.cells().size());
    for (String kind : List.of("failure", "error", "skipped")) {
      String plural = kind.equals("skipped") ? kind : kind + "s";
      assertThat(root.getAttribute(plural))
          .as(kind)
          .isEqualTo(Integer.toString(root.getElementsByTagName(kind).getLength()));
    }
    assertThat(root.getElementsByTagName("failure").item(0).getTextContent())
        .contains("a value that <nobody> stored & 'kept'");
  }
}
