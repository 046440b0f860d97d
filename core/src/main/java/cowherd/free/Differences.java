package cowherd.free;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.free.CallMachine.Seen;
import cowherd.free.Contrast.Differs;
import cowherd.free.Contrast.Parting;
import cowherd.kernel.Kernel;
import cowherd.litmus.Formatter;
import cowherd.litmus.LitmusTest;
import cowherd.operation.PropertyName;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The programs on which two kernels differ, each once, as tests. */
final class Differences {
  private final FreeProgram free;
  private final Cause.Machines machines;
  private final Contrast contrast;
  private final List<Kernel> kernels;
  private final Bounds bounds;
  private final boolean variants;
  private final Set<String> seen = new HashSet<>();
  private final List<Difference> found = new ArrayList<>();

  Differences(FreeProgram free, Cause.Machines machines, Diff.Request request, Bounds bounds) {
    this.free = free;
    this.machines = machines;
    this.kernels = request.kernels();
    this.variants = request.variants();
    this.contrast = machines.contrast(kernels.get(0), kernels.get(1));
    this.bounds = bounds;
  }

  List<Difference> list() {
    return List.copyOf(found);
  }

  /** Takes the moves at whose end two kernels part; drops what is no really different program. */
  void add(List<Move> moves) {
    Parting parting =
        contrast
            .along(moves)
            .orElseThrow(() -> new IllegalStateException("Differences.add: they do not part"));
    if (seen.add(key(parting))) {
      Parting least = minimised(parting);
      if (least == parting || seen.add(key(least))) {
        found.add(difference(least));
      }
    }
  }

  private String key(Parting parting) {
    return new FoundProgram(free.configuration(), parting.events()).key(variants);
  }

  private Parting minimised(Parting parting) {
    List<Move> moves = parting.moves();
    for (int i = moves.size() - 2; i >= 0; i--) {
      List<Move> fewer = new ArrayList<>(moves);
      fewer.remove(i);
      Optional<Parting> smaller = contrast.along(fewer);
      if (smaller.isPresent()) {
        return minimised(smaller.get());
      }
    }
    return parting;
  }

  // ---- as a test

  private Difference difference(Parting parting) {
    FoundProgram program = new FoundProgram(free.configuration(), parting.events());
    Written written = new Written(program, parting, "diff-" + (found.size() + 1));
    Optional<LitmusTest> telling = written.telling(false).or(() -> written.telling(true));
    return new Difference(
        telling.map(LitmusTest::sourceText).orElse(written.text(true, Set.of())),
        sentence(program, parting),
        Cause.of(parting, kernels, machines),
        telling.map(test -> Judged.everywhere(test, bounds)).orElse(List.of()));
  }

  /** A program as a test, with its threads in the order of the run or not. */
  private final class Written {
    private final FoundProgram program;
    private final Parting parting;
    private final String name;

    Written(FoundProgram program, Parting parting, String name) {
      this.program = program;
      this.parting = parting;
      this.name = name;
    }

    /**
     * The test when its verdict differs between the two kernels. It is about its own condition:
     * properties that some kernel breaks are tolerated.
     */
    Optional<LitmusTest> telling(boolean ordered) {
      return Judged.parse(text(ordered, Set.of()))
          .flatMap(test -> Judged.parse(text(ordered, broken(test))))
          .filter(test ->
              check(test, kernels.get(0)).verdict() != check(test, kernels.get(1)).verdict());
    }

    private Set<String> broken(LitmusTest test) {
      Set<String> names = new TreeSet<>();
      List<CheckResult> results = new ArrayList<>(Judged.everywhere(test, bounds));
      kernels.forEach(kernel -> results.add(check(test, kernel)));
      for (CheckResult result : results) {
        result.broken().forEach(condition -> names.add(condition.name()));
      }
      return names;
    }

    String text(boolean ordered, Set<String> tolerated) {
      return Differences.this.text(program, parting, name, ordered, tolerated);
    }
  }

  private CheckResult check(LitmusTest test, Kernel kernel) {
    Options options =
        new Options(Options.Symmetry.FRAMES, Options.Granularity.CALLS, Options.PIN_BIAS_DEFAULT);
    return Checker.verdict(test, kernel, options, bounds);
  }

  private String text(
      FoundProgram program, Parting parting, String name, boolean ordered, Set<String> tolerated) {
    ProgramText writer = new ProgramText(program, program.naming()).valuesOfTheRun();
    writer.ordered(ordered).waitsAt(waiting(parting));
    String condition = condition(writer, parting.what());
    String body = writer.body();
    Configuration c = program.configuration();
    int pages = Math.min(c.pages(), Math.max(program.pages(), pagesOf(parting.what())));
    Configuration used = c.withPages(pages);
    String text =
        Declarations.text(used, name, "", body) + tolerates(tolerated) + body + "\n" + condition;
    return Formatter.formatted(text);
  }

  private static int pagesOf(Differs what) {
    return what instanceof Differs.Memory(Seen.Word(int _, int page, int _), int _, int _)
        ? page + 1
        : 1;
  }

  private static String tolerates(Set<String> names) {
    StringBuilder out = new StringBuilder();
    for (PropertyName property : PropertyName.values()) {
      if (names.contains(property.word())) {
        out.append("tolerates ").append(property.word()).append(" \"the outcome is asked for\";\n");
      }
    }
    return out.isEmpty() ? "" : out.append("\n").toString();
  }

  /** Events after which a call waits: nobody can be told that it has begun. */
  private Set<Integer> waiting(Parting parting) {
    Set<Integer> waits = new HashSet<>();
    int event = -1;
    for (Move move : parting.moves()) {
      if (move.begins()) {
        event++;
      } else {
        for (int e = 0; e <= event; e++) {
          waits.add(e);
        }
      }
    }
    return waits;
  }

  /** Holds on the second kernel, and not on the first; or the other way round. */
  private static String condition(ProgramText writer, Differs what) {
    return switch (what) {
      case Differs.Waiting _ -> "always terminates;\n";
      case Differs.Results(int _, int second) -> {
        writer.resultOfTheLast();
        yield "always (" + writer.resultName() + " == " + Value.name(second) + ");\n";
      }
      case Differs.Memory(Seen seen, int first, int second) ->
          "always ("
              + seenName(writer, seen)
              + " == "
              + Value.name(second >= 0 ? second : first)
              + ");\n";
      case Differs.Costs _ -> "";
    };
  }

  private static String seenName(ProgramText writer, Seen seen) {
    return switch (seen) {
      case Seen.Life(int process) -> writer.processName(process) + ".x";
      case Seen.Word(int process, int page, int word) ->
          writer.processName(process) + "." + writer.pageName(page) + index(word);
      case Seen.Behind(int reference, int _) -> {
        writer.readsAtTheEnd(reference);
        yield writer.resultName();
      }
      case Seen.InFile(int _, int word) -> "f" + index(word);
    };
  }

  private static String index(int word) {
    return word == 0 ? "" : "[" + word + "]";
  }

  // ---- in words

  private String sentence(FoundProgram program, Parting parting) {
    String first = kernels.get(0).name();
    String second = kernels.get(1).name();
    Event last = program.events().getLast();
    String call = last.item().statement();
    return switch (parting.what()) {
      case Differs.Waiting(boolean firstWaits) ->
          "`"
              + call
              + "` waits on "
              + (firstWaits ? first : second)
              + " and not on "
              + (firstWaits ? second : first);
      case Differs.Results(int a, int b) ->
          "`"
              + call
              + "` gives "
              + Value.name(a)
              + " on "
              + first
              + " and "
              + Value.name(b)
              + " on "
              + second;
      case Differs.Memory(Seen seen, int a, int b) ->
          seenWords(seen)
              + " is "
              + memory(a)
              + " on "
              + first
              + " and "
              + memory(b)
              + " on "
              + second;
      case Differs.Costs(String what, int a, int b) ->
          "`" + call + "` costs " + a + " " + what + " on " + first + " and " + b + " on " + second;
    };
  }

  private static String memory(int value) {
    return value < 0 ? "not there" : Value.name(value);
  }

  private static String seenWords(Seen seen) {
    return switch (seen) {
      case Seen.Life(int _) -> "whether a process lives";
      case Seen.Word(int _, int _, int _) -> "what a load would give";
      case Seen.Behind(int _, int _) -> "what is behind the reference";
      case Seen.InFile(int _, int _) -> "the file";
    };
  }
}
