package cowherd.litmus;

/** A range of the source text: offsets in UTF-16 units, {@code end} exclusive. */
record Span(int start, int end) {
  int length() {
    return end - start;
  }

  Span to(Span last) {
    return new Span(start, Math.max(start, last.end));
  }

  /** The position between two characters just after this range. */
  Span after() {
    return new Span(end, end);
  }
}
