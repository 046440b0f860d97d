package cowherd.litmus;

import cowherd.kernel.source.SourceText;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that is read: its text and its tokens, without comments, and behind them what a kind of
 * memory adds to a test.
 */
record Source(SourceText text, List<Token> tokens, Annex annex) {

  /**
   * Text that is not in the file: spans from {@code begin} on lie in it. For the reader it stands
   * at the declaration that it comes from. A page of one of {@code memories} is its first page, a
   * range the first {@code range} pages.
   */
  record Annex(
      int begin, String text, String kind, int range, List<String> memories, Span standsFor) {
    static final Annex NONE = new Annex(Integer.MAX_VALUE, "", "", 0, List.of(), new Span(0, 0));
  }

  Source(SourceText text, List<Token> tokens) {
    this(text, tokens, Annex.NONE);
  }

  /** One test of this file, and an annex behind it. */
  Source with(Span test, Annex added, List<Token> annexed) {
    List<Token> all = new ArrayList<>(tokensOf(test));
    all.addAll(annexed);
    return new Source(text, List.copyOf(all), added);
  }

  /** The tokens within a span. */
  List<Token> tokensOf(Span span) {
    int last = Math.min(firstTokenFrom(span.end()), tokens.size() - 1); // the end is no part of it
    return tokens.subList(Math.min(firstTokenFrom(span.start()), last), last);
  }

  /** How many pages a test means by a name alone. */
  int range(String name, Span span, int pages) {
    boolean part = annex.range() > 0 && !isAnnexed(span) && annex.memories().contains(name);
    return part ? Math.min(annex.range(), pages) : pages;
  }

  boolean isAnnexed(Span span) {
    return span.start() >= annex.begin();
  }

  /** Where a reader is sent for a span. */
  private Span shown(Span span) {
    return isAnnexed(span) ? annex.standsFor() : span;
  }

  int line(Span span) {
    return text.line(shown(span).start());
  }

  Place place(Span span) {
    Span shown = shown(span);
    return new Place(text.line(shown.start()), text.column(shown.start()), shown.length());
  }

  /** The tokens of a span as one line: a blank where the source has blanks or comments. */
  String folded(Span span) {
    String whole = isAnnexed(span) ? annex.text() : text.text();
    int offset = isAnnexed(span) ? annex.begin() : 0;
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
      out.append(whole, token.start() - offset, token.end() - offset);
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
