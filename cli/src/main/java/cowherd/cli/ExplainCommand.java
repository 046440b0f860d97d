package cowherd.cli;

import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Graded;
import cowherd.explore.Grader;
import cowherd.explore.Options;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.source.Suggest;
import cowherd.litmus.LitmusTest;
import cowherd.report.ExplainJson;
import cowherd.report.ExplainReport;
import cowherd.report.Explanation;
import cowherd.report.KernelColumn;
import cowherd.report.Look;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd explain}: one run, told step by step. */
final class ExplainCommand implements Command {
  @Override
  public CommandSpec spec() {
    Usage usage =
        Usage.of(this, "explain", "Tell the run in which a test goes wrong on a kernel")
            .description(
                "Tells the shortest run in which a test goes wrong on a kernel: one column for each"
                    + " thread, the page tables and pages after each step that changed them, and the"
                    + " rules that decided. Of a test that holds, the run that reaches what it"
                    + " sometimes shows.")
            .parameters(
                "FILE [TEST]",
                "1..2",
                "A file, and which of its tests if it has several; of a test for several kinds of"
                    + " memory, TEST/KIND or KIND.")
            .choice(
                "-k --kernel",
                "K",
                Usage.KERNELS,
                "A kernel: a name, any release, or the path of a kernel file.")
            .value(
                "--condition",
                "WORD",
                "What the run is to break: a property such as pin-coherent, or never, always, ...;"
                    + " else the first condition of the test itself that is broken.")
            .flag("--all-steps", "Tell every step and every rule.")
            .flag("--minimise --minimize", "Leave out the calls that it does not need.")
            .flag("--json", "Print one JSON object.");
    return LookOptions.describe(SearchOptions.describe(usage))
        .footer(
            "",
            "Examples:",
            "  cowherd explain litmus/seeds/unmap-takeover.litmus --kernel v5.7",
            "  cowherd explain litmus/leak/vmsplice-child-every-kind.litmus hugetlb --kernel v5.9",
            "  cowherd explain my.litmus second-test --kernel ./mine.kernel --minimise",
            "  cowherd explain my.litmus --kernel v5.9 --condition pin-coherent --all-steps",
            "",
            "The exit status is that of `cowherd check` for this test and kernel.")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    Look look = LookOptions.look(terminal, arguments);
    SearchOptions search = SearchOptions.of(terminal, arguments);
    if (search.options().granularity() == Options.Granularity.CALLS) {
      throw new UserError("explain tells atomic steps", "leave --granularity out");
    }
    KernelColumn column = kernel(arguments);
    LitmusTest test = search.with(test(arguments.parameters()));
    Grader grader = Grader.of(test, KernelLibrary.builtIn(), KernelChoice.others(List.of(column)));
    CheckResult result = Checker.check(test, column.kernel(), search.options(), search.bounds());
    Graded graded = grader.grade(result);
    Runs runs = new Runs(search, arguments.value("--condition"), arguments.has("--minimise"));
    Explanation explanation = runs.explanation(column, graded);
    ExplainReport.Detail detail =
        arguments.has("--all-steps") ? ExplainReport.Detail.ALL_STEPS : ExplainReport.Detail.FOLDED;
    terminal.print(
        arguments.has("--json")
            ? ExplainJson.text(explanation)
            : ExplainReport.text(explanation, look, detail));
    return ExitStatus.of(graded);
  }

  private static KernelColumn kernel(Arguments arguments) {
    Optional<String> kernel = arguments.value("--kernel");
    if (kernel.isEmpty()) {
      throw new UserError(
          "explain needs a kernel",
          "add --kernel v5.7, say; `cowherd check "
              + arguments.parameters().getFirst()
              + "` shows where it goes wrong");
    }
    if (KernelLibrary.isPath(kernel.get())) {
      return KernelChoice.one(kernel.get());
    }
    List<KernelColumn> columns = KernelChoice.of(List.of(kernel.get().split(",")));
    if (columns.size() != 1) {
      throw new UserError(
          "explain takes one kernel, and `" + kernel.get() + "` are " + columns.size(), "");
    }
    return columns.getFirst();
  }

  /** A test is named by its name; a case for a kind of memory by the kind alone, too. */
  private static boolean isMeant(LitmusTest test, String name) {
    return test.name().equals(name)
        || !test.kind().isEmpty() && (test.kind().equals(name) || test.family().equals(name));
  }

  /** The test that a file and perhaps a name mean. */
  private static LitmusTest test(List<String> parameters) {
    String file = parameters.getFirst();
    String name = parameters.size() > 1 ? parameters.get(1) : "";
    TestFiles found = TestFiles.read(List.of(file));
    List<LitmusTest> meant =
        found.tests().stream().filter(t -> name.isEmpty() || isMeant(t, name)).toList();
    if (meant.size() == 1) {
      return meant.getFirst();
    }
    if (found.filesWithMistakes() > 0) {
      throw new Mistakes(found.mistakes());
    }
    List<String> names = found.tests().stream().map(LitmusTest::name).toList();
    String list = String.join(", ", names);
    if (name.isEmpty()) {
      throw new UserError("`" + file + "` has " + names.size() + " tests", "name one: " + list);
    }
    if (!meant.isEmpty()) {
      String cases = String.join(", ", meant.stream().map(LitmusTest::name).toList());
      throw new UserError(
          "`" + name + "` may be any of " + meant.size() + " tests", "name one: " + cases);
    }
    String question = Suggest.didYouMean(name, names);
    throw new UserError(
        "`" + file + "` has no test `" + name + "`",
        question.isEmpty() ? "its tests are " + list : question);
  }
}
