package cowherd.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cowherd.search.SearchListener.Progress;
import cowherd.search.SearchOptions.Bounds;
import cowherd.search.SearchOptions.Checkpoint;
import cowherd.search.SearchOptions.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine on made-up graphs, against a search that is as plain as can be: every way of keeping
 * states, any number of threads, with and without disk, interrupted and gone on with, sees the same
 * states, transitions, levels and hits.
 */
class SearchTest {
  private static final long NO_BOUND = Long.MAX_VALUE / 4;

  @TempDir private Path folder;

  /** A graph of numbers, written into scattered bits of a vector. */
  private record Graph(int states, int degree, int seed, boolean sparse) implements Space {
    private static final int BYTES = 48;

    @Override
    public int bytes() {
      return BYTES;
    }

    @Override
    public void initial(byte[] into) {
      write(0, into);
    }

    private static void write(int number, byte[] into) {
      java.util.Arrays.fill(into, (byte) 7);
      for (int bit = 0; bit < 24; bit++) {
        int at = bit * 13 % BYTES;
        into[at] ^= (byte) ((number >> bit & 1) << bit % 8);
      }
    }

    private static int read(byte[] from, int offset) {
      int number = 0;
      for (int bit = 0; bit < 24; bit++) {
        int at = offset + bit * 13 % BYTES;
        number |= ((from[at] ^ 7) >> bit % 8 & 1) << bit;
      }
      return number;
    }

    private int successor(int number, int i) {
      long mixed = (number * 31L + i + seed) * 0x9E3779B97F4A7C15L;
      int far = (int) ((mixed >>> 33) % states);
      return sparse && i == 0 ? Math.min(states - 1, number + 1) : far;
    }

    private static boolean isCall(int i) {
      return i % 3 == 1;
    }

    private int broken(int number) {
      return number % 97 == 96 ? 1 + number % 2 : 0;
    }

    @Override
    public void expand(byte[] vector, int offset, Edges edges, Sink sink) {
      int number = read(vector, offset);
      byte[] next = new byte[BYTES];
      for (int i = 0; i < degree; i++) {
        if (edges == Edges.ALL || edges == Edges.CALLS == isCall(i)) {
          int target = successor(number, i);
          write(target, next);
          sink.successor(next, i, broken(target));
        }
      }
    }
  }

  private record Seen(long states, long transitions, int levels, Map<Integer, Long> hitCosts) {
    static Map<Integer, Long> histogram(List<Integer> costs) {
      return costs.stream()
          .collect(
              java.util.stream.Collectors.groupingBy(
                  c -> c, java.util.TreeMap::new, java.util.stream.Collectors.counting()));
    }
  }

  /** The plain search: distances by (calls, steps), one queue. */
  private static Seen plain(Graph graph, boolean byCalls) {
    Map<Integer, Long> distance = new HashMap<>();
    java.util.TreeMap<Long, Deque<Integer>> queue = new java.util.TreeMap<>();
    queue.computeIfAbsent(0L, _ -> new ArrayDeque<>()).add(0);
    Map<Integer, Long> hits = new HashMap<>();
    long transitions = 0;
    Set<Long> levels = new HashSet<>();
    while (!queue.isEmpty()) {
      long cost = queue.firstKey();
      Deque<Integer> first = queue.firstEntry().getValue();
      int number = first.poll();
      if (first.isEmpty()) {
        queue.remove(cost);
      }
      if (distance.putIfAbsent(number, cost) != null) {
        continue;
      }
      levels.add(byCalls ? cost >> 32 : cost);
      for (int i = 0; i < graph.degree; i++) {
        transitions++;
        int target = graph.successor(number, i);
        long next = cost + 1 + (byCalls && Graph.isCall(i) ? 1L << 32 : 0);
        if (graph.broken(target) != 0) {
          hits.merge(target, next, Math::min);
        } else {
          queue.computeIfAbsent(next, _ -> new ArrayDeque<>()).add(target);
        }
      }
    }
    List<Integer> costs = new ArrayList<>();
    hits.values().forEach(c -> costs.add((int) (c >> 32) * 1000 + (int) (c & 0xffff)));
    return new Seen(distance.size(), transitions, levels.size(), Seen.histogram(costs));
  }

  private Seen search(Graph graph, SearchOptions options) throws IOException {
    List<Integer> costs = new ArrayList<>();
    SearchResult result = Search.run(() -> graph, options, collecting(graph, costs));
    assertThat(result.stopped()).isEmpty();
    return new Seen(result.states(), result.transitions(), result.levels(), Seen.histogram(costs));
  }

  private static SearchListener collecting(Graph graph, List<Integer> costs) {
    return new SearchListener() {
      @Override
      public boolean hit(Hit hit) {
        int number = 0;
        for (int action : hit.actions()) {
          number = graph.successor(number, action);
        }
        assertThat(graph.broken(number)).as("the trace leads to the hit").isEqualTo(hit.broken());
        costs.add(hit.calls() * 1000 + hit.steps());
        return true;
      }

      @Override
      public void progress(Progress progress) {}
    };
  }

  private static SearchOptions options(Order order, boolean exact, int threads) {
    return new SearchOptions(
        order,
        exact,
        threads,
        Integer.MAX_VALUE,
        new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), () -> false),
        Optional.empty(),
        Optional.empty());
  }

  private static SearchOptions with(
      SearchOptions o, Bounds bounds, Optional<Path> spill, Optional<Checkpoint> checkpoint) {
    return new SearchOptions(
        o.order(), o.exact(), o.threads(), o.maxCalls(), bounds, spill, checkpoint);
  }

  static Stream<Graph> graphs() {
    return Stream.of(
        new Graph(1, 2, 0, false),
        new Graph(90, 3, 1, true),
        new Graph(5000, 4, 2, false),
        new Graph(3000, 2, 3, true),
        new Graph(120_000, 3, 4, false));
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void everyWayOfSearchingSeesTheSame(Graph graph) throws IOException {
    for (Order order : Order.values()) {
      Seen plain = plain(graph, order == Order.CALLS);
      for (boolean exact : new boolean[] {true, false}) {
        for (int threads : new int[] {1, 2, 3}) {
          assertThat(search(graph, options(order, exact, threads)))
              .as(graph + " " + order + " exact " + exact + " threads " + threads)
              .isEqualTo(plain);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void blocksThatAreOnDiskAreReadFromThere(Graph graph) throws IOException {
    for (Order order : Order.values()) {
      SearchOptions small =
          with(
              options(order, false, 2),
              new Bounds(NO_BOUND, NO_BOUND / 1000, Duration.ofDays(1), () -> false),
              Optional.of(folder),
              Optional.empty());
      assertThat(search(graph, small)).isEqualTo(plain(graph, order == Order.CALLS));
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("files that are left").isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void aSearchThatIsInterruptedGoesOn(Graph graph) throws IOException {
    for (Order order : Order.values()) {
      for (boolean exact : new boolean[] {true, false}) {
        Path kept = folder.resolve(order + " " + exact);
        Checkpoint checkpoint = new Checkpoint(kept, Duration.ZERO, "graph");
        List<Integer> costs = new ArrayList<>();
        SearchResult result;
        int runs = 0;
        do {
          int allowed = 3 + runs++;
          int[] asked = {0};
          BooleanSupplier interrupted = () -> asked[0]++ >= allowed;
          SearchOptions o =
              with(
                  options(order, exact, 1 + runs % 2),
                  new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), interrupted),
                  Optional.empty(),
                  Optional.of(checkpoint));
          result = Search.run(() -> graph, o, collecting(graph, costs));
        } while (result.stopped().isPresent());
        Seen seen =
            new Seen(result.states(), result.transitions(), result.levels(), Seen.histogram(costs));
        assertThat(seen).isEqualTo(plain(graph, order == Order.CALLS));
      }
    }
  }

  @Test
  void aFolderOfAnotherSearchIsRefused() throws IOException {
    Graph graph = new Graph(90, 3, 1, true);
    SearchOptions first =
        with(
            options(Order.STEPS, true, 1),
            new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), () -> false),
            Optional.empty(),
            Optional.of(new Checkpoint(folder, Duration.ZERO, "one")));
    search(graph, first);
    SearchOptions other =
        with(
            first,
            first.bounds(),
            Optional.empty(),
            Optional.of(new Checkpoint(folder, Duration.ZERO, "two")));
    assertThatThrownBy(() -> search(graph, other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds another search: one exact; this one is two exact");
  }

  @Test
  void statesOfAnotherLayoutAreRefused() throws IOException {
    Graph graph = new Graph(90, 3, 1, true);
    SearchOptions options =
        with(
            options(Order.STEPS, true, 1),
            new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), () -> false),
            Optional.empty(),
            Optional.of(new Checkpoint(folder, Duration.ZERO, "one")));
    search(graph, options);
    Path header = folder.resolve("search");
    byte[] kept = Files.readAllBytes(header);
    int at = kept.length;
    for (int i = 0; i + 4 <= kept.length && at == kept.length; i++) {
      at = java.nio.ByteBuffer.wrap(kept, i, 4).getInt() == 48 ? i : at;
    }
    kept[at + 3] = 56;
    Files.write(header, kept);
    assertThatThrownBy(() -> search(graph, options))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds states of 56 bytes; these have 48");
  }

  @Test
  void whatDiesWhileItWritesLeavesTheLastCheckpoint() throws IOException {
    Graph graph = new Graph(5000, 4, 2, false);
    Checkpoint checkpoint = new Checkpoint(folder, Duration.ZERO, "graph");
    int[] asked = {0};
    SearchOptions part =
        with(
            options(Order.STEPS, true, 1),
            new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), () -> asked[0]++ >= 6),
            Optional.empty(),
            Optional.of(checkpoint));
    List<Integer> costs = new ArrayList<>();
    Search.run(() -> graph, part, collecting(graph, costs));
    // a file of states that the header does not count yet, and half a header
    Files.write(folder.resolve("states-999"), new byte[100]);
    Files.write(folder.resolve("search.new"), new byte[10]);
    SearchOptions rest =
        with(
            part,
            new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), () -> false),
            Optional.empty(),
            Optional.of(checkpoint));
    SearchResult result = Search.run(() -> graph, rest, collecting(graph, costs));
    Seen plain = plain(graph, false);
    assertThat(result.states()).isEqualTo(plain.states());
    assertThat(result.transitions()).isEqualTo(plain.transitions());
    assertThat(Seen.histogram(costs)).isEqualTo(steps(plain));
  }

  /** By steps a hit says nothing of calls. */
  private static Map<Integer, Long> steps(Seen plain) {
    return plain.hitCosts();
  }

  @Test
  void boundsAreToldByName() throws IOException {
    Graph graph = new Graph(120_000, 3, 4, false);
    assertThat(stoppedBy(graph, new Bounds(1000, NO_BOUND, Duration.ofDays(1), () -> false)))
        .contains("--max-states 1000");
    assertThat(stoppedBy(graph, new Bounds(NO_BOUND, 1 << 20, Duration.ofDays(1), () -> false)))
        .contains("--max-memory 1m");
    assertThat(stoppedBy(graph, new Bounds(NO_BOUND, NO_BOUND, Duration.ZERO, () -> false)))
        .contains("--timeout 0s");
    assertThat(stoppedBy(graph, new Bounds(NO_BOUND, NO_BOUND, Duration.ofDays(1), () -> true)))
        .contains("interrupted");
  }

  private static Optional<String> stoppedBy(Graph graph, Bounds bounds) throws IOException {
    SearchOptions o =
        with(options(Order.STEPS, true, 1), bounds, Optional.empty(), Optional.empty());
    return Search.run(() -> graph, o, collecting(graph, new ArrayList<>())).stopped();
  }

  @Test
  void fingerprintsTakeAtMostSixteenBytesAState() throws IOException {
    Graph graph = new Graph(400_000, 4, 9, false);
    SearchResult result =
        Search.run(
            () -> graph, options(Order.STEPS, false, 2), collecting(graph, new ArrayList<>()));
    assertThat(result.tableBytes() / (double) result.states()).isBetween(8.0, 16.0);
    assertThat(result.collision()).isBetween(1e-10, 1e-8);
  }
}
