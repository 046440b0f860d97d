package cowherd.free;

import cowherd.machine.Canonical;
import cowherd.machine.Layout;
import cowherd.machine.Permutation;
import cowherd.machine.Permutation.Names;
import cowherd.machine.State;
import cowherd.operation.CallFlags;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.BackgroundActor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Renames a state to the one that stands for all those that differ from it only in names.
 * Processes, threads and references are first sorted by what they do, whatever they are called;
 * between those that do the same every order is tried, frames are renamed, and the least vector is
 * taken.
 *
 * <p>Processes are not exchangeable beside an actor or a call that walks over all page tables in
 * their order (reclaim and its like), nor where a parent monitors its children: then {@link
 * Reduction#PROCESSES} does nothing. Pages never are, as fork and exit walk over them in the order
 * of their addresses.
 */
final class Renamer {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final FreeProgram free;
  private final Configuration c;
  private final State state;
  private final Canonical canonical;
  private final Permutation permutation;
  private final boolean frames;
  private final boolean processes;
  private final boolean threads;
  private final boolean references;
  private final int hidden;
  private final int[] items;

  private final long[] processKey;
  private final long[] threadKey;
  private final long[] slotKey;
  private final byte[] best;
  private final byte[] candidate;
  private final byte[] original;

  /** By which names the state was renamed last. */
  private Names bestNames;

  Renamer(FreeProgram free, State state, Set<Reduction> reductions) {
    this.free = free;
    this.c = free.configuration();
    this.state = state;
    Layout layout = state.layout();
    canonical = new Canonical(layout);
    permutation = new Permutation(layout);
    frames = reductions.contains(Reduction.FRAMES);
    processes =
        reductions.contains(Reduction.PROCESSES) && c.processes() > 1 && processesAreAlike(free);
    threads = reductions.contains(Reduction.THREADS) && c.threads() > 1;
    references = reductions.contains(Reduction.REFERENCES) && c.references() > 1;
    int all = c.processes() * c.threads();
    hidden = (layout.shape().handles() - c.references()) / Math.max(1, all);
    items = itemsByCounter(free);
    processKey = new long[c.processes()];
    threadKey = new long[all];
    slotKey = new long[c.references()];
    best = new byte[layout.bytes()];
    candidate = new byte[layout.bytes()];
    original = new byte[layout.bytes()];
    bestNames = identity();
  }

  private static boolean processesAreAlike(FreeProgram free) {
    Program p = free.program();
    return p.actors().stream().allMatch(a -> a == BackgroundActor.LRU || a == BackgroundActor.TLB)
        && p.threads().getFirst().code().stream().noneMatch(Renamer::tellsProcessesApart);
  }

  /** Calls that walk over all page tables in their order, or make a parent a monitor. */
  private static boolean tellsProcessesApart(Instruction i) {
    return switch (i.op()) {
      case SWAP_OUT, KSM_MERGE, MIGRATE, COLLAPSE, SPLIT, PUNCH_HOLE -> true;
      case MADVISE -> i.flags() != CallFlags.MADV_DONTNEED;
      case UFFD_CREATE -> (i.flags() & CallFlags.UFFD_FEATURE_EVENT_FORK) != 0;
      default -> false;
    };
  }

  /** The item of each program counter; -1 for the CHOOSE. */
  private static int[] itemsByCounter(FreeProgram free) {
    List<Instruction> code = free.program().threads().getFirst().code();
    int[] items = new int[code.size()];
    int item = -1;
    for (int pc = 0; pc < items.length; pc++) {
      items[pc] = item;
      boolean ends = code.get(pc).op() == Op.JUMP || pc == 0;
      item += ends ? 1 : 0;
    }
    items[0] = -1;
    return items;
  }

  private Names identity() {
    return new Names(
        upTo(c.processes()),
        upTo(c.processes() * c.threads()),
        upTo(c.references() + hidden * c.processes() * c.threads()));
  }

  private static int[] upTo(int count) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return all;
  }

  boolean isActive() {
    return frames || processes || threads || references;
  }

  Canonical canonical() {
    return canonical;
  }

  /** The old names of processes, by new name, of the state renamed last. */
  int[] oldProcesses() {
    return bestNames.processes();
  }

  int[] oldThreads() {
    return bestNames.threads();
  }

  int[] oldReferences() {
    return bestNames.handles();
  }

  /** Renames the state in place. */
  void rename() {
    if (!processes && !threads && !references) {
      renameFrames();
      return;
    }
    keys();
    List<Names> all = candidates();
    System.arraycopy(state.bytes(), 0, original, 0, original.length);
    boolean first = true;
    for (Names names : all) {
      permutation.apply(original, candidate, names, this::newCounter);
      state.load(candidate, 0);
      renameFrames();
      if (first || Arrays.compareUnsigned(state.bytes(), best) < 0) {
        System.arraycopy(state.bytes(), 0, best, 0, best.length);
        bestNames = names;
        first = false;
      }
    }
    state.load(best, 0);
  }

  private void renameFrames() {
    if (frames) {
      canonical.rename(state);
    }
  }

  private int newCounter(int pc) {
    int item = items[pc];
    if (item < 0) {
      return pc;
    }
    MenuItem old = free.items().get(item);
    if (old.child() == MenuItem.NONE && old.slot() == MenuItem.NONE) {
      return pc;
    }
    int child = old.child() == MenuItem.NONE ? MenuItem.NONE : permutation.newProcess(old.child());
    int slot = old.slot() == MenuItem.NONE ? MenuItem.NONE : permutation.newHandle(old.slot());
    MenuItem renamed =
        new MenuItem(old.statement(), old.page(), old.word(), slot, child, old.value());
    return counterOf(free.items().indexOf(renamed)) + pc - counterOf(item);
  }

  private int counterOf(int item) {
    int pc = 1;
    while (items[pc] != item) {
      pc++;
    }
    return pc;
  }

  // ---- what they do, whatever they are called

  private void keys() {
    for (int t = 0; t < threadKey.length; t++) {
      threadKey[t] = keyOfThread(t);
    }
    for (int p = 0; p < processKey.length; p++) {
      processKey[p] = keyOfProcess(p);
    }
    for (int h = 0; h < slotKey.length; h++) {
      slotKey[h] = keyOfSlot(h);
    }
  }

  private long keyOfThread(int t) {
    int item = items[state.thread(t, State.PC)];
    long key = item < 0 ? 0 : statementNumber(item) + 1;
    key = mix(key, state.thread(t, State.PHASE));
    key = mix(key, state.thread(t, State.INDEX));
    key = mix(key, state.thread(t, State.SCRATCH));
    key = mix(key, state.thread(t, State.GUP_PHASE));
    key = mix(key, state.thread(t, State.FAULT_PHASE));
    key = mix(key, state.thread(t, State.FAULT_FLAGS));
    return mix(key, state.thread(t, State.ENDED));
  }

  /** A number that items share when they differ only in child and reference. */
  private int statementNumber(int item) {
    MenuItem i = free.items().get(item);
    int first = item;
    while (first > 0 && sameButForNames(free.items().get(first - 1), i)) {
      first--;
    }
    return first;
  }

  private static boolean sameButForNames(MenuItem a, MenuItem b) {
    return a.statement().equals(b.statement())
        && a.page() == b.page()
        && a.word() == b.word()
        && a.value() == b.value();
  }

  private long keyOfProcess(int p) {
    long key = state.life(p);
    for (int v = 0; v < c.pages(); v++) {
      key = mix(key, state.vma(p, v));
      key = mix(key, state.pteBits(p, v));
      key = mix(key, state.ghost(p, v));
      key = mix(key, state.vmaUffd(p, v));
    }
    key = mix(key, state.readers(p));
    long sum = 0;
    for (int t = p * c.threads(); t < (p + 1) * c.threads(); t++) {
      sum += mix(MIX, threadKey[t]);
    }
    return mix(key, sum);
  }

  private long keyOfSlot(int h) {
    if (state.handleFrame(h) == 0) {
      return Long.MIN_VALUE;
    }
    long key = mix(state.handleBits(h), state.handlePage(h));
    return mix(key, processKey[state.handleOwner(h)]) | 1;
  }

  private static long mix(long key, long more) {
    long mixed = (key ^ more + 1) * MIX;
    return mixed ^ mixed >>> 29;
  }

  // ---- orders

  private List<Names> candidates() {
    List<int[]> processOrders =
        processes ? orders(processKey, 0, c.processes()) : List.of(upTo(c.processes()));
    List<int[]> slotOrders =
        references ? orders(slotKey, 0, c.references()) : List.of(upTo(c.references()));
    List<Names> all = new ArrayList<>();
    for (int[] process : processOrders) {
      for (int[] thread : threadOrders(process, 0)) {
        for (int[] slot : slotOrders) {
          all.add(new Names(process, thread, handles(slot, thread)));
        }
      }
    }
    return all;
  }

  /** Orders of all threads: those of the process that comes first, then of the second, ... */
  private List<int[]> threadOrders(int[] process, int from) {
    if (from == process.length) {
      return List.of(new int[0]);
    }
    int first = process[from] * c.threads();
    List<int[]> own =
        threads
            ? orders(threadKey, first, c.threads())
            : List.of(Arrays.stream(upTo(c.threads())).map(t -> t + first).toArray());
    List<int[]> all = new ArrayList<>();
    for (int[] later : threadOrders(process, from + 1)) {
      for (int[] mine : own) {
        int[] joined = Arrays.copyOf(mine, mine.length + later.length);
        System.arraycopy(later, 0, joined, mine.length, later.length);
        all.add(joined);
      }
    }
    return all;
  }

  private int[] handles(int[] slots, int[] threadOrder) {
    int[] all = Arrays.copyOf(slots, slots.length + hidden * threadOrder.length);
    for (int t = 0; t < threadOrder.length; t++) {
      for (int i = 0; i < hidden; i++) {
        all[slots.length + t * hidden + i] = slots.length + threadOrder[t] * hidden + i;
      }
    }
    return all;
  }

  /** All orders of some names that are sorted by key. */
  private static List<int[]> orders(long[] keys, int first, int count) {
    List<int[]> all = new ArrayList<>();
    all.add(new int[0]);
    for (int place = 0; place < count; place++) {
      List<int[]> longer = new ArrayList<>();
      for (int[] some : all) {
        extend(some, keys, first, count, longer);
      }
      all = longer;
    }
    return all;
  }

  private static void extend(int[] some, long[] keys, int first, int count, List<int[]> out) {
    long least = Long.MAX_VALUE;
    for (int i = first; i < first + count; i++) {
      least = has(some, i) ? least : Math.min(least, keys[i]);
    }
    for (int i = first; i < first + count; i++) {
      if (!has(some, i) && keys[i] == least) {
        int[] more = Arrays.copyOf(some, some.length + 1);
        more[some.length] = i;
        out.add(more);
      }
    }
  }

  private static boolean has(int[] some, int wanted) {
    for (int i : some) {
      if (i == wanted) {
        return true;
      }
    }
    return false;
  }
}
