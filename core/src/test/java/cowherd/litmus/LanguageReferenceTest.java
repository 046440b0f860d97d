package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * docs/language.md says what the code does: its tables are those of the code, and its examples can
 * be read. {@code -Dcowherd.golden.update=true} writes the tables anew.
 */
class LanguageReferenceTest {
  private static final Path PAGE = Resources.REPOSITORY.resolve("docs/language.md");
  private static final Pattern EXAMPLE = Pattern.compile("```litmus\\n(.*?)```", Pattern.DOTALL);

  @Test
  void tablesAreThoseOfTheCode() throws IOException {
    String page = Resources.read(PAGE);
    String expected = page;
    for (Reference.Table table : Reference.tables()) {
      expected = replaced(expected, table);
    }
    if (Boolean.getBoolean("cowherd.golden.update")) {
      Files.writeString(PAGE, expected);
    } else {
      assertThat(page).isEqualTo(expected);
    }
  }

  private static String replaced(String page, Reference.Table table) {
    String begin = "<!-- table " + table.name() + " -->\n";
    String end = "<!-- end -->";
    int from = page.indexOf(begin);
    assertThat(from).as("the page has a table %s", table.name()).isNotNegative();
    int to = page.indexOf(end, from);
    return page.substring(0, from + begin.length()) + table.markdown() + page.substring(to);
  }

  @Test
  void examplesCanBeRead() {
    Matcher matcher = EXAMPLE.matcher(Resources.read(PAGE));
    List<String> examples = new ArrayList<>();
    while (matcher.find()) {
      examples.add(matcher.group(1));
    }
    assertThat(examples).hasSizeGreaterThan(3);
    for (String example : examples) {
      assertThat(LitmusParser.parse("example", example).diagnostics().render())
          .as(example)
          .isEmpty();
    }
  }
}
