package cowherd.free;

import cowherd.explore.Bounds;
import cowherd.kernel.Kernel;
import cowherd.machine.State;
import cowherd.operation.Machine;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * Compares two kernels on every program of a configuration, at the granularity of calls: one call
 * runs after the other, each as far as it gets without waiting. That is a weaker question than that
 * of {@link Hunt}: races inside of calls are not looked at. The same moves are made on both
 * kernels; where what can be seen differs, the program is told. Values are data: only which of them
 * are equal matters, so they are renamed, and the search ends by itself.
 */
public final class Diff {
  private static final int CHECK_BOUNDS_EVERY = 256;

  /** What a pair of states costs beside its vectors: objects, and the entry of the map. */
  private static final long NODE_BYTES = 200;

  /**
   * What to compare.
   *
   * @param kernels two kernels
   * @param configuration which programs there are
   * @param maxCalls most calls of a program, {@link Integer#MAX_VALUE} for any number
   * @param count after how many different programs to stop
   * @param variants whether programs are different that differ only in calls that are alike
   * @param costs whether faults and copies are compared, and not outcomes
   */
  public record Request(
      List<Kernel> kernels,
      Configuration configuration,
      int maxCalls,
      int count,
      boolean costs,
      boolean variants) {
    public Request {
      kernels = List.copyOf(kernels);
    }
  }

  /**
   * What came of it.
   *
   * @param found the programs, shortest first
   * @param states pairs of states that were visited
   * @param transitions calls from them
   * @param stopped which bound ended the search, empty when nothing is left to explore
   * @param outOfModel what some program would do and the model does not cover
   */
  public record Result(
      List<Difference> found,
      long states,
      long transitions,
      Optional<String> stopped,
      Set<String> outOfModel) {}

  private record Key(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  private record Node(byte[] pair, int parent, Move move, int calls) {}

  private final Request request;
  private final Bounds bounds;
  private final FreeProgram free;
  private final CallMachine one;
  private final CallMachine two;
  private final Contrast contrast;
  private final Differences differences;
  private final int bytes;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Key, Integer> known = new HashMap<>();
  private final Set<String> outOfModel = new TreeSet<>();
  private final long deadline;
  private long transitions;
  private int values;

  private Diff(Request request, Bounds bounds, FreeProgram free, int frames) {
    this.request = request;
    this.bounds = bounds;
    this.free = free;
    int entries = free.entries(frames);
    one = new CallMachine(free, request.kernels().get(0), frames, entries);
    two = new CallMachine(free, request.kernels().get(1), frames, entries);
    contrast = new Contrast(free, one, two, request.costs());
    differences =
        new Differences(
            free, (first, second) -> telling(first, second, frames, entries), request, bounds);
    bytes = one.state().layout().bytes();
    deadline = System.nanoTime() + Math.min(bounds.time().toNanos(), Long.MAX_VALUE / 4);
  }

  private Contrast telling(Kernel first, Kernel second, int frames, int entries) {
    CallMachine a = new CallMachine(free, first, frames, entries);
    CallMachine b = new CallMachine(free, second, frames, entries);
    a.listen();
    b.listen();
    return new Contrast(free, a, b, request.costs());
  }

  /** Compares. */
  public static Result run(Request request, Bounds bounds) throws Refused {
    FreeProgram free = FreeProgram.withResults(request.configuration());
    return free.withEnoughFrames(frames -> new Diff(request, bounds, free, frames).run());
  }

  private Result run() {
    one.reset();
    two.reset();
    add(-1, new Move(0, Move.GOES_ON), 0);
    Optional<String> stopped = Optional.empty();
    for (int node = 0; node < nodes.size() && stopped.isEmpty(); node++) {
      if (node % CHECK_BOUNDS_EVERY == 0) {
        stopped = boundReached();
      }
      expand(node);
      if (differences.list().size() >= request.count()) {
        stopped = Optional.of("--count " + request.count());
      }
    }
    return new Result(differences.list(), nodes.size(), transitions, stopped, outOfModel);
  }

  private Optional<String> boundReached() {
    long perNode = 2L * bytes + NODE_BYTES;
    if (nodes.size() > bounds.states()) {
      return Optional.of("--max-states " + bounds.states());
    }
    if (nodes.size() * perNode > bounds.memoryBytes()) {
      return Optional.of("--max-memory " + bounds.memoryBytes() / (1 << 20) + "m");
    }
    if (System.nanoTime() > deadline) {
      return Optional.of("--timeout " + bounds.time().toSeconds() + "s");
    }
    return bounds.interrupted().getAsBoolean() ? Optional.of("interrupted") : Optional.empty();
  }

  private void expand(int node) {
    int threads = free.program().threads().size();
    for (int thread = 0; thread < threads; thread++) {
      load(node);
      boolean chooses = one.choosing(thread);
      if (chooses && nodes.get(node).calls >= request.maxCalls()) {
        continue;
      }
      int first = chooses ? 0 : Move.GOES_ON;
      int end = chooses ? free.items().size() : 0;
      for (int item = first; item < end; item++) {
        load(node);
        move(node, new Move(thread, item));
        if (differences.list().size() >= request.count()) {
          return;
        }
      }
    }
  }

  private void load(int node) {
    byte[] pair = nodes.get(node).pair;
    one.state().load(pair, 0);
    two.state().load(pair, bytes);
    values = pair[2 * bytes] & 0xff;
  }

  private void move(int node, Move move) {
    int first;
    int second;
    try {
      first = one.move(move.thread(), move.item(), values + 1);
      second = two.move(move.thread(), move.item(), values + 1);
    } catch (Machine.OutOfModel | State.OutOfCounter e) {
      outOfModel.add(String.valueOf(e.getMessage()));
      return;
    }
    if (first == CallMachine.CANNOT && second == CallMachine.CANNOT) {
      return;
    }
    transitions++;
    if (first == CallMachine.LOOPS && second == CallMachine.LOOPS) {
      return; // nothing comes of it on either
    }
    if (contrast.differs(first, second).isPresent()) {
      differences.add(path(node, move));
    } else {
      add(node, move, nodes.get(node).calls + (move.begins() ? 1 : 0));
    }
  }

  private List<Move> path(int node, Move last) {
    List<Move> moves = new ArrayList<>(List.of(last));
    for (int n = node; nodes.get(n).parent >= 0; n = nodes.get(n).parent) {
      moves.add(nodes.get(n).move);
    }
    return moves.reversed();
  }

  private void add(int parent, Move move, int calls) {
    one.normalise();
    two.normalise();
    int[] names = new int[256];
    int[] next = {0};
    IntUnaryOperator name =
        v -> {
          if (v == 0 || v > Value.MAX) {
            return v; // what fresh memory holds; errors and signals
          }
          names[v] = names[v] == 0 ? ++next[0] : names[v];
          return names[v];
        };
    one.state().renameValues(name);
    two.state().renameValues(name);
    byte[] pair = new byte[2 * bytes + 1];
    System.arraycopy(one.state().bytes(), 0, pair, 0, bytes);
    System.arraycopy(two.state().bytes(), 0, pair, bytes, bytes);
    pair[2 * bytes] = (byte) next[0];
    if (known.putIfAbsent(new Key(pair), nodes.size()) == null) {
      nodes.add(new Node(pair, parent, move, calls));
    }
  }
}
