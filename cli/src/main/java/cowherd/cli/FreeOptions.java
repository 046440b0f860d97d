package cowherd.cli;

import cowherd.free.Configuration;
import cowherd.free.OperationSet;
import cowherd.free.OperationSets;
import cowherd.free.Operations;
import cowherd.free.Reduction;
import cowherd.kernel.source.Suggest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Options of the commands on free programs: which programs there are. */
final class FreeOptions {
  static final String VARIANTS =
      "Tell programs apart that differ only in calls that are alike: get_user_pages_fast and"
          + " get_user_pages, MADV_DONTNEED and munmap.";

  private static final String NONE = "none";
  private static final int CALLS_MAX = 1000;

  private FreeOptions() {}

  /** Options that say which programs there are. */
  static Usage describePrograms(Usage usage, String opsByDefault) {
    return usage
        .list(
            "--ops",
            "SET",
            OperationSets.all().stream().map(OperationSet::name).toList(),
            "Calls that actors may make: names of sets, or single calls (default "
                + opsByDefault
                + ").")
        .value("--processes", "N", "Most processes at a time (default 2).")
        .value("--threads", "N", "Threads of each process (default 1).")
        .value("--pages", "N", "Pages (default 1).")
        .flag("--untouched", "Nobody has written to the pages before the program begins.")
        .value("--words", "N", "Words of a page (default 1).")
        .value("--pins", "N", "Most references at a time, whatever takes them (default 1).")
        .value("--max-calls", "N", "Most calls of a program (default: any number).");
  }

  /** Options that say which names do not matter. */
  static Usage describeReductions(Usage usage) {
    return usage.list(
        "--reduce",
        "NAMES",
        reductionWords(),
        "Whose names do not matter: frames, processes, threads, references, or none (default:"
            + " all of them).");
  }

  /** The sets, for a help. */
  static String sets() {
    StringBuilder out = new StringBuilder("Sets of calls:\n");
    for (OperationSet set : OperationSets.all()) {
      out.append(String.format("  %-12s %s%n", set.name(), set.meaning()));
    }
    return out.toString().stripTrailing().replace("%", "%%");
  }

  private static List<String> reductionWords() {
    List<String> words = new ArrayList<>();
    Arrays.stream(Reduction.values()).map(Reduction::word).forEach(words::add);
    words.add(NONE);
    return words;
  }

  static Configuration configuration(
      Arguments arguments, List<String> opsByDefault, boolean comparesValues) {
    return new Configuration(
        number(arguments, "--processes", 2, Configuration.PROCESSES_MAX),
        number(arguments, "--threads", 1, Configuration.THREADS_MAX),
        number(arguments, "--pages", 1, Configuration.PAGES_MAX),
        number(arguments, "--words", 1, Configuration.WORDS_MAX),
        (int) arguments.number("--pins", 1, 0, Configuration.REFERENCES_MAX),
        comparesValues ? 2 : 1,
        !arguments.has("--untouched"),
        operations(arguments, opsByDefault));
  }

  private static int number(Arguments arguments, String option, int otherwise, int most) {
    return (int) arguments.number(option, otherwise, 1, most);
  }

  private static Operations operations(Arguments arguments, List<String> opsByDefault) {
    List<String> given = arguments.list("--ops");
    try {
      return Operations.of(joined(given.isEmpty() ? opsByDefault : given));
    } catch (Operations.Unknown e) {
      List<String> names = OperationSets.all().stream().map(OperationSet::name).toList();
      throw new UserError(
          "--ops: there is no set of calls `" + e.getMessage() + "`",
          Suggest.didYouMean(String.valueOf(e.getMessage()), names)
              + " the sets are "
              + String.join(", ", names));
    }
  }

  /** The commas that part the values of the option also stand inside of calls. */
  private static List<String> joined(List<String> parts) {
    List<String> whole = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String part : parts) {
      open.append(open.isEmpty() ? "" : ",").append(part);
      boolean closed =
          open.chars().filter(c -> c == '(').count() == open.chars().filter(c -> c == ')').count();
      if (closed) {
        whole.add(open.toString());
        open.setLength(0);
      }
    }
    if (!open.isEmpty()) {
      whole.add(open.toString());
    }
    return whole;
  }

  /** The status of a search for something: found, stopped before, or not to be found. */
  static ExitStatus status(List<?> found, Optional<String> stopped) {
    if (!found.isEmpty()) {
      return ExitStatus.NOT_AS_EXPECTED;
    }
    return stopped.isPresent() ? ExitStatus.UNKNOWN : ExitStatus.OK;
  }

  static int maxCalls(Arguments arguments) {
    return arguments.has("--max-calls")
        ? (int) arguments.number("--max-calls", 0, 1, CALLS_MAX)
        : Integer.MAX_VALUE;
  }

  static Set<Reduction> reductions(Arguments arguments) {
    List<String> words = arguments.list("--reduce");
    if (words.isEmpty()) {
      return EnumSet.allOf(Reduction.class);
    }
    Set<Reduction> reductions = EnumSet.noneOf(Reduction.class);
    for (String word : words) {
      if (!word.strip().equals(NONE)) {
        reductions.add(
            Arrays.stream(Reduction.values())
                .filter(r -> r.word().equals(word.strip()))
                .findFirst()
                .orElseThrow(() -> Arguments.noSuchWord("--reduce", word, reductionWords())));
      }
    }
    return reductions;
  }
}
