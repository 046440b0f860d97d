package cowherd.litmus;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Collects the mistakes of one file: one for each position, and a bounded number of them. */
final class Problems {
  private record Problem(int offset, Diagnostic diagnostic) {
    Problem of(List<String> cases) {
      String where = cases.size() == 1 ? " (in the case " : " (in the cases ";
      String names = cases.stream().map(c -> "`" + c + "`").collect(Collectors.joining(", "));
      Diagnostic d = diagnostic;
      return new Problem(
          offset,
          new Diagnostic(
              d.file(),
              d.line(),
              d.column(),
              d.length(),
              d.message() + where + names + ")",
              d.fix()));
    }
  }

  private final SourceText source;
  private final Source.Annex annex;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<Integer> offsets = new HashSet<>();

  Problems(SourceText source) {
    this(source, Source.Annex.NONE);
  }

  /** Mistakes in an annex are reported at the declaration that it stands for. */
  Problems(SourceText source, Source.Annex annex) {
    this.source = source;
    this.annex = annex;
  }

  void error(Span span, String message, String fix) {
    Span shown = span.start() >= annex.begin() ? annex.standsFor() : span;
    if (problems.size() < Limits.DIAGNOSTICS_MAX && offsets.add(shown.start())) {
      problems.add(new Problem(shown.start(), diagnostic(shown, message, fix)));
    }
  }

  void error(Span span, String message) {
    error(span, message, "");
  }

  private Diagnostic diagnostic(Span span, String message, String fix) {
    int lineEnd = source.text().indexOf('\n', span.start());
    int end = lineEnd < 0 ? span.end() : Math.min(span.end(), lineEnd);
    return source.diagnostic(span.start(), Math.max(0, end - span.start()), message, fix);
  }

  /** Takes over the mistakes of the cases of a test; what not all of them have says which do. */
  void adopt(Map<String, Problems> cases) {
    Map<Problem, List<String>> found = new LinkedHashMap<>();
    cases.forEach((name, own) ->
        own.problems.forEach(p -> found.computeIfAbsent(p, key -> new ArrayList<>()).add(name)));
    found.forEach((problem, names) -> {
      if (problems.size() < Limits.DIAGNOSTICS_MAX && offsets.add(problem.offset)) {
        problems.add(names.size() == cases.size() ? problem : problem.of(names));
      }
    });
  }

  /** Whether anything is wrong within the span. */
  boolean within(Span span) {
    return problems.stream().anyMatch(p -> span.start() <= p.offset && p.offset <= span.end());
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  /** All of them in the order of the text. */
  List<Diagnostic> list() {
    return problems.stream()
        .sorted(Comparator.comparingInt(Problem::offset))
        .map(Problem::diagnostic)
        .toList();
  }
}
