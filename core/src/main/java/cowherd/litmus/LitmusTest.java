package cowherd.litmus;

import cowherd.operation.Program;
import cowherd.operation.PropertyName;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A test, compiled.
 *
 * @param name its name; of a test for several kinds of memory, {@code name/kind}
 * @param story what it shows, one sentence, or empty
 * @param sources where it comes from
 * @param file the file, as the user knows it
 * @param line 1-based line where it begins
 * @param program what runs
 * @param assertions the test's own conditions
 * @param expectations what it expects of which kernels
 * @param tolerated named properties that need not hold
 * @param toleratesHang a run may hang
 * @param sourceText the text of this test alone
 */
public record LitmusTest(
    String name,
    String story,
    List<String> sources,
    String file,
    int line,
    Program program,
    List<Assertion> assertions,
    List<Expectation> expectations,
    Set<PropertyName> tolerated,
    boolean toleratesHang,
    String sourceText) {
  public LitmusTest {
    sources = List.copyOf(sources);
    assertions = List.copyOf(assertions);
    expectations = List.copyOf(expectations);
    tolerated = Collections.unmodifiableSet(new TreeSet<>(tolerated));
  }

  /** The same test with another program. */
  public LitmusTest withProgram(Program newProgram) {
    return new LitmusTest(
        name,
        story,
        sources,
        file,
        line,
        newProgram,
        assertions,
        expectations,
        tolerated,
        toleratesHang,
        sourceText);
  }

  /** The name as it is written; a test for several kinds of memory is a case for each of them. */
  public String family() {
    return name.contains("/") ? name.substring(0, name.indexOf('/')) : name;
  }

  /** The kind of memory of this case, or empty. */
  public String kind() {
    return name.substring(Math.min(name.length(), family().length() + 1));
  }
}
