package cowherd.litmus;

import cowherd.kernel.source.SourceText;
import java.util.List;

/** A file that is read: its text and its tokens, without comments. */
record Source(SourceText text, List<Token> tokens) {

  int line(Span span) {
    return text.line(span.start());
  }

  Place place(Span span) {
    return new Place(text.line(span.start()), text.column(span.start()), span.length());
  }

  /** The tokens of a span as one line: a blank where the source has blanks or comments. */
  String folded(Span span) {
    StringBuilder out = new StringBuilder();
    int last = -1;
    for (int i = firstTokenFrom(span.start()); i < tokens.size(); i++) {
      Span token = tokens.get(i).span();
      if (token.end() > span.end() || tokens.get(i).kind() == Token.Kind.END) {
        break;
      }
      if (last >= 0 && token.start() > last) {
        out.append(' ');
      }
      out.append(text.text(), token.start(), token.end());
      last = token.end();
    }
    return out.toString();
  }

  private int firstTokenFrom(int offset) {
    int low = 0;
    int high = tokens.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (tokens.get(middle).span().start() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
