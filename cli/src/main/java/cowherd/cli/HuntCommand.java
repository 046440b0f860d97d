package cowherd.cli;

import cowherd.free.Hunt;
import cowherd.free.Refused;
import cowherd.operation.PropertyName;
import cowherd.report.HuntReport;
import cowherd.report.KernelColumn;
import cowherd.search.SearchOptions;
import cowherd.search.SearchOptions.Order;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd hunt}: the shortest program that breaks a property, or that there is none. */
final class HuntCommand implements Command {
  private static final int COUNT_MAX = 10_000;

  @Override
  public CommandSpec spec() {
    Usage usage =
        Usage.of(this, "hunt", "Hunt for the shortest program that breaks a property")
            .description(
                "Explores every program of a configuration: actors choose freely among the calls of"
                    + " a set. Prints the programs that break a property as tests, shortest first"
                    + " (fewest calls, then fewest steps), with the verdict of every kernel. When"
                    + " nothing is left to explore, the property holds for every such program.")
            .parameters("KERNEL", "1", "A kernel: its name, any release, or the path of a file.")
            .list(
                "--break",
                "PROPERTY",
                properties(),
                "What is to be broken (default: any named property).")
            .value(
                "--count",
                "N",
                "Stop after so many really different programs (default 1). Programs that differ only"
                    + " in names of actors, pages, references and values are one.")
            .flag("--variants", FreeOptions.VARIANTS);
    return EngineOptions.describe(
            FreeOptions.describeReductions(FreeOptions.describePrograms(usage, "cow,pins")))
        .flag("--json", "Print JSON lines: an object for each program, then one for the search.")
        .footer(
            "",
            FreeOptions.sets(),
            "",
            "Examples:",
            "  cowherd hunt v5.7 --break no-foreign-data > found.litmus && cowherd check found.litmus",
            "  cowherd hunt v5.8 --break progress --ops uffd",
            "  cowherd hunt v6.2 --break pin-coherent,no-foreign-data --ops cow,pins,swap",
            "  cowherd hunt ./mine.kernel --pages 2 --threads 2 --max-calls 6",
            "  cowherd hunt v5.9 --ops 'x = v' --ops 'fork(B)' --ops 'k = pin_user_pages(x)'",
            "",
            "Exit status: 0 no program breaks it; 1 one does; 2 wrong usage; 3 a bound was reached",
            "before anything was found; 70 a mistake of Cowherd itself.")
        .build();
  }

  static List<String> properties() {
    return Arrays.stream(PropertyName.values()).map(PropertyName::word).toList();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    long begin = System.nanoTime();
    KernelColumn column = KernelChoice.one(arguments.parameters().getFirst());
    Set<PropertyName> wanted = wanted(arguments.list("--break"));
    Hunt.Request request =
        new Hunt.Request(
            column.kernel(),
            wanted,
            FreeOptions.configuration(arguments, List.of("cow", "pins"), comparesValues(wanted)),
            FreeOptions.reductions(arguments),
            (int) arguments.number("--count", 1, 1, COUNT_MAX),
            arguments.has("--variants"));
    SearchOptions options =
        EngineOptions.of(terminal, arguments, Order.CALLS, Hunt.identity(request));
    Progress progress = new Progress(terminal);
    Hunt.Result result = hunt(request, options, progress);
    progress.end();
    HuntReport.Asked asked =
        new HuntReport.Asked(column.label(), options, System.nanoTime() - begin);
    terminal.print(
        arguments.has("--json")
            ? HuntReport.json(request, result, asked)
            : HuntReport.text(request, result, asked));
    return FreeOptions.status(result.found(), result.stopped());
  }

  private static Hunt.Result hunt(Hunt.Request request, SearchOptions options, Progress progress) {
    try {
      return Hunt.run(request, options, progress::show);
    } catch (Refused e) {
      throw new UserError("--ops: " + e.getMessage(), "`cowherd hunt --help` lists the sets");
    } catch (UncheckedIOException e) {
      throw new UserError(reason(e), "name another folder, or remove that one");
    }
  }

  private static String reason(UncheckedIOException e) {
    Throwable cause = e.getCause();
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }

  /** Only fork-snapshot compares values: what a child reads with what memory held. */
  private static boolean comparesValues(Set<PropertyName> wanted) {
    return wanted.contains(PropertyName.FORK_SNAPSHOT);
  }

  private static Set<PropertyName> wanted(List<String> words) {
    if (words.isEmpty()) {
      return EnumSet.allOf(PropertyName.class);
    }
    Set<PropertyName> wanted = EnumSet.noneOf(PropertyName.class);
    for (String word : words) {
      wanted.add(
          Arrays.stream(PropertyName.values())
              .filter(property -> property.word().equals(word.strip()))
              .findFirst()
              .orElseThrow(() -> Arguments.noSuchWord("--break", word, properties())));
    }
    return wanted;
  }
}
