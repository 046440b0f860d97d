package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tables of docs/rules.md say what the enums say, and its examples are kernels. With {@code
 * COWHERD_REWRITE=1} in the environment the test writes the tables before it compares them.
 */
class RulesReferenceTest {
  private static final Pattern TABLE =
      Pattern.compile("(<!-- table: (\\w+) -->\\n)(.*?)(<!-- end -->)", Pattern.DOTALL);
  private static final Pattern EXAMPLE = Pattern.compile("```kernel\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path dir;

  private static Path page() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("docs/rules.md"))) {
      Path parent = at.getParent();
      assertThat(parent).as("docs/rules.md above the working directory").isNotNull();
      at = parent == null ? at : parent;
    }
    return at.resolve("docs/rules.md");
  }

  @Test
  void theTablesSayWhatTheEnumsSay() throws IOException {
    String text = Files.readString(page());
    String wanted =
        TABLE
            .matcher(text)
            .replaceAll(m -> Matcher.quoteReplacement(m.group(1) + table(m.group(2)) + m.group(4)));
    if ("1".equals(System.getenv("COWHERD_REWRITE"))) {
      text = Files.readString(Files.writeString(page(), wanted));
    }
    assertThat(TABLE.matcher(text).results().map(m -> m.group(2)))
        .containsExactlyInAnyOrder(
            "kernels", "decisions", "facts", "actions", "words", "invariants", "limits");
    assertThat(text).isEqualTo(wanted);
  }

  @Test
  void theExamplesAreKernels() throws IOException {
    List<String> examples =
        EXAMPLE.matcher(Files.readString(page())).results().map(m -> m.group(1)).toList();
    assertThat(examples).hasSizeGreaterThan(1);
    for (String example : examples) {
      Path file = Files.writeString(dir.resolve("example.kernel"), example);
      assertThat(KernelLibrary.builtIn().resolve(file.toString()).orThrow().name()).isNotEmpty();
    }
  }

  /** {@code in} and {@code by} end a phrase, so that no phrase may contain them. */
  @Test
  void noPhraseContainsAKeyword() {
    for (DecisionPoint point : DecisionPoint.values()) {
      assertThat(point.phrase().split(" ")).doesNotContain("in", "by");
    }
  }

  private static String table(String name) {
    return switch (name) {
      case "kernels" -> kernels();
      case "decisions" -> decisions();
      case "facts" -> facts();
      case "actions" -> actions();
      case "words" -> words();
      case "invariants" -> invariants();
      case "limits" -> limits();
      default -> throw new IllegalArgumentException("RulesReferenceTest: " + name);
    };
  }

  private static String kernels() {
    List<String> rows = new ArrayList<>();
    for (String name : KernelLibrary.builtIn().names()) {
      Kernel kernel = KernelLibrary.builtIn().get(name);
      rows.add(
          row(code(name), kernel.base().map(RulesReferenceTest::code).orElse(""), kernel.story()));
    }
    return table(row("kernel", "extends", "what it is"), rows);
  }

  private static String decisions() {
    StringBuilder out = new StringBuilder();
    for (DecisionPoint point : DecisionPoint.values()) {
      String facts =
          Arrays.stream(Fact.values())
              .filter(KnownFacts.at(point)::contains)
              .map(fact -> code(fact.word()))
              .collect(Collectors.joining(", "));
      String actions =
          point.actions().stream()
              .map(action -> code(action.word()))
              .collect(Collectors.joining(", "));
      out.append("#### on ").append(point.phrase()).append("\n\n");
      out.append(sentence(point.meaning())).append("\n\n");
      out.append("- actions: ").append(actions).append('\n');
      out.append("- facts: ").append(facts.isEmpty() ? "none" : facts).append("\n\n");
    }
    return out.toString();
  }

  private static String facts() {
    return table(
        row("fact", "kind", "meaning"),
        Arrays.stream(Fact.values())
            .map(f -> row(code(f.word()), f.isCount() ? "number" : "truth", f.meaning()))
            .toList());
  }

  private static String actions() {
    return table(
        row("action", "ends the decision", "what the mechanism does"),
        Arrays.stream(Action.values())
            .map(a -> row(code(a.word()), a.terminal() ? "yes" : "no, goes on", a.meaning()))
            .toList());
  }

  private static String words() {
    return table(
        row("word", "meaning"),
        Arrays.stream(GupWord.values()).map(w -> row(code(w.word()), w.meaning())).toList());
  }

  private static String invariants() {
    return table(
        row("invariant", "meaning"),
        Arrays.stream(Invariant.values()).map(i -> row(i.name(), i.meaning())).toList());
  }

  private static String limits() {
    return table(
        row("limit", "value"),
        List.of(
            row("size of a file", (cowherd.kernel.source.SourceReader.BYTES_MAX >> 10) + " KiB"),
            row("words and signs of a file", "" + Lexer.TOKENS_MAX),
            row("length of a word", Lexer.WORD_LENGTH_MAX + " characters"),
            row("length of a string", Lexer.STRING_LENGTH_MAX + " characters"),
            row("length of a kernel's name", KernelParser.NAME_LENGTH_MAX + " characters"),
            row("files that extend each other", "" + KernelReader.CHAIN_MAX),
            row("rules of a block", "" + KernelParser.RULES_MAX),
            row("nesting of a condition", "" + ConditionParser.NESTING_MAX),
            row("facts of a comparison", "" + ConditionParser.TERMS_MAX),
            row("attempts of a user", "" + GupUser.ATTEMPTS_MAX),
            row("mistakes that are reported", "" + Problems.PROBLEMS_MAX),
            row(
                "combinations of facts that are tried to find dead rules",
                BlockChecks.COMBINATIONS_MAX + " a block")));
  }

  private static String table(String head, List<String> rows) {
    int columns = (int) head.chars().filter(c -> c == '|').count() - 1;
    return "\n" + head + "\n|" + "---|".repeat(columns) + "\n" + String.join("\n", rows) + "\n\n";
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String code(String word) {
    return "`" + word + "`";
  }

  private static String sentence(String clause) {
    return Character.toUpperCase(clause.charAt(0)) + clause.substring(1) + ".";
  }
}
