package cowherd.litmus;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects the mistakes of one file: one for each position, and a bounded number of them. */
final class Problems {
  private record Problem(int offset, Diagnostic diagnostic) {}

  private final SourceText source;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<Integer> offsets = new HashSet<>();

  Problems(SourceText source) {
    this.source = source;
  }

  void error(Span span, String message, String fix) {
    if (problems.size() < Limits.DIAGNOSTICS_MAX && offsets.add(span.start())) {
      problems.add(new Problem(span.start(), diagnostic(span, message, fix)));
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
