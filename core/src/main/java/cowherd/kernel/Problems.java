package cowherd.kernel;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the mistakes of one kernel file, and no more than a reader can use. */
final class Problems {
  /** Mistakes of one file that are shown. */
  static final int PROBLEMS_MAX = 40;

  private final SourceText source;
  private final List<Diagnostic> list = new ArrayList<>();

  Problems(SourceText source) {
    this.source = source;
  }

  SourceText source() {
    return source;
  }

  void at(Token token, String message, String fix) {
    at(token.offset(), token.length(), message, fix);
  }

  void at(int offset, int length, String message, String fix) {
    if (!isFull()) {
      int lineEnd = source.text().indexOf('\n', offset);
      int end = lineEnd < 0 ? offset + length : Math.min(offset + length, lineEnd);
      list.add(source.diagnostic(offset, end - offset, message, fix));
    }
  }

  boolean isEmpty() {
    return list.isEmpty();
  }

  boolean isFull() {
    return list.size() >= PROBLEMS_MAX;
  }

  /** In the order of the file. */
  List<Diagnostic> list() {
    List<Diagnostic> sorted = new ArrayList<>(list);
    sorted.sort(Comparator.comparingInt(Diagnostic::line).thenComparingInt(Diagnostic::column));
    if (isFull()) {
      String message = "reading ends here: " + PROBLEMS_MAX + " mistakes are enough";
      sorted.add(Diagnostic.ofFile(source.file(), message, ""));
    }
    return sorted;
  }
}
