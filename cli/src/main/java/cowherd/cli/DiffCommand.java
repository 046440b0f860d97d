package cowherd.cli;

import cowherd.free.Diff;
import cowherd.free.Refused;
import cowherd.report.DiffReport;
import cowherd.report.KernelColumn;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd diff}: the shortest programs on which two kernels differ. */
final class DiffCommand implements Command {
  private static final int COUNT_DEFAULT = 20;
  private static final int COUNT_MAX = 10_000;

  @Override
  public CommandSpec spec() {
    Usage usage =
        Usage.of(this, "diff", "Find the shortest programs on which two kernels differ")
            .description(
                "Makes every program of a configuration on both kernels, call by call, and compares"
                    + " what can be seen: results, who waits, what a load would give, what is behind"
                    + " a reference. Prints the programs as tests, shortest first, each with the"
                    + " rules that made the difference. Races inside of calls are not looked at:"
                    + " that is a weaker question than that of `cowherd hunt`.")
            .parameters("KERNEL", "2", "Two kernels: names, any releases, or paths of files.")
            .value(
                "--count",
                "N",
                "Stop after so many really different programs (default " + COUNT_DEFAULT + ").")
            .flag("--variants", FreeOptions.VARIANTS)
            .flag("--costs", "Compare copies and faults, and not outcomes.");
    return SearchOptions.describeBounds(
            FreeOptions.describePrograms(usage, "cow,pins,uffd"), SearchOptions.STATES)
        .flag("--json", "Print JSON lines: an object for each program, then one for the search.")
        .footer(
            "",
            FreeOptions.sets(),
            "",
            "Examples:",
            "  cowherd diff v5.8 v5.9",
            "  cowherd diff v6.1 ./mine.kernel --ops cow,pins,pageout --pages 2",
            "  cowherd diff v5.7 v5.9 --costs --count 5",
            "",
            "Exit status: 0 no difference; 1 there is one; 2 wrong usage; 3 a bound was reached",
            "before any was found; 70 a mistake of Cowherd itself.")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    long begin = System.nanoTime();
    List<KernelColumn> columns = arguments.parameters().stream().map(KernelChoice::one).toList();
    Diff.Request request =
        new Diff.Request(
            columns.stream().map(KernelColumn::kernel).toList(),
            FreeOptions.configuration(arguments, List.of("cow", "pins", "uffd"), false),
            FreeOptions.maxCalls(arguments),
            (int) arguments.number("--count", COUNT_DEFAULT, 1, COUNT_MAX),
            arguments.has("--costs"),
            arguments.has("--variants"));
    Diff.Result result;
    try {
      result = Diff.run(request, SearchOptions.bounds(terminal, arguments));
    } catch (Refused e) {
      throw new UserError("--ops: " + e.getMessage(), "`cowherd diff --help` lists the sets");
    }
    long nanos = System.nanoTime() - begin;
    List<String> labels = columns.stream().map(KernelColumn::label).toList();
    terminal.print(
        arguments.has("--json")
            ? DiffReport.json(request, result, labels, nanos)
            : DiffReport.text(request, result, labels, nanos));
    return FreeOptions.status(result.found(), result.stopped());
  }
}
