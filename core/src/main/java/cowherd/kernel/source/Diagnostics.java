package cowherd.kernel.source;

import java.util.ArrayList;
import java.util.List;

/**
 * The mistakes found in one or more source texts, in the order in which they should be read, with
 * the texts that the excerpts are taken from.
 *
 * @param list the mistakes
 * @param sources the texts, each under its own name; a mistake in another file has no excerpt
 */
public record Diagnostics(List<Diagnostic> list, List<SourceText> sources) {
  public Diagnostics {
    list = List.copyOf(list);
    sources = List.copyOf(sources);
  }

  /** One mistake without a source text. */
  public static Diagnostics of(Diagnostic diagnostic) {
    return new Diagnostics(List.of(diagnostic), List.of());
  }

  /** These and then those of another text. */
  public Diagnostics with(List<Diagnostic> more, SourceText source) {
    List<Diagnostic> all = new ArrayList<>(list);
    all.addAll(more);
    List<SourceText> texts = new ArrayList<>(sources);
    texts.add(source);
    return new Diagnostics(all, texts);
  }

  /** All of them as a user reads them, see {@link SourceText#render(Diagnostic)}. */
  public String render() {
    StringBuilder out = new StringBuilder();
    for (Diagnostic diagnostic : list) {
      out.append(
          SourceText.render(
              diagnostic,
              sources.stream().filter(s -> s.file().equals(diagnostic.file())).findFirst()));
    }
    return out.toString();
  }
}
