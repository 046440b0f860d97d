package cowherd.fuzz;

import cowherd.explore.Bounds;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.Fact;
import cowherd.kernel.Facts;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.Resolution;
import cowherd.kernel.Rule;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import cowherd.litmus.Formatter;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Reads bytes as a user's file, and throws when that goes wrong in any way but a diagnostic: an
 * exception, a diagnostic outside of the file, a formatter that is not idempotent, a machine that
 * breaks, rules that decide nothing or other than they say.
 */
final class Reading {
  /** Bounds of a search: it is to break, not to finish. */
  private static final Bounds BOUNDS =
      new Bounds(2_000, 256 << 20, Duration.ofSeconds(1), () -> false);

  private static final int TESTS_CHECKED_MAX = 2;
  private static final int SITUATIONS = 50;
  private static final int COUNT_MAX = 5;
  private static final String LITMUS = "input.litmus";

  private Reading() {}

  /** What is wrong with a file of tests. Reads and formats it; checks nothing. */
  static List<Diagnostic> litmus(byte[] bytes) {
    return switch (SourceReader.decode(bytes, LITMUS)) {
      case SourceReader.Unreadable(Diagnostic diagnostic) -> List.of(diagnostic);
      case SourceReader.Text(SourceText text) -> litmus(text);
    };
  }

  private static List<Diagnostic> litmus(SourceText text) {
    LitmusParser.Result result = LitmusParser.parse(LITMUS, text.text());
    requirePlaces(result.diagnostics(), text);
    switch (Formatter.format(LITMUS, text.text())) {
      case Formatter.Refused(Diagnostics diagnostics) -> {
        requirePlaces(diagnostics, text);
        require(!result.isSound(), "the formatter refuses a sound file");
      }
      case Formatter.Formatted(String formatted) -> {
        if (!KnownFindings.NAME_THAT_ENDS_WITH_A_DOT.matcher(text.text()).find()) {
          requireStable(result, formatted);
        }
      }
    }
    return result.diagnostics().list();
  }

  private static void requireStable(LitmusParser.Result before, String formatted) {
    if (Formatter.format(LITMUS, formatted) instanceof Formatter.Formatted(String twice)) {
      require(twice.equals(formatted), "formatting twice changes something");
    } else {
      throw new AssertionError("the formatter refuses what it wrote");
    }
    LitmusParser.Result after = LitmusParser.parse(LITMUS, formatted);
    require(after.isSound() == before.isSound(), "formatting changes whether a file is sound");
    require(
        after.tests().stream()
            .map(LitmusTest::name)
            .toList()
            .equals(before.tests().stream().map(LitmusTest::name).toList()),
        "formatting changes the tests");
  }

  /** Checks the tests of a sound file, within narrow bounds; any verdict will do. */
  static void check(String text, String kernel) {
    LitmusParser.Result result = LitmusParser.parse(LITMUS, text);
    List<LitmusTest> tests = result.isSound() ? result.tests() : List.of();
    for (LitmusTest test : tests.subList(0, Math.min(TESTS_CHECKED_MAX, tests.size()))) {
      Checker.check(test, KernelLibrary.builtIn().get(kernel), Options.DEFAULT, BOUNDS);
    }
  }

  /** What is wrong with a kernel file; a sound one must decide every situation, as it says. */
  static List<Diagnostic> kernel(byte[] bytes, Path scratch) {
    try {
      Files.write(scratch, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    switch (KernelLibrary.builtIn().resolve(scratch.toString())) {
      case Resolution.Failed(Diagnostics diagnostics) -> {
        Optional<SourceText> own =
            diagnostics.sources().stream()
                .filter(source -> source.file().equals(scratch.toString()))
                .findFirst();
        own.ifPresent(text -> requirePlaces(diagnostics, text));
        require(!diagnostics.render().isEmpty(), "no word about what is wrong");
        return diagnostics.list();
      }
      case Resolution.Found found -> {
        requireDecides(found.kernel());
        return List.of();
      }
    }
  }

  /** In random situations: the compiled rules against the conditions as they were read. */
  private static void requireDecides(Kernel kernel) {
    Random random = new Random(7);
    int[] values = new int[Fact.values().length];
    Facts facts = fact -> values[fact];
    for (int i = 0; i < SITUATIONS; i++) {
      for (Fact fact : Fact.values()) {
        values[fact.ordinal()] = random.nextInt(fact.isCount() ? COUNT_MAX : 2);
      }
      for (DecisionPoint point : DecisionPoint.values()) {
        Decision decision = kernel.decision(point);
        int from = decision.size() == 0 ? 0 : random.nextInt(decision.size());
        require(
            decision.first(facts, from) == firstByTree(decision, facts, from),
            "the compiled rules of `" + point.phrase() + "` decide otherwise");
        require(
            point.effectsOnly() || decision.first(facts, 0) >= 0,
            "no rule of `" + point.phrase() + "` fires");
      }
    }
    require(!kernel.text().isEmpty(), "the kernel has no text");
  }

  private static int firstByTree(Decision decision, Facts facts, int from) {
    List<Rule> rules = decision.rules();
    for (int i = from; i < rules.size(); i++) {
      if (rules.get(i).condition().test(facts)) {
        return i;
      }
    }
    return -1;
  }

  private static void requirePlaces(Diagnostics diagnostics, SourceText text) {
    for (Diagnostic d : diagnostics.list()) {
      if (d.file().equals(text.file()) && d.line() != 0) {
        require(d.line() <= text.lines(), "a line after the last: " + d.headline());
        int columns = text.lineText(d.line()).length() + 1;
        // one more where a line ends with \r\n
        require(d.column() <= columns + 1, "a column after the end of the line: " + d.headline());
        boolean known = KnownFindings.KERNEL_MARKERS_OVER_TWO_LINES && !d.file().equals(LITMUS);
        require(
            known || d.column() - 1 + d.length() <= columns,
            "a marker beyond the line: " + d.headline());
      }
      require(!d.message().isBlank(), "a diagnostic without a message");
    }
    require(diagnostics.list().isEmpty() || !diagnostics.render().isEmpty(), "nothing is rendered");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
