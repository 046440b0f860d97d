package cowherd.litmus;

import cowherd.operation.PropertyName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks the expectations of a test against the test itself; kernels are checked elsewhere. */
final class ExpectationChecker {
  private final TestContext test;
  private final Declarations declarations;
  private final List<Assertion> assertions;
  private final Set<String> kernels = new HashSet<>();
  private final Set<Boolean> elsewhere = new HashSet<>();

  ExpectationChecker(TestContext test, Declarations declarations, List<Assertion> assertions) {
    this.test = test;
    this.declarations = declarations;
    this.assertions = assertions;
  }

  List<Expectation> run(List<Tree.Item> items) {
    List<Expectation> expectations = new ArrayList<>();
    for (Tree.Item item : items) {
      if (item instanceof Tree.Expect expect) {
        check(expect);
        expectations.add(
            new Expectation(
                expect.verdict(),
                expect.properties().stream().map(Tree.Name::text).toList(),
                expect.inRace(),
                expect.kinds().stream().map(Tree.Name::text).toList(),
                expect.kernels().stream().map(Tree.Kernels::range).toList(),
                expect.elsewhere(),
                test.source.line(expect.span())));
      }
    }
    return expectations;
  }

  private void check(Tree.Expect expect) {
    boolean ofKind = !expect.kinds().isEmpty();
    if (expect.elsewhere()) {
      if (!elsewhere.add(ofKind)) {
        test.problems.error(expect.span(), "`elsewhere` is said twice", "");
      }
    }
    for (Tree.Kernels range : expect.kernels()) {
      if (!kernels.add((ofKind ? "for " : "") + range.range().text())) {
        test.problems.error(
            range.span(),
            "`" + range.range().text() + "` is named by two expectations",
            "keep one of them");
      }
    }
    if (expect.inRace()
        && expect.verdict() != Verdict.VIOLATED
        && expect.verdict() != Verdict.HANGS) {
      test.problems.error(expect.span(), "only `violated` and `hangs` can be so in a race", "");
    }
    expect.properties().forEach(name -> property(expect, name));
  }

  private void property(Tree.Expect expect, Tree.Name name) {
    if (expect.verdict() != Verdict.VIOLATED) {
      test.problems.error(
          name.span(),
          "only `violated` is followed by a property",
          "leave `" + name.text() + "` out");
      return;
    }
    Optional<Assertion.Kind> kind = Assertion.Kind.of(name.text());
    if (kind.isPresent() && assertions.stream().noneMatch(a -> a.kind() == kind.get())) {
      test.problems.error(name.span(), "the test has no condition `" + name.text() + "`", "");
    }
    for (PropertyName tolerated : declarations.tolerated) {
      if (tolerated.word().equals(name.text())) {
        test.problems.error(
            name.span(), "the test tolerates `" + name.text() + "`: it cannot be violated", "");
      }
    }
  }
}
