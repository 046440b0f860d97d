package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.KernelNames;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Suggest;
import cowherd.litmus.Assertion;
import cowherd.litmus.Expectation;
import cowherd.litmus.KernelRange;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Place;
import cowherd.litmus.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Compares what checks found with what a test expects.
 *
 * <pre>{@code
 * Grader grader = Grader.of(test, KernelLibrary.builtIn(), Set.of());
 * Graded graded = grader.grade(Checker.check(test, kernel, options, bounds));
 * }</pre>
 *
 * <p>A range of releases means the built-in kernels of these releases, a range of proposals the
 * proposals in between; {@code elsewhere} means every kernel that no other expectation of the test
 * names. Expectations for one kind of memory beat those for all. A user's kernel is known by the
 * name that its file gives it; where a test does not name it, it is measured by what the test
 * expects of the kernel that it extends, so that what stands out is what the user has changed.
 */
public final class Grader {
  private final LitmusTest test;
  private final List<Diagnostic> problems = new ArrayList<>();
  private final Set<String> builtIn;

  /** Expectations that say the kind of memory, and those for all kinds. */
  private final Layer ofKind;

  private final Layer ofAll;

  /** Expectations of which no two may speak of one kernel. */
  private record Layer(Map<String, Expectation> byKernel, Optional<Expectation> elsewhere) {
    static Layer of(List<Expectation> expectations) {
      return new Layer(
          new HashMap<>(), expectations.stream().filter(Expectation::elsewhere).findFirst());
    }

    Optional<Expectation> at(String kernel) {
      return Optional.ofNullable(byKernel.get(kernel));
    }
  }

  private Grader(LitmusTest test, KernelLibrary library) {
    this.test = test;
    this.builtIn = Set.copyOf(library.names());
    this.ofKind = Layer.of(expectations(test, Grader::saysKind));
    this.ofAll = Layer.of(expectations(test, e -> !saysKind(e)));
  }

  private static List<Expectation> expectations(LitmusTest test, Predicate<Expectation> which) {
    return test.expectations().stream().filter(which).toList();
  }

  private static boolean saysKind(Expectation expectation) {
    return !expectation.kinds().isEmpty();
  }

  /**
   * The grader of a test.
   *
   * @param others names of kernels that are not in the library and that the test may name
   */
  public static Grader of(LitmusTest test, KernelLibrary library, Set<String> others) {
    Grader grader = new Grader(test, library);
    for (Expectation expectation : test.expectations()) {
      for (KernelRange range : expectation.kernels()) {
        switch (meant(range, library, others)) {
          case KernelNames.Known(List<String> names) -> grader.cover(names, expectation, range);
          case KernelNames.Unknown(String message, String fix) ->
              grader.problem(range.place(), message, suggestion(range, library, others, fix));
        }
      }
    }
    return grader;
  }

  private static KernelNames meant(KernelRange range, KernelLibrary library, Set<String> others) {
    return switch (range) {
      case KernelRange.One(String kernel, Place _)
          when others.contains(kernel) || library.stable().contains(kernel) ->
          new KernelNames.Known(List.of(kernel));
      case KernelRange.One(String kernel, Place _) -> library.lookup(kernel);
      case KernelRange.Between(String first, String last, Place _) -> library.expand(first, last);
      case KernelRange.From(String first, Place _) -> library.expand(first, "");
    };
  }

  /** The library does not know the user's kernels: one of them may be nearer. */
  private static String suggestion(
      KernelRange range, KernelLibrary library, Set<String> others, String fix) {
    if (!(range instanceof KernelRange.One(String kernel, Place _)) || others.isEmpty()) {
      return fix;
    }
    List<String> all = new ArrayList<>(library.names());
    all.addAll(others.stream().sorted().toList());
    String question = Suggest.didYouMean(kernel, all);
    return question.isEmpty() ? fix : question;
  }

  private void cover(List<String> names, Expectation expectation, KernelRange range) {
    Layer layer = saysKind(expectation) ? ofKind : ofAll;
    for (String name : names) {
      Expectation other = layer.byKernel().putIfAbsent(name, expectation);
      if (other != null && other != expectation) {
        String which = range.text().equals(name) ? "" : " covers `" + name + "`, which";
        problem(
            range.place(),
            "`" + range.text() + "`" + which + " line " + other.line() + " speaks of already",
            "a kernel has one expectation: it is `"
                + other.verdict().word()
                + "` there and `"
                + expectation.verdict().word()
                + "` here");
        return;
      }
    }
  }

  private void problem(Place place, String message, String fix) {
    problems.add(
        new Diagnostic(test.file(), place.line(), place.column(), place.length(), message, fix));
  }

  /** Kernels that do not exist, and kernels of which two expectations speak. */
  public List<Diagnostic> problems() {
    return List.copyOf(problems);
  }

  /** What the test expects of a kernel. */
  public Optional<Expectation> expectation(Kernel kernel) {
    return expectation(kernel, ofKind).or(() -> expectation(kernel, ofAll));
  }

  private Optional<Expectation> expectation(Kernel kernel, Layer layer) {
    Optional<Expectation> own = layer.at(kernel.name());
    if (own.isEmpty() && !builtIn.contains(kernel.name())) {
      own = kernel.base().flatMap(layer::at);
    }
    return own.or(layer::elsewhere);
  }

  /** The result with its grade. */
  public Graded grade(CheckResult result) {
    Optional<Expectation> expectation = expectation(result.kernel());
    return new Graded(result, expectation, grade(result, expectation));
  }

  /** How a result compares with an expectation; memory that was not prepared is always wrong. */
  public static Grade grade(CheckResult result, Optional<Expectation> expectation) {
    if (result.verdict() == Verdict.UNKNOWN) {
      return Grade.UNKNOWN;
    }
    if (isBroken(result, Assertion.Kind.PREPARED.word())) {
      return Grade.NOT_AS_EXPECTED;
    }
    if (expectation.isEmpty()) {
      return result.verdict() == Verdict.OUT_OF_MODEL ? Grade.OUT_OF_MODEL : Grade.NO_EXPECTATION;
    }
    Expectation expected = expectation.get();
    if (expected.verdict() == Verdict.UNDEFINED) {
      return Grade.UNDEFINED;
    }
    if (matches(result, expected)) {
      return Grade.AS_EXPECTED;
    }
    if (result.verdict() == Verdict.OUT_OF_MODEL) {
      return Grade.OUT_OF_MODEL;
    }
    return couldStillMatch(result, expected) ? Grade.UNKNOWN : Grade.NOT_AS_EXPECTED;
  }

  private static boolean matches(CheckResult result, Expectation expected) {
    return result.verdict() == expected.verdict()
        && (!expected.inRace() || result.inRace())
        && expected.properties().stream().allMatch(name -> isBroken(result, name));
  }

  private static boolean isBroken(CheckResult result, String name) {
    List<Condition> where =
        name.equals(Assertion.Kind.SOMETIMES.word()) ? result.unreached() : result.broken();
    return where.stream().anyMatch(condition -> condition.name().equals(name));
  }

  /** A search that was cut short has found a violation, and the rest might hold more or a hang. */
  private static boolean couldStillMatch(CheckResult result, Expectation expected) {
    boolean cutShort = result.verdict() == Verdict.VIOLATED && !result.reason().isEmpty();
    return cutShort && expected.verdict() != Verdict.HOLDS;
  }
}
