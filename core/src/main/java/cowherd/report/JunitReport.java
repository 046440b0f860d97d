package cowherd.report;

import cowherd.explore.Condition;
import cowherd.explore.Graded;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run of {@code check} as JUnit XML: a suite for each test, a case for each kernel. */
public final class JunitReport {
  private final StringBuilder out = new StringBuilder();

  private JunitReport() {}

  private enum Kind {
    PASSED,
    FAILURE,
    ERROR,
    SKIPPED
  }

  /** The whole document. */
  public static String text(CheckRun run) {
    JunitReport report = new JunitReport();
    report.out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cowherd\"");
    report.counts(run.cells(), run.nanos());
    report.out.append(">\n");
    for (int test = 0; test < run.tests().size(); test++) {
      report.suite(run, test);
    }
    return report.out.append("</testsuites>\n").toString();
  }

  private void suite(CheckRun run, int test) {
    List<CheckCell> cells = new ArrayList<>();
    long nanos = 0;
    for (int k = 0; k < run.kernels().size(); k++) {
      cells.add(run.cell(test, k));
      nanos += run.cell(test, k).graded().result().nanos();
    }
    LitmusTest t = run.tests().get(test);
    out.append("  <testsuite").append(attribute("name", run.label(test)));
    out.append(attribute("file", t.file()));
    counts(cells, nanos);
    out.append(">\n");
    for (int k = 0; k < run.kernels().size(); k++) {
      testCase(run.label(test), run.kernels().get(k), run.cell(test, k));
    }
    out.append("  </testsuite>\n");
  }

  private void testCase(String test, KernelColumn kernel, CheckCell cell) {
    Graded graded = cell.graded();
    out.append("    <testcase").append(attribute("classname", test));
    out.append(attribute("name", kernel.label()));
    out.append(attribute("time", seconds(graded.result().nanos())));
    String message = message(graded);
    switch (kind(cell)) {
      case PASSED -> out.append("/>\n");
      case SKIPPED ->
          out.append(">\n      <skipped")
              .append(attribute("message", message))
              .append("/>\n    </testcase>\n");
      case FAILURE -> problem("failure", message, text(cell));
      case ERROR -> problem("error", message, text(cell));
    }
  }

  private void problem(String element, String message, String text) {
    out.append(">\n      <").append(element).append(attribute("message", message)).append('>');
    out.append(escaped(text)).append("</").append(element).append(">\n    </testcase>\n");
  }

  private static Kind kind(CheckCell cell) {
    return cell.contradictions().isEmpty() ? kind(cell.graded()) : Kind.FAILURE;
  }

  private static Kind kind(Graded graded) {
    return switch (graded.grade()) {
      case AS_EXPECTED -> Kind.PASSED;
      case NOT_AS_EXPECTED -> Kind.FAILURE;
      case UNDEFINED, OUT_OF_MODEL -> Kind.SKIPPED;
      case UNKNOWN -> Kind.ERROR;
      case NO_EXPECTATION ->
          graded.result().verdict() == Verdict.HOLDS ? Kind.PASSED : Kind.FAILURE;
    };
  }

  private static String message(Graded graded) {
    return switch (graded.grade()) {
      case UNDEFINED -> "nobody said what should happen; got " + Words.got(graded);
      case OUT_OF_MODEL -> "outside the model: " + graded.result().reason();
      case UNKNOWN -> "not known: " + graded.result().reason();
      case AS_EXPECTED, NOT_AS_EXPECTED, NO_EXPECTATION ->
          graded
              .expectation()
              .map(e -> "expected " + Words.expected(e) + ", got " + Words.got(graded))
              .orElse(Words.got(graded));
    };
  }

  private static String text(CheckCell cell) {
    List<String> lines = new ArrayList<>();
    cell.graded().result().hang().ifPresent(hang -> lines.add(hang.sentence()));
    for (Condition condition : cell.graded().result().broken()) {
      lines.add("breaks " + Words.condition(condition));
    }
    for (Condition condition : cell.graded().result().unreached()) {
      lines.add("never reaches " + Words.condition(condition));
    }
    if (!cell.witness().isEmpty()) {
      lines.add("run: " + WitnessCall.line(cell.witness()));
    }
    cell.contradictions().forEach(observed -> lines.add(Words.contradiction(observed)));
    return String.join("\n", lines);
  }

  private void counts(List<CheckCell> cells, long nanos) {
    out.append(attribute("tests", Integer.toString(cells.size())));
    out.append(attribute("failures", count(cells, Kind.FAILURE)));
    out.append(attribute("errors", count(cells, Kind.ERROR)));
    out.append(attribute("skipped", count(cells, Kind.SKIPPED)));
    out.append(attribute("time", seconds(nanos)));
  }

  private static String count(List<CheckCell> cells, Kind kind) {
    return Long.toString(cells.stream().filter(cell -> kind(cell) == kind).count());
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e9);
  }

  private static String attribute(String name, String value) {
    return " " + name + "=\"" + escaped(value).replace("\n", "&#10;") + "\"";
  }

  /** XML 1.0 has no place for most control characters and for unpaired surrogates. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> escaped.append("&amp;");
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '"' -> escaped.append("&quot;");
            default -> escaped.appendCodePoint(isXml(c) ? c : 0xFFFD);
          }
        });
    return escaped.toString();
  }

  private static boolean isXml(int c) {
    return c == '\t'
        || c == '\n'
        || c >= 0x20 && c <= 0xD7FF
        || c >= 0xE000 && c <= 0xFFFD
        || c >= 0x10000;
  }
}
