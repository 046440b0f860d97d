package cowherd.cli;

import cowherd.explore.Bounds;
import cowherd.explore.Options;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Program;
import cowherd.operation.Program.BackgroundActor;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Options of every command that explores.
 *
 * @param options how
 * @param bounds of one search that has the whole machine for itself
 * @param background actors to switch on besides those of a test
 */
record SearchOptions(Options options, Bounds bounds, Set<BackgroundActor> background) {
  private static final long MILLION = 1_000_000;
  private static final long KIB = 1L << 10;
  private static final double MILLIS_PER_SECOND = 1000;
  private static final double TIMEOUT_MAX_S = 1e9;
  static final String STATES = Bounds.STATES_DEFAULT / MILLION + " million";
  private static final List<String> GRANULARITIES = List.of("steps", "calls");

  SearchOptions {
    background = Set.copyOf(background);
  }

  /** The options that bound one search. */
  static Usage describeBounds(Usage usage, String statesByDefault) {
    return usage
        .value("--max-states", "N", "Most states of one search (default: " + statesByDefault + ").")
        .value(
            "--max-memory",
            "SIZE",
            "Most memory for the states of one search, as 8g or 512m (default "
                + Bounds.HEAP_PERCENT_DEFAULT
                + " %% of the Java heap).")
        .value("--timeout", "SECONDS", "Most time for one search (default: none).");
  }

  static Usage describe(Usage usage) {
    return describeBounds(usage, STATES)
        .list(
            "--background",
            "ACTOR",
            actorNames(),
            "Background actors to switch on besides those of the test: reclaim (swaps out any"
                + " anonymous page at any time), lru (fresh pages wait in the LRU batch).")
        .flag(
            "--no-symmetry",
            "Do not treat states alike that differ only in the names of page frames.")
        .choice(
            "--granularity",
            "WHAT",
            GRANULARITIES,
            "What is one step: steps (the atomic steps of the kernel), or calls (whole calls: a"
                + " weaker question).");
  }

  /** The bounds of one search. */
  static Bounds bounds(Terminal terminal, Arguments arguments) {
    Bounds defaults = Bounds.defaults();
    return new Bounds(
        arguments.number("--max-states", defaults.states(), 1, Long.MAX_VALUE),
        arguments.value("--max-memory").map(SearchOptions::bytes).orElse(defaults.memoryBytes()),
        arguments.value("--timeout").map(SearchOptions::duration).orElse(defaults.time()),
        terminal.interrupted());
  }

  static SearchOptions of(Terminal terminal, Arguments arguments) {
    Bounds bounds = bounds(terminal, arguments);
    boolean calls =
        arguments.word("--granularity", GRANULARITIES.getFirst(), GRANULARITIES).equals("calls");
    Options options =
        new Options(
            arguments.has("--no-symmetry") ? Options.Symmetry.NONE : Options.Symmetry.FRAMES,
            calls ? Options.Granularity.CALLS : Options.Granularity.STEPS,
            Options.PIN_BIAS_DEFAULT);
    Set<BackgroundActor> background = EnumSet.noneOf(BackgroundActor.class);
    arguments.list("--background").forEach(name -> background.add(actor(name)));
    return new SearchOptions(options, bounds, background);
  }

  private static Duration duration(String text) {
    try {
      double seconds = Double.parseDouble(text.strip());
      if (seconds > 0 && seconds < TIMEOUT_MAX_S) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS_PER_SECOND)));
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UserError(
        "--timeout takes a positive number of seconds, and `" + text + "` is none",
        "as in --timeout 60");
  }

  static long bytes(String text) {
    String number = text.strip().toLowerCase(Locale.ROOT);
    long unit = 1;
    if (!number.isEmpty()) {
      unit =
          switch (number.charAt(number.length() - 1)) {
            case 'k' -> KIB;
            case 'm' -> KIB * KIB;
            case 'g' -> KIB * KIB * KIB;
            default -> 1;
          };
    }
    String digits = unit == 1 ? number : number.substring(0, number.length() - 1);
    try {
      return positive(Math.multiplyExact(Long.parseLong(digits), unit));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new UserError("`" + text + "` is no size of memory", "as in --max-memory 512m, or 8g");
    }
  }

  private static long positive(long number) {
    if (number <= 0) {
      throw new ArithmeticException("not positive");
    }
    return number;
  }

  /** The test with the actors that are to be switched on. */
  LitmusTest with(LitmusTest test) {
    Set<BackgroundActor> actors = EnumSet.noneOf(BackgroundActor.class);
    actors.addAll(test.program().actors());
    actors.addAll(background);
    if (actors.size() == test.program().actors().size()) {
      return test;
    }
    Program p = test.program();
    Program busier = p.withActors(List.copyOf(actors));
    return new LitmusTest(
        test.name(),
        test.story(),
        test.sources(),
        test.file(),
        test.line(),
        busier,
        test.assertions(),
        test.expectations(),
        test.tolerated(),
        test.toleratesHang(),
        test.sourceText());
  }

  private static List<String> actorNames() {
    return Arrays.stream(BackgroundActor.values())
        .map(actor -> actor.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }

  private static BackgroundActor actor(String name) {
    int index = actorNames().indexOf(name.strip().toLowerCase(Locale.ROOT));
    if (index < 0) {
      throw Arguments.noSuchWord("--background", name, actorNames());
    }
    return BackgroundActor.values()[index];
  }
}
