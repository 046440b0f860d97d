package cowherd.search;

import cowherd.search.SearchListener.Progress;
import cowherd.search.SearchOptions.Order;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A breadth-first search.
 *
 * <pre>
 *   round: 1 each worker expands its part of a slice of the frontier, and packs the successors
 *          2 each shard takes, worker by worker, those that are its own and new
 * </pre>
 *
 * The parts of a slice stand in order, so each shard sees the same states in the same order
 * whatever the number of workers is. When a successor differs in a bit that is not kept yet, the
 * states are packed anew and the round is done again.
 */
public final class Search {
  static final int SHARD_BITS = 8;
  static final int SHARDS = 1 << SHARD_BITS;

  // a step: action, shard and number of the parent
  static final int SHARD_SHIFT = 32;
  static final int ACTION_SHIFT = SHARD_SHIFT + SHARD_BITS;

  private static final int SLICE = 1 << 16;
  private static final int SLICE_FIRST = 64;
  private static final Disk NOWHERE = Disk.nowhere();
  private static final long SECOND_NS = 1_000_000_000L;

  /** Share of the memory at which blocks of the frontier go to disk, percent. */
  private static final int SPILL_PERCENT = 80;

  private final Supplier<Space> spaces;
  private final SearchOptions options;
  private final SearchListener listener;
  private final Slabs slabs = new Slabs();
  private final Shard[] shards = new Shard[SHARDS];
  private final List<Worker> workers = new ArrayList<>();
  private final Frontier frontier;
  private final Workshop workshop;
  private final int bytes;
  private final byte[] initial;
  private final long begin = System.nanoTime();
  private Packer packer;
  private long transitions;
  private int rows;
  private boolean lastRowIsEmpty;
  private long hits;
  private final Set<String> hitKeys = new HashSet<>();
  private long memoryPeak;
  private long told = begin;
  private long lastLevel;
  private long lastLevelSize;
  private double ratio = -1;
  private int[] evicted = new int[SHARDS];
  private @Nullable Disk disk;

  private Search(Supplier<Space> spaces, SearchOptions options, SearchListener listener) {
    this.spaces = spaces;
    this.options = options;
    this.listener = listener;
    Space space = spaces.get();
    bytes = space.bytes();
    initial = new byte[bytes];
    space.initial(initial);
    packer = Scout.look(space, Packer.of(initial), initial);
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard(options.exact(), bytes, slabs);
    }
    for (int i = 0; i < options.threads(); i++) {
      workers.add(new Worker(i == 0 ? space : spaces.get(), shards, packer));
    }
    frontier = new Frontier(options.order() == Order.CALLS);
    workshop = new Workshop(options.threads());
  }

  static int shardOf(long hash) {
    return (int) (hash >>> Long.SIZE - SHARD_BITS);
  }

  /**
   * Searches.
   *
   * @param spaces makes a space for each thread
   * @throws IOException when the folder of the checkpoints cannot be used, or holds another search
   */
  public static SearchResult run(
      Supplier<Space> spaces, SearchOptions options, SearchListener listener) throws IOException {
    Search search = new Search(spaces, options, listener);
    try {
      return search.run();
    } finally {
      search.close();
    }
  }

  private void close() {
    workshop.close();
    if (disk != null) {
      disk.close();
    }
  }

  private SearchResult run() throws IOException {
    Optional<Checkpoints> checkpoints =
        options.checkpoint().map(c -> new Checkpoints(c, options.exact()));
    boolean resumed = checkpoints.isPresent() && checkpoints.get().resume(this);
    if (!resumed) {
      addInitial();
    }
    Optional<String> stopped;
    try {
      stopped = explore(checkpoints);
    } catch (OutOfMemoryError e) {
      stopped = Optional.of("the Java heap (-Xmx, or a smaller --max-memory)");
    }
    if (checkpoints.isPresent()) {
      checkpoints.get().save(this);
    }
    return result(stopped);
  }

  private void addInitial() {
    long[] record = new long[1 + packer.longs()];
    long hash = initialHash();
    shards[shardOf(hash)].add(hash, record, 0, packer);
    frontier.start(sizes());
    rows = 1;
  }

  private Optional<String> explore(Optional<Checkpoints> checkpoints) throws IOException {
    while (true) {
      while (!frontier.atState()) {
        int row = frontier.calls;
        long states = states();
        boolean goesOn = frontier.next(sizes());
        noteLevel(states);
        if (!goesOn) {
          lastRowIsEmpty = frontier.byCalls;
          return Optional.empty();
        }
        if (frontier.calls > options.maxCalls()) {
          return Optional.empty();
        }
        countLevel(row);
      }
      Optional<String> bound = boundReached();
      if (bound.isPresent()) {
        return bound;
      }
      if (!round()) {
        return Optional.of("--count");
      }
      tell();
      if (checkpoints.isPresent()) {
        checkpoints.get().saveNowAndThen(this);
      }
    }
  }

  private void countLevel(int row) {
    if (frontier.byCalls) {
      rows += frontier.calls > row ? 1 : 0;
    } else {
      rows++;
    }
  }

  // ---- a round

  /** A part of a slice: states of shards, in order. */
  private record Piece(int shard, int from, int to) {}

  private boolean round() {
    int shard = frontier.shard;
    int index = frontier.index;
    List<Piece> slice = slice();
    long wanted = slice.stream().mapToLong(p -> p.to - p.from).sum();
    List<List<Piece>> parts = parts(slice, wanted);
    Space.Edges edges = frontier.edges();
    Disk onDisk = disk == null ? NOWHERE : disk;
    workshop.run(w -> {
      Worker worker = workers.get(w);
      worker.begin(packer);
      for (Piece piece : parts.get(w)) {
        worker.expand(piece.shard, piece.from, piece.to, edges, onDisk);
      }
    });
    if (workers.stream().anyMatch(Worker::isOutgrown)) {
      widen();
      frontier.shard = shard;
      frontier.index = index;
      return true;
    }
    workshop.shards(
        SHARDS,
        number -> {
          for (Worker worker : workers) {
            worker.deliver(number, shards[number]);
          }
        });
    workers.forEach(worker -> transitions += worker.transitions());
    return tellHits();
  }

  private List<Piece> slice() {
    List<Piece> slice = new ArrayList<>();
    int room = states() < SLICE ? Math.max(SLICE_FIRST, (int) states() / 4) : SLICE;
    while (room > 0 && frontier.atState()) {
      int end = Math.min(frontier.source().to()[frontier.shard], frontier.index + room);
      slice.add(new Piece(frontier.shard, frontier.index, end));
      room -= end - frontier.index;
      frontier.index = end;
    }
    return slice;
  }

  private List<List<Piece>> parts(List<Piece> slice, long states) {
    int count = workers.size();
    List<List<Piece>> parts = new ArrayList<>();
    long done = 0;
    int at = 0;
    int from = slice.getFirst().from;
    for (int w = 0; w < count; w++) {
      List<Piece> part = new ArrayList<>();
      long room = states * (w + 1) / count - done;
      while (room > 0) {
        Piece piece = slice.get(at);
        int end = (int) Math.min(piece.to, from + room);
        part.add(new Piece(piece.shard, from, end));
        done += end - from;
        room -= end - from;
        from = end;
        if (end == piece.to && at + 1 < slice.size()) {
          from = slice.get(++at).from;
        }
      }
      parts.add(part);
    }
    return parts;
  }

  private void widen() {
    long[] more = new long[bytes / Long.BYTES];
    for (Worker worker : workers) {
      for (int i = 0; i < more.length; i++) {
        more[i] |= worker.moreBits()[i];
      }
    }
    Packer wider = packer.widened(more);
    packer = wider;
    workshop.shards(SHARDS, number -> shards[number].repack(wider));
  }

  private boolean tellHits() {
    for (Worker worker : workers) {
      for (int h = 0; h < worker.hits(); h++) {
        byte[] vector = worker.hitVector(h);
        String key =
            worker.hitBroken(h) + new String(vector, java.nio.charset.StandardCharsets.ISO_8859_1);
        if (hitKeys.add(key)) {
          hits++;
          if (!listener.hit(hit(worker.hitStep(h), worker.hitBroken(h)))) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private Hit hit(long last, int broken) {
    List<Integer> actions = new ArrayList<>();
    Disk onDisk = disk == null ? NOWHERE : disk;
    long step = last;
    while (true) {
      actions.add((int) (step >>> ACTION_SHIFT));
      int shard = (int) (step >>> SHARD_SHIFT) & SHARDS - 1;
      int index = (int) step;
      if (isInitial(shard, index)) {
        break;
      }
      step = shards[shard].reader().step(index, onDisk);
    }
    int calls = frontier.byCalls ? frontier.calls : 0;
    return new Hit(actions.reversed(), calls, actions.size(), broken);
  }

  /** That of no difference. */
  private long initialHash() {
    return Packer.hash(new long[bytes / Long.BYTES]);
  }

  private boolean isInitial(int shard, int index) {
    return index == 0 && shard == shardOf(initialHash());
  }

  // ---- bounds

  private Optional<String> boundReached() {
    SearchOptions.Bounds bounds = options.bounds();
    long states = states();
    if (states > bounds.states()) {
      return Optional.of("--max-states " + bounds.states());
    }
    long memory = memory();
    if (!options.exact()) {
      memory = evict(memory);
    }
    memoryPeak = Math.max(memoryPeak, memory);
    if (memory > bounds.memoryBytes()) {
      return Optional.of("--max-memory " + (bounds.memoryBytes() >> 20) + "m");
    }
    if (System.nanoTime() - begin > bounds.time().toNanos()) {
      return Optional.of("--timeout " + bounds.time().toSeconds() + "s");
    }
    return bounds.interrupted().getAsBoolean() ? Optional.of("interrupted") : Optional.empty();
  }

  /** What states, frontier and buffers take, and the largest growth that may come. */
  private long memory() {
    long all = slabs.bytes() - slabs.freeBytes();
    long growth = 0;
    for (Shard shard : shards) {
      all += shard.tableBytes();
      growth = Math.max(growth, shard.growthBytes());
    }
    for (Worker worker : workers) {
      all += worker.memoryBytes();
    }
    return all + growth * options.threads();
  }

  /** Fingerprints: what is done goes to disk, and the frontier when memory is short. */
  private long evict(long memory) {
    if (options.spill().isEmpty()) {
      return memory;
    }
    if (disk == null) {
      disk = Disk.in(options.spill().get());
    }
    long freed = 0;
    int[] needed = frontier.needed();
    for (int i = 0; i < SHARDS; i++) {
      freed += shards[i].evict(evicted[i], needed[i], disk);
    }
    evicted = needed;
    long most = options.bounds().memoryBytes() / 100 * SPILL_PERCENT;
    for (int i = 0; i < SHARDS && memory - freed > most; i++) {
      freed += shards[i].evict(0, shards[i].size(), disk);
    }
    return memory - freed;
  }

  // ---- figures

  long states() {
    long states = 0;
    for (Shard shard : shards) {
      states += shard.size();
    }
    return states;
  }

  int[] sizes() {
    return Arrays.stream(shards).mapToInt(Shard::size).toArray();
  }

  private void noteLevel(long states) {
    long level = states - lastLevel;
    if (lastLevelSize > 0) {
      ratio = level / (double) lastLevelSize;
    }
    lastLevelSize = level;
    lastLevel = states;
  }

  private void tell() {
    long now = System.nanoTime();
    if (now - told < SECOND_NS) {
      return;
    }
    told = now;
    long waiting = frontier.waiting(sizes());
    boolean shrinks = ratio >= 0 && ratio < 1 && !frontier.byCalls;
    long left = shrinks ? (long) (lastLevelSize * ratio / (1 - ratio)) : -1;
    int level = frontier.byCalls ? frontier.calls : frontier.steps;
    listener.progress(new Progress(states(), waiting, level, left));
  }

  private SearchResult result(Optional<String> stopped) {
    long states = states();
    double collision = options.exact() ? 0 : (double) states * states / Math.pow(2, 65);
    long tables = Arrays.stream(shards).mapToLong(Shard::tableBytes).sum();
    return new SearchResult(
        states,
        transitions,
        lastRowIsEmpty ? rows - 1 : rows,
        hits,
        stopped,
        Math.max(memoryPeak, memory()),
        packer.bits(),
        tables,
        disk == null ? 0 : disk.bytes(),
        collision);
  }

  // ---- for checkpoints

  int bytes() {
    return bytes;
  }

  Frontier frontier() {
    return frontier;
  }

  Shard[] shards() {
    return shards;
  }

  Packer packer() {
    return packer;
  }

  void setPacker(Packer newPacker) {
    if (!Arrays.equals(newPacker.pieces(), packer.pieces())) {
      packer = newPacker;
      for (Shard shard : shards) {
        shard.repack(newPacker);
      }
    }
  }

  Disk disk() {
    return disk == null ? NOWHERE : disk;
  }

  Set<String> hitKeys() {
    return hitKeys;
  }

  /** Figures that a checkpoint keeps: transitions, levels, hits. */
  long[] figures() {
    return new long[] {transitions, rows, hits};
  }

  void setFigures(long[] figures) {
    transitions = figures[0];
    rows = (int) figures[1];
    hits = figures[2];
  }
}
