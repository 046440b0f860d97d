package cowherd.litmus;

import cowherd.operation.PropertyName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Parses {@code expect VERDICT [PROPERTY...] [in a race] [for KINDS] on KERNELS;}. */
final class ExpectationParser {
  private static final Pattern RELEASE = Pattern.compile("v[0-9].*");

  private final TokenStream tokens;

  ExpectationParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  Tree.Item expectation() {
    Token keyword = tokens.next();
    Verdict verdict = verdict();
    List<Tree.Name> properties = properties();
    boolean inRace = race();
    List<Tree.Name> kinds = TestParser.kinds(tokens);
    List<Tree.Kernels> kernels = new ArrayList<>();
    boolean elsewhere = tokens.acceptWord("elsewhere");
    if (!elsewhere) {
      if (!tokens.acceptWord("on")) {
        throw tokens.unexpected("`on` and the kernels, or `elsewhere`", "write `on v5.8`");
      }
      do {
        kernels.add(kernels());
      } while (tokens.accept(","));
    }
    Span span = keyword.span().to(tokens.previous().span());
    tokens.semicolon();
    return new Tree.Expect(
        span, verdict, properties, inRace, kinds, List.copyOf(kernels), elsewhere);
  }

  private Verdict verdict() {
    Tree.Name word = tokens.dashedName("a verdict", false);
    List<String> known = Arrays.stream(Verdict.values()).map(Verdict::word).toList();
    return Verdict.of(word.text())
        .orElseThrow(() ->
            tokens.bail(
                word.span(),
                "there is no verdict `" + word.text() + "`",
                Hints.didYouMeanOr(word.text(), known, "the verdicts are: ")));
  }

  private List<Tree.Name> properties() {
    List<Tree.Name> properties = new ArrayList<>();
    while (tokens.peek().kind() == Token.Kind.WORD
        && !tokens.atWord("in")
        && !tokens.atWord("for")
        && !tokens.atWord("on")
        && !tokens.atWord("elsewhere")) {
      Tree.Name word = tokens.dashedName("a property", false);
      if (RELEASE.matcher(word.text()).matches()) {
        throw tokens.bail(
            word.span(),
            "here should be `on` before the kernels",
            "write `on` and the names of kernels");
      }
      if (!propertyWords().contains(word.text())) {
        throw tokens.bail(
            word.span(),
            "there is no property `" + word.text() + "`",
            Hints.didYouMean(word.text(), propertyWords()));
      }
      properties.add(word);
      tokens.accept(",");
    }
    return List.copyOf(properties);
  }

  /** The words that may follow the verdict. */
  static List<String> propertyWords() {
    List<String> words =
        new ArrayList<>(Arrays.stream(PropertyName.values()).map(PropertyName::word).toList());
    words.addAll(TestParser.conditionWords());
    return words;
  }

  private boolean race() {
    if (!tokens.acceptWord("in")) {
      return false;
    }
    if (!tokens.acceptWord("a") || !tokens.acceptWord("race")) {
      throw tokens.unexpected("`in a race`", "");
    }
    return true;
  }

  private Tree.Kernels kernels() {
    Tree.Name first = tokens.dashedName("the name of a kernel", true);
    Span span = first.span();
    if (!tokens.at("..")) {
      Place place = tokens.source().place(span);
      return new Tree.Kernels(new KernelRange.One(first.text(), place), span);
    }
    span = span.to(tokens.next().span());
    if (tokens.peek().kind() != Token.Kind.WORD || tokens.isOnNewLine()) {
      Place place = tokens.source().place(span);
      return new Tree.Kernels(new KernelRange.From(first.text(), place), span);
    }
    Tree.Name last = tokens.dashedName("the name of a kernel", true);
    span = span.to(last.span());
    Place place = tokens.source().place(span);
    return new Tree.Kernels(new KernelRange.Between(first.text(), last.text(), place), span);
  }
}
