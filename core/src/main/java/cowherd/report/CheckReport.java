package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Grade;
import cowherd.explore.Graded;
import cowherd.explore.Hang;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a run of {@code check} prints: the matrix, and below it what needs more than a word. */
public final class CheckReport {
  /** Most findings that are told at length; the matrix and the JSON have all. */
  static final int FINDINGS_MAX = 20;

  private static final String INTERRUPTED = ": interrupted";
  private static final String ADVICE =
      "the bounds can be raised: --max-states, --max-memory (and the Java heap, as in"
          + " COWHERD_JAVA_OPTS=-Xmx16g), --timeout; or make the test smaller";

  private final CheckRun run;
  private final Look look;
  private final StringBuilder out = new StringBuilder();
  private final KernelLabels labels = new KernelLabels(KernelLibrary.builtIn());

  private CheckReport(CheckRun run, Look look) {
    this.run = run;
    this.look = look;
  }

  /** The report for people. */
  public static String text(CheckRun run, Look look) {
    CheckReport report = new CheckReport(run, look);
    report.out.append(MatrixReport.text(run, look)).append('\n');
    report.legend();
    report.notes();
    report.actors();
    report.findings();
    report.contradictions();
    report.reasons("Not known", Verdict.UNKNOWN);
    report.reasons("Outside the model", Verdict.OUT_OF_MODEL);
    report.summary();
    return report.out.toString();
  }

  /** Whether the reports tell the run that a result shows; the JSON output tells all. */
  public static boolean tellsRun(Graded graded) {
    return Words.isWrong(graded);
  }

  // ---- below the matrix

  private void legend() {
    List<String> words = new ArrayList<>();
    explain(words, "VIOL violated", cell -> cell.startsWith("VIOL"));
    explain(words, "HANG hangs", cell -> cell.startsWith("HANG"));
    explain(words, "? not known", cell -> cell.endsWith("?"));
    explain(words, "out outside the model", cell -> cell.startsWith("out"));
    explain(words, "- nobody said what should happen", cell -> cell.equals(Words.UNDEFINED));
    explain(words, "! not as expected", cell -> cell.endsWith(Words.NOT_AS_EXPECTED));
    if (!words.isEmpty()) {
      Lines.paragraph(out, "", "", String.join("; ", words), look.columns());
    }
  }

  private void explain(List<String> words, String meaning, Predicate<String> uses) {
    if (run.cells().stream().anyMatch(cell -> uses.test(Words.cell(cell.graded())))) {
      words.add(meaning);
    }
  }

  private void notes() {
    for (KernelColumn kernel : run.kernels()) {
      if (!kernel.note().isEmpty()) {
        Lines.paragraph(out, "", "  ", Lines.visible(kernel.note()), look.columns());
      }
    }
  }

  private void actors() {
    Map<String, List<String>> byActors = new TreeMap<>();
    for (int test = 0; test < run.tests().size(); test++) {
      List<String> on =
          run.tests().get(test).program().actors().stream()
              .map(actor -> actor.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
              .toList();
      byActors.computeIfAbsent(String.join(", ", on), key -> new ArrayList<>()).add(label(test));
    }
    List<String> off = byActors.remove("");
    if (byActors.isEmpty()) {
      out.append("Background actors: none.\n");
      return;
    }
    List<String> parts = new ArrayList<>();
    byActors.forEach((on, tests) -> parts.add(on + " in " + String.join(", ", tests)));
    if (off != null) {
      parts.add("none in the others");
    } else if (byActors.size() == 1) {
      parts.set(0, byActors.keySet().iterator().next() + " in every test");
    }
    Lines.paragraph(
        out, "Background actors: ", "  ", String.join("; ", parts) + ".", look.columns());
  }

  private String label(int test) {
    return run.label(test);
  }

  // ---- what is wrong

  /** Kernels on which one test shows the same. */
  private record Finding(int test, CheckCell cell, List<KernelColumn> kernels) {}

  private void findings() {
    List<Finding> findings = new ArrayList<>();
    for (int test = 0; test < run.tests().size(); test++) {
      findings.addAll(findings(test));
    }
    if (findings.isEmpty()) {
      return;
    }
    out.append('\n');
    findings.stream().limit(FINDINGS_MAX).forEach(this::finding);
    if (findings.size() > FINDINGS_MAX) {
      int more = findings.size() - FINDINGS_MAX;
      out.append("... and ").append(more).append(" more of this kind; --json tells all.\n");
    }
    Finding first = findings.getFirst();
    String command =
        "`cowherd explain "
            + Lines.visible(named(run.tests().get(first.test())))
            + " --kernel "
            + Lines.visible(first.kernels().getFirst().label())
            + "` tells such a run step by step";
    Lines.paragraph(out, "  = ", "    ", command, look.columns());
  }

  /** The file, and the test where the file has several. */
  private String named(LitmusTest test) {
    boolean alone =
        run.tests().stream().filter(other -> other.file().equals(test.file())).count() == 1;
    return test.file() + (alone && test.kind().isEmpty() ? "" : " " + test.name());
  }

  private List<Finding> findings(int test) {
    Map<String, Finding> found = new LinkedHashMap<>();
    for (int k = 0; k < run.kernels().size(); k++) {
      CheckCell cell = run.cell(test, k);
      if (Words.isWrong(cell.graded())) {
        Finding same =
            found.computeIfAbsent(key(cell), key -> new Finding(test, cell, new ArrayList<>()));
        same.kernels().add(run.kernels().get(k));
      }
    }
    return List.copyOf(found.values());
  }

  /** Equal for cells that are told in the same words. */
  private static String key(CheckCell cell) {
    CheckResult result = cell.graded().result();
    String expectation = cell.graded().expectation().map(e -> "line " + e.line()).orElse("none");
    String broken = result.broken().stream().map(Condition::text).collect(Collectors.joining(","));
    String unreached =
        result.unreached().stream().map(Condition::text).collect(Collectors.joining(","));
    return String.join(
        "|",
        expectation,
        Words.got(cell.graded()),
        broken,
        unreached,
        result.hang().map(Hang::sentence).orElse(""),
        WitnessCall.line(cell.witness()));
  }

  private void finding(Finding finding) {
    Graded graded = finding.cell().graded();
    LitmusTest test = run.tests().get(finding.test());
    int line = graded.expectation().map(e -> e.line()).orElse(test.line());
    String expected =
        graded
            .expectation()
            .map(e -> "expected " + Words.expected(e) + ", got " + Words.got(graded))
            .orElse(Words.got(graded));
    String title =
        Lines.visible(test.file())
            + ":"
            + line
            + ": "
            + Lines.visible(test.name())
            + " "
            + on(finding.kernels())
            + ": "
            + expected;
    StringBuilder head = new StringBuilder();
    Lines.paragraph(head, "", "  ", title, look.columns());
    Ink ink = graded.grade() == Grade.NOT_AS_EXPECTED ? Ink.ALARM : Ink.BAD;
    out.append(look.paint(ink, head.toString().stripTrailing())).append('\n');
    details(finding.cell());
  }

  private void details(CheckCell cell) {
    CheckResult result = cell.graded().result();
    List<Condition> told = new ArrayList<>(result.broken());
    if (result.verdict() == Verdict.HANGS) {
      told.clear();
    }
    result.hang().ifPresent(hang -> item("hangs", hang.sentence()));
    told.forEach(condition -> item("breaks", Words.condition(condition)));
    result.unreached().forEach(condition -> item("never reaches", Words.condition(condition)));
    if (!cell.witness().isEmpty()) {
      item("run", WitnessCall.line(cell.witness()));
    }
    if (!result.reason().isEmpty()) {
      item("cut short by", result.reason());
    }
  }

  private void item(String what, String text) {
    Lines.paragraph(out, "    " + what + "  ", "      ", Lines.visible(text), look.columns());
  }

  // ---- what real kernels did

  private List<Observed> observed() {
    return run.cells().stream().flatMap(cell -> cell.observed().stream()).toList();
  }

  private void contradictions() {
    List<Observed> all = observed().stream().filter(Observed::contradicts).toList();
    if (!all.isEmpty()) {
      out.append('\n');
    }
    all.stream().limit(FINDINGS_MAX).forEach(this::contradiction);
    if (all.size() > FINDINGS_MAX) {
      int more = all.size() - FINDINGS_MAX;
      out.append("... and ").append(more).append(" more of this kind; --json tells all.\n");
    }
  }

  private void contradiction(Observed o) {
    String title =
        "%s:%d: %s on Linux %s: the model %s forbids what was seen"
            .formatted(o.file(), o.line(), o.test(), o.kernel(), o.model());
    StringBuilder head = new StringBuilder();
    Lines.paragraph(head, "", "  ", Lines.visible(title), look.columns());
    out.append(look.paint(Ink.ALARM, head.toString().stripTrailing())).append('\n');
    item("schedule", o.schedule());
    item("observed", o.seen());
    item("allowed ", o.why().isEmpty() ? String.join(" or ", o.allowed()) : "none: " + o.why());
  }

  /** How many observations agree, as a part of the summary; empty when there are none. */
  private String agreement() {
    List<Observed> all = observed();
    if (all.isEmpty()) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    for (Observed.Answer answer : Observed.Answer.values()) {
      long count = all.stream().filter(o -> o.answer() == answer).count();
      if (count > 0) {
        parts.add(Words.number(count) + " " + phrase(answer));
      }
    }
    return "; of " + Words.count(all.size(), "observation") + " " + String.join(", ", parts);
  }

  private static String phrase(Observed.Answer answer) {
    return switch (answer) {
      case AGREES -> "agree";
      case CONTRADICTS -> "contradict";
      case UNTOLD -> "outside the model";
    };
  }

  // ---- no verdict

  private void reasons(String title, Verdict verdict) {
    Map<String, List<KernelColumn>> byReason = new LinkedHashMap<>();
    for (int test = 0; test < run.tests().size(); test++) {
      for (int k = 0; k < run.kernels().size(); k++) {
        CheckResult result = run.cell(test, k).graded().result();
        if (result.verdict() == verdict) {
          String reason = label(test) + ": " + Lines.visible(result.reason());
          byReason.computeIfAbsent(reason, key -> new ArrayList<>()).add(run.kernels().get(k));
        }
      }
    }
    if (byReason.isEmpty()) {
      return;
    }
    out.append('\n').append(look.paint(Ink.DOUBT, title + ":")).append('\n');
    byReason.forEach((reason, kernels) ->
        Lines.paragraph(
            out, "  ", "    ", reason + " (on " + labels.line(kernels) + ")", look.columns()));
  }

  private String on(List<KernelColumn> kernels) {
    boolean all = kernels.size() > 1 && kernels.size() == run.kernels().size();
    return all ? "on every kernel" : "on " + labels.line(kernels);
  }

  private void summary() {
    Map<Grade, Long> grades =
        run.cells().stream()
            .collect(
                Collectors.groupingBy(
                    cell -> cell.graded().grade(), TreeMap::new, Collectors.counting()));
    List<String> parts = new ArrayList<>();
    grades.forEach((grade, count) -> parts.add(Words.number(count) + " " + phrase(grade)));
    long states = run.cells().stream().mapToLong(cell -> cell.graded().result().states()).sum();
    String summary =
        Words.count(run.tests().size(), "test")
            + " on "
            + Words.count(run.kernels().size(), "kernel")
            + ": "
            + String.join(", ", parts)
            + agreement()
            + "; "
            + Words.count(states, "state")
            + "; "
            + Words.seconds(run.nanos());
    out.append('\n');
    Lines.paragraph(out, "", "  ", summary, look.columns());
  }

  private static String phrase(Grade grade) {
    return switch (grade) {
      case AS_EXPECTED -> "as expected";
      case NOT_AS_EXPECTED -> "not as expected";
      case UNDEFINED -> "undefined";
      case NO_EXPECTATION -> "without expectation";
      case UNKNOWN -> "not known";
      case OUT_OF_MODEL -> "outside the model";
    };
  }
}
