package cowherd.litmus;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a file of tests. The language is described in docs/language.md.
 *
 * <pre>{@code
 * LitmusParser.Result result = LitmusParser.parse("a.litmus", text);
 * if (!result.diagnostics().list().isEmpty()) {
 *   print(result.diagnostics().render());
 * }
 * }</pre>
 */
public final class LitmusParser {
  private LitmusParser() {}

  /**
   * What a file contains.
   *
   * @param tests the tests without a mistake, in the order of the file
   * @param diagnostics all mistakes; of the tests that are missing above, at least one each
   */
  public record Result(List<LitmusTest> tests, Diagnostics diagnostics) {
    public Result {
      tests = List.copyOf(tests);
    }

    /** Whether the whole file is without a mistake. */
    public boolean isSound() {
      return diagnostics.list().isEmpty();
    }
  }

  /**
   * Reads tests. Never fails: every mistake is a diagnostic.
   *
   * @param file how diagnostics call it
   * @param text its text
   */
  public static Result parse(String file, String text) {
    if (text.length() > Limits.FILE_CHARACTERS_MAX) {
      return new Result(List.of(), Diagnostics.of(tooLarge(file)));
    }
    SourceText sourceText = new SourceText(file, text);
    Problems problems = new Problems(sourceText);
    Source source = source(sourceText, Lexer.tokens(text, problems));
    List<Tree.Test> trees = new TestParser(new TokenStream(source, problems)).file();
    checkNames(trees, problems);
    List<LitmusTest> tests = new ArrayList<>();
    for (Tree.Test tree : withoutTooMany(trees, problems)) {
      if (!problems.within(tree.span())) {
        tests.addAll(KindCases.compile(tree, source, problems));
      }
    }
    return new Result(tests, new Diagnostics(problems.list(), List.of(sourceText)));
  }

  static Diagnostic tooLarge(String file) {
    return Diagnostic.ofFile(
        file,
        "the file is larger than " + (Limits.FILE_CHARACTERS_MAX >> 10) + " Ki characters",
        "split it");
  }

  static Source source(SourceText text, List<Token> tokens) {
    return new Source(
        text, tokens.stream().filter(token -> token.kind() != Token.Kind.COMMENT).toList());
  }

  /** As many tests as have no more cases than a file may have. */
  private static List<Tree.Test> withoutTooMany(List<Tree.Test> trees, Problems problems) {
    int cases = 0;
    for (int i = 0; i < trees.size(); i++) {
      cases += trees.get(i).kinds().size();
      if (cases > Limits.CASES_MAX) {
        problems.error(
            trees.get(i).name().span(),
            "the file has more than " + Limits.CASES_MAX + " cases, one for each kind of memory",
            "split it");
        return trees.subList(0, i);
      }
    }
    return trees;
  }

  private static void checkNames(List<Tree.Test> trees, Problems problems) {
    Set<String> names = new HashSet<>();
    for (Tree.Test tree : trees) {
      if (!tree.name().text().isEmpty() && !names.add(tree.name().text())) {
        problems.error(
            tree.name().span(),
            "the file has two tests `" + tree.name().text() + "`",
            "take another name");
      }
    }
  }
}
