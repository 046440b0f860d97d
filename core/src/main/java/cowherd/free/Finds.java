package cowherd.free;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.litmus.Formatter;
import cowherd.litmus.LitmusTest;
import cowherd.operation.PropertyName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The programs found so far. A new one is taken only when it is really different: it is minimised
 * (call by call, as long as a check still finds the property broken), and one that is then equal to
 * an earlier one, up to the names of processes, threads, pages, references and values, is dropped.
 */
final class Finds {
  private final Kernel kernel;
  private final Bounds bounds;
  private final boolean variants;
  private final Set<String> seen = new HashSet<>();
  private final List<Found> found = new ArrayList<>();

  Finds(Kernel kernel, Bounds bounds, boolean variants) {
    this.kernel = kernel;
    this.bounds = bounds;
    this.variants = variants;
  }

  /** What was found, in the order of finding. */
  List<Found> list() {
    return List.copyOf(found);
  }

  /**
   * Takes a program.
   *
   * @param program calls in the order of a run that breaks the property
   * @param calls calls of that run
   * @param steps its steps
   * @return whether it was really different
   */
  boolean add(FoundProgram program, PropertyName property, int calls, int steps) {
    if (!seen.add(key(property, program))) {
      return false;
    }
    FoundProgram least = minimised(program, property);
    if (!least.equals(program) && !seen.add(key(property, least))) {
      return false;
    }
    String name = "hunt-" + property.word() + "-" + (found.size() + 1);
    String text = text(least, name, story(property));
    CheckResult here =
        Judged.parse(text)
            .map(test -> Checker.check(test, kernel, Options.DEFAULT, bounds))
            .filter(result -> breaks(result, property))
            .orElseThrow(() ->
                new IllegalStateException(
                    "Finds.add: the search found a run that no check confirms:\n" + text));
    List<CheckResult> results = new ArrayList<>(List.of(here));
    results.addAll(Judged.everywhere(here.test(), bounds));
    found.add(new Found(property, text, calls, steps, results));
    return true;
  }

  private String key(PropertyName property, FoundProgram program) {
    return property.word() + "\n" + program.key(variants);
  }

  private String story(PropertyName property) {
    return "Breaks " + property.word() + " on " + kernel.name() + ": " + property.meaning();
  }

  /** The smallest program that is left when no call can go. */
  private FoundProgram minimised(FoundProgram program, PropertyName property) {
    for (FoundProgram smaller : program.withoutOne()) {
      String text = text(smaller, "candidate", "");
      Optional<LitmusTest> test = Judged.parse(text);
      if (test.isPresent()
          && breaks(Checker.verdict(test.get(), kernel, Options.DEFAULT, bounds), property)) {
        return minimised(smaller, property);
      }
    }
    return program;
  }

  private static String text(FoundProgram program, String name, String story) {
    String quoted = story.isEmpty() ? "" : "  \"" + story + "\"\n";
    String body = program.body();
    Configuration used = program.configuration().withPages(program.pages());
    String text = Declarations.text(used, name, quoted, body) + body;
    return Formatter.formatted(text);
  }

  private static boolean breaks(CheckResult result, PropertyName property) {
    return result.broken().stream().anyMatch(c -> c.name().equals(property.word()));
  }
}
