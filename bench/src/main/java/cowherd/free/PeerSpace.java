package cowherd.free;

import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.search.SearchOptions;
import cowherd.search.SearchResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of free programs that {@code bench/peers} writes down three times. Nothing is
 * judged, so that nothing stops a search before it has seen every state.
 *
 * @param processes most processes that live at a time
 * @param threads threads of each process
 * @param pages private anonymous pages
 * @param references most references at a time
 * @param frames page frames; enough, so that no allocation fails
 * @param without calls that the menu leaves out, by their first word: {@code munmap}, {@code exit}
 * @param kernel a built-in kernel
 * @param symmetry which free frame an allocation takes
 */
public record PeerSpace(
    int processes,
    int threads,
    int pages,
    int references,
    int frames,
    Set<String> without,
    String kernel,
    Options.Symmetry symmetry) {

  /** The calls of every thread: what {@code --ops} would be given. */
  static final List<String> CALLS =
      List.of(
          "x = v",
          "fork(B)",
          "munmap(x)",
          "exit()",
          "k = get_user_pages_fast(x, FOLL_GET)",
          "put(k)");

  private static final int WORDS = 1;
  private static final int VALUES = 1;

  public PeerSpace {
    without = Set.copyOf(without);
  }

  Configuration configuration() throws Operations.Unknown {
    List<String> calls = CALLS.stream().filter(call -> !isLeftOut(call)).toList();
    return new Configuration(
        processes, threads, pages, WORDS, references, VALUES, true, Operations.of(calls));
  }

  private boolean isLeftOut(String call) {
    return without.stream().anyMatch(word -> call.startsWith(word + "("));
  }

  /** Which engine counts. */
  public enum Engine {
    /** that of {@code cowherd hunt}; states are compared whole */
    EXACT,
    /** the same; states are compared by 64 bits of their hash */
    FINGERPRINTS,
    /** the plainest: it adds orbits up, and takes several initial states */
    PLAIN
  }

  /**
   * Visits every state.
   *
   * @param engine with {@code ANY_FREE_FRAME} only the plain one: the first page has any frame, too
   * @param threads of the engine, at least 1; the plain one has one
   */
  public Counts count(Engine engine, int threads) throws Operations.Unknown, Refused {
    if (engine != Engine.PLAIN) {
      return search(engine, threads);
    }
    return switch (symmetry) {
      case ANY_FREE_FRAME -> PlainLevels.runFromAnyFrame(space(), frames);
      case FRAMES -> PlainLevels.run(space(), true);
      case NONE -> PlainLevels.run(space(), false);
    };
  }

  private Counts search(Engine engine, int threads) throws Operations.Unknown {
    if (symmetry == Options.Symmetry.ANY_FREE_FRAME) {
      throw new IllegalArgumentException("PeerSpace.search: several initial states");
    }
    SearchOptions options =
        new SearchOptions(
            SearchOptions.Order.STEPS,
            engine == Engine.EXACT,
            threads,
            Integer.MAX_VALUE,
            new SearchOptions.Bounds(
                Long.MAX_VALUE, Long.MAX_VALUE / 4, Duration.ofDays(1), () -> false),
            engine == Engine.EXACT
                ? Optional.empty()
                : Optional.of(Path.of(System.getProperty("java.io.tmpdir", "."))),
            Optional.empty());
    try {
      SearchResult result =
          Census.run(
              new Census.Request(rules(), configuration(), frames, false, reductions()), options);
      if (result.stopped().isPresent()) {
        throw new IllegalStateException("PeerSpace.search: stopped by " + result.stopped().get());
      }
      return new Counts(
          result.states(), result.transitions(), result.levels(), 0, result.collision());
    } catch (Refused | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Set<Reduction> reductions() {
    return symmetry == Options.Symmetry.FRAMES ? Set.of(Reduction.FRAMES) : Set.of();
  }

  /**
   * Reads {@code PROCESSES THREADS PAGES REFERENCES FRAMES WITHOUT KERNEL SYMMETRY}; WITHOUT is a
   * list with commas, or - for none.
   */
  public static PeerSpace parse(List<String> words) {
    return new PeerSpace(
        Integer.parseInt(words.get(0)),
        Integer.parseInt(words.get(1)),
        Integer.parseInt(words.get(2)),
        Integer.parseInt(words.get(3)),
        Integer.parseInt(words.get(4)),
        words.get(5).equals("-") ? Set.of() : Set.of(words.get(5).split(",")),
        words.get(6),
        Options.Symmetry.valueOf(words.get(7)));
  }

  private FreeSpace space() throws Operations.Unknown, Refused {
    boolean anyFrame = symmetry == Options.Symmetry.ANY_FREE_FRAME;
    return new FreeSpace(
        FreeProgram.of(configuration()),
        rules(),
        Set.of(),
        new FreeSpace.Room(frames, 0, reductions(), anyFrame));
  }

  private Kernel rules() {
    Kernel rules = KernelLibrary.builtIn().get(kernel);
    if (rules == null) {
      throw new IllegalArgumentException("PeerSpace.rules: no kernel " + kernel);
    }
    return rules;
  }
}
