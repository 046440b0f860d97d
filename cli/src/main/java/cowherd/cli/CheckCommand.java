package cowherd.cli;

import cowherd.explore.Grader;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.source.Diagnostic;
import cowherd.litmus.LitmusTest;
import cowherd.report.CheckCell;
import cowherd.report.CheckReport;
import cowherd.report.CheckRun;
import cowherd.report.CostsReport;
import cowherd.report.JsonReport;
import cowherd.report.JunitReport;
import cowherd.report.KernelColumn;
import cowherd.report.KtapReport;
import cowherd.report.Look;
import cowherd.report.Observed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd check}: every test on every kernel. */
final class CheckCommand implements Command {
  private static final int THREADS_MAX = 1024;
  private static final int INTERNAL_ERRORS_TOLD_MAX = 5;

  @Override
  public CommandSpec spec() {
    Usage usage =
        Usage.of(this, "check", "Check tests on kernels")
            .description(
                "Explores every interleaving of every test on every kernel, and compares the"
                    + " verdicts with the expectations in the tests.")
            .parameters(
                "FILE_or_DIR",
                "0..*",
                "Tests, and folders with *.litmus files below them (default: here).")
            .list("-k --kernel", "K", Usage.KERNELS, KERNELS)
            .flag("--json", "Print JSON lines, one object for each test and kernel.")
            .flag("--ktap", "Print KTAP.")
            .value("--junit", "FILE", "Write JUnit XML as well.")
            .flag("--costs", "Print what the cheapest and the dearest run costs.")
            .value("--threads", "N", "Searches at a time (default: one for each processor).")
            .value(
                "--observed",
                "DIR",
                "What real kernels were seen to do: *.observed files that the models of these kernels"
                    + " must allow (default: folders `observed` beside the tests' files and folders).")
            .value(
                "--shard",
                "K/N",
                "Check every N-th test, from the K-th on; goes with --json. `cowherd merge` joins the"
                    + " outputs of all N.");
    return LookOptions.describe(SearchOptions.describe(usage))
        .footer(
            "",
            "Examples:",
            "  cowherd check litmus/seeds",
            "  cowherd check my.litmus --kernel v5.7..v5.9,v6.1",
            "  cowherd check litmus --kernel ./mine.kernel     a copy of a kernel, a rule changed",
            "  cowherd check litmus --json | jq -c 'select(.asExpected == false)'",
            "  cowherd check litmus --background reclaim --timeout 60",
            "  cowherd check litmus --json --shard 2/8 > part2.jsonl   the second of eight machines",
            "",
            "Exit status: 0 as expected; 1 not as expected, violated or hanging where the test",
            "expects nothing, or seen on a kernel and not allowed by its model; 2 wrong usage or a",
            "mistake in a file; 3 a bound was reached, nothing worse; 4 outside the model, nothing",
            "worse; 70 a mistake of Cowherd itself.")
        .build();
  }

  private static final String KERNELS =
      "Kernels: names, any release, ranges (v5.9.., v5.7..v5.9), paths of kernel files,"
          + " `releases`, `all` (the default).";

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    long begin = System.nanoTime();
    if (arguments.has("--json") && arguments.has("--ktap")) {
      throw new UserError("--json and --ktap print different things", "choose one of them");
    }
    Optional<Shard> shard = arguments.value("--shard").map(Shard::parse);
    if (shard.isPresent() && !arguments.has("--json")) {
      throw new UserError("--shard goes with --json", "add --json, and join with `cowherd merge`");
    }
    Look look = LookOptions.look(terminal, arguments);
    SearchOptions search = SearchOptions.of(terminal, arguments);
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = (int) arguments.number("--threads", processors, 1, THREADS_MAX);
    List<KernelColumn> columns = KernelChoice.of(arguments.list("--kernel"));
    List<String> files = arguments.parameters();
    TestFiles found = TestFiles.read(files.isEmpty() ? List.of(".") : files);
    terminal.complain(found.mistakes());
    ObservedFiles observed =
        ObservedFiles.read(
            arguments.value("--observed"), files.isEmpty() ? List.of(".") : files, found);
    terminal.complain(observed.mistakes());
    CheckJobs.Work all = work(terminal, found, columns, search);
    int leftOut =
        observed.filesWithMistakes()
            + found.filesWithMistakes()
            + found.tests().size()
            - all.tests().size();
    if (all.tests().isEmpty()) {
      return ExitStatus.USAGE;
    }
    CheckJobs.Work work = shard.map(s -> s.of(all)).orElse(all);
    shard.ifPresent(s -> terminal.print(s.header(all)));
    if (work.tests().isEmpty()) {
      return leftOut > 0 ? ExitStatus.USAGE : ExitStatus.OK;
    }
    CheckJobs.Outcome outcome =
        CheckJobs.run(
            work,
            new CheckJobs.Setup(search, threads, arguments.has("--json")),
            new Progress(terminal));
    List<CheckCell> cells = observed.judge(outcome.cells(), columns);
    CheckRun run = new CheckRun(work.tests(), columns, cells, System.nanoTime() - begin);
    print(terminal, arguments, run, look);
    tell(terminal, outcome.internalErrors());
    boolean contradicted =
        cells.stream().anyMatch(cell -> cell.observed().stream().anyMatch(Observed::contradicts));
    return worst(outcome)
        .and(contradicted ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.OK)
        .and(leftOut > 0 ? ExitStatus.USAGE : ExitStatus.OK);
  }

  /** The tests whose expectations can be judged, with their graders. */
  private static CheckJobs.Work work(
      Terminal terminal, TestFiles found, List<KernelColumn> columns, SearchOptions search) {
    Set<String> others = KernelChoice.others(columns);
    List<LitmusTest> tests = new ArrayList<>();
    List<Grader> graders = new ArrayList<>();
    Set<Diagnostic> told = new HashSet<>();
    for (LitmusTest test : found.tests()) {
      Grader grader = Grader.of(test, KernelLibrary.builtIn(), others);
      if (grader.problems().isEmpty()) {
        tests.add(search.with(test));
        graders.add(grader);
      }
      for (Diagnostic problem : grader.problems()) {
        if (told.add(problem)) { // the cases of one test share their expectations
          terminal.complain(found.render(problem));
        }
      }
    }
    return new CheckJobs.Work(tests, graders, columns);
  }

  private static void print(Terminal terminal, Arguments arguments, CheckRun run, Look look) {
    if (arguments.has("--json")) {
      terminal.print(JsonReport.text(run));
    } else if (arguments.has("--ktap")) {
      terminal.print(KtapReport.text(run));
    } else {
      terminal.print(CheckReport.text(run, look));
      if (arguments.has("--costs")) {
        terminal.print("\n" + CostsReport.text(run, look));
      }
    }
    arguments.value("--junit").ifPresent(file -> write(file, JunitReport.text(run)));
  }

  private static void write(String file, String text) {
    try {
      Files.writeString(Path.of(file), text, StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException e) {
      throw new UserError(
          "cannot write `" + file + "`: " + e.getMessage(), "name a file in a folder that exists");
    }
  }

  private static void tell(Terminal terminal, List<String> internalErrors) {
    internalErrors.stream().limit(INTERNAL_ERRORS_TOLD_MAX).forEach(terminal::complain);
    int more = internalErrors.size() - INTERNAL_ERRORS_TOLD_MAX;
    if (more > 0) {
      terminal.complain("cowherd: and " + more + " more internal errors\n");
    }
  }

  private static ExitStatus worst(CheckJobs.Outcome outcome) {
    ExitStatus status =
        ExitStatus.worst(
            outcome.cells().stream().map(cell -> ExitStatus.of(cell.graded())).toList());
    return outcome.internalErrors().isEmpty() ? status : ExitStatus.INTERNAL_ERROR;
  }
}
