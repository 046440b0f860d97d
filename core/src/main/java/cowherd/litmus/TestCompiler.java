package cowherd.litmus;

import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compiles one test from its tree. */
final class TestCompiler {
  private final Tree.Test tree;
  private final TestContext test;
  private final Declarations declarations;

  private TestCompiler(Tree.Test tree, Source source, Problems problems) {
    this.tree = tree;
    this.test = new TestContext(source, problems);
    this.declarations = new Declarations(test);
  }

  /** The test, or nothing after a mistake. */
  static Optional<LitmusTest> compile(Tree.Test tree, Source source, Problems problems) {
    return new TestCompiler(tree, source, problems).run();
  }

  private Optional<LitmusTest> run() {
    declarations.run(tree.items());
    if (test.processes.isEmpty()) {
      test.problems.error(
          tree.name().span(),
          "the test `" + tree.name().text() + "` has no process",
          "write `process A { ... }`");
      return Optional.empty();
    }
    Survey survey = new Survey(test);
    survey.run(tree.items());
    declarations.checkPool(tree.items());
    List<ThreadInfo> threads = threads(survey);
    List<Assertion> assertions = conditions();
    List<Expectation> expectations =
        new ExpectationChecker(test, declarations, assertions).run(tree.items());
    return test.problems.within(tree.span())
        ? Optional.empty()
        : Optional.of(result(program(threads), assertions, expectations));
  }

  private List<ThreadInfo> threads(Survey survey) {
    Map<Integer, ThreadInfo> done = new HashMap<>();
    for (int i = 0; i < survey.threads.size(); i++) {
      if (survey.threads.get(i).spawner() < 0) {
        BodyCompiler.compile(test, survey, i, done);
      }
    }
    List<ThreadInfo> threads = new ArrayList<>();
    for (int i = 0; i < survey.threads.size(); i++) {
      Optional.ofNullable(done.get(i)).ifPresent(threads::add);
    }
    return threads;
  }

  private List<Assertion> conditions() {
    List<Assertion> assertions = new ArrayList<>(test.assertions);
    Set<Assertion.Kind> once = new HashSet<>();
    for (Tree.Item item : tree.items()) {
      if (item instanceof Tree.Condition condition) {
        boolean unique = condition.kind() == Assertion.Kind.TERMINATES;
        if (unique && !once.add(condition.kind())) {
          test.problems.error(condition.span(), "this is said twice", "");
        }
        if (unique && declarations.toleratesHang) {
          test.problems.error(
              condition.span(), "the test tolerates hangs, and must always terminate", "");
        }
        assertions.add(assertion(condition));
      }
    }
    return assertions;
  }

  private Assertion assertion(Tree.Condition condition) {
    if (condition.kind() == Assertion.Kind.ALLOWED && condition.conditions().isEmpty()) {
      test.problems.error(condition.span(), "no outcome is allowed", "write at least one");
    }
    ConditionCompiler compiler = new ConditionCompiler(test);
    Expr expr = condition.conditions().isEmpty() ? Fold.TRUE : Fold.FALSE;
    for (Tree.Expression part : condition.conditions()) {
      Expr one = compiler.condition(part);
      expr = expr.equals(Fold.FALSE) ? one : Fold.or(expr, one);
    }
    return new Assertion(
        condition.kind(),
        expr,
        condition.because(),
        test.source.folded(condition.span()),
        test.source.line(condition.span()));
  }

  /** A test that makes huge pages of base pages has huge pages of two. */
  private void sizeOfHugePages(List<ThreadInfo> threads) {
    boolean makes = test.actors.contains(Program.BackgroundActor.KHUGEPAGED);
    for (ThreadInfo thread : threads) {
      for (Instruction i : thread.code()) {
        makes |= i.op() == Op.COLLAPSE;
        makes |=
            i.op() == Op.MADVISE
                && (i.flags() == CallFlags.MADV_COLLAPSE || i.flags() == CallFlags.MADV_HUGEPAGE);
      }
    }
    if (makes && test.folioPages == 1) {
      test.folioPages = Declarations.THP_PAGES;
    }
  }

  private Program program(List<ThreadInfo> threads) {
    sizeOfHugePages(threads);
    return new Program(
        List.copyOf(test.processes),
        List.copyOf(threads),
        List.copyOf(test.regions),
        test.pages,
        test.words,
        test.folioPages,
        List.copyOf(test.files),
        List.copyOf(test.pipes),
        List.copyOf(test.userfaultfds),
        List.copyOf(test.signals),
        List.copyOf(test.barriers),
        test.registerInfos(),
        test.handleNames.size(),
        List.copyOf(test.handleNames),
        test.users(),
        List.copyOf(test.actors),
        test.hugePages,
        test.outOfModel());
  }

  private LitmusTest result(
      Program program, List<Assertion> assertions, List<Expectation> expectations) {
    String text = test.source.text().text();
    return new LitmusTest(
        tree.name().text(),
        tree.story(),
        tree.sources(),
        test.source.text().file(),
        test.source.line(tree.span()),
        program,
        assertions,
        expectations,
        declarations.tolerated,
        declarations.toleratesHang,
        text.substring(tree.span().start(), tree.span().end()));
  }
}
