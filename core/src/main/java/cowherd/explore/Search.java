package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.machine.Canonical;
import cowherd.machine.State;
import cowherd.operation.CallFlags;
import cowherd.operation.Instruction;
import cowherd.operation.Machine;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.BackgroundActor;
import cowherd.property.Forwarder;
import cowherd.property.Properties;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The exhaustive search: breadth first over the atomic steps of all actors. Every state is expanded
 * for every actor and every choice it has; a state that was seen before (after renaming of frames,
 * when that symmetry is on) is not expanded again. Nothing else is left out.
 */
final class Search {
  private static final int CHECK_BOUNDS_EVERY = 64;
  private static final int FRAMES_MAX = 64;

  private final LitmusTest test;
  private final Kernel kernel;
  private final Options options;
  private final Bounds bounds;
  private final long deadline;

  private final Conditions conditions;
  private final Machine machine;
  private final Properties properties;
  private final Canonical canonical;
  private final StateStore store;
  private final Graph graph = new Graph();
  private final BitSet complete = new BitSet();
  private final Map<Integer, Integer> stateBroken = new HashMap<>();
  private final Map<Integer, Integer> edgeBroken = new HashMap<>();
  private final int sometimes;
  private int reached;
  private int heard;
  private boolean countOrbits;
  private long orbitSum;

  private Search(
      LitmusTest test, Kernel kernel, Options options, Bounds bounds, int frames, int entries) {
    this.test = test;
    this.kernel = kernel;
    this.options = options;
    this.bounds = bounds;
    this.conditions = new Conditions(test);
    Forwarder forwarder = new Forwarder();
    machine = new Machine(test.program(), kernel, frames, entries, options.pinBias(), forwarder);
    properties = new Properties(test.program(), machine.state(), kernel.claims(), test.tolerated());
    forwarder.to(properties);
    canonical = new Canonical(machine.state().layout());
    store = new StateStore(machine.state().layout().bytes());
    sometimes = conditions.sometimes();
    long nanos = bounds.time().toNanos();
    deadline = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 4);
  }

  /** Explores with as many frames as the test turns out to need. */
  static Exploration run(LitmusTest test, Kernel kernel, Options options, Bounds bounds) {
    Program program = test.program();
    int frames = program.processes().size() * program.pages() + 2;
    int entries = usesSwap(program) ? frames : 0;
    while (true) {
      try {
        return run(test, kernel, options, bounds, frames, entries, false);
      } catch (State.OutOfFrames tooFew) {
        if (frames >= FRAMES_MAX) {
          throw new State.BrokenMachine("Search: the test needs more than 64 pages of memory");
        }
        frames = Math.min(FRAMES_MAX, frames * 3 / 2 + 1);
        entries = entries == 0 ? 0 : Math.min(FRAMES_MAX, entries * 3 / 2 + 1);
      }
    }
  }

  /**
   * Explores with a given number of frames and swap entries.
   *
   * @param countOrbits whether to sum up what the states stand for without frame symmetry
   * @throws State.OutOfFrames when they do not suffice
   */
  static Exploration run(
      LitmusTest test,
      Kernel kernel,
      Options options,
      Bounds bounds,
      int frames,
      int entries,
      boolean countOrbits) {
    Search search = new Search(test, kernel, options, bounds, frames, entries);
    search.countOrbits = countOrbits;
    return search.explore();
  }

  static boolean usesSwap(Program program) {
    if (program.actors().contains(BackgroundActor.RECLAIM)) {
      return true;
    }
    return program.threads().stream().flatMap(t -> t.code().stream()).anyMatch(Search::swaps);
  }

  private static boolean swaps(Instruction i) {
    return i.op() == Op.SWAP_OUT || i.op() == Op.MADVISE && i.flags() == CallFlags.MADV_PAGEOUT;
  }

  private Exploration explore() {
    Optional<String> outOfModel = outOfModelByName();
    Optional<String> stopped = Optional.empty();
    int levels = 0;
    if (outOfModel.isEmpty()) {
      try {
        machine.reset();
        rename();
        add();
        int levelEnd = 0;
        for (int state = 0; state < store.size() && stopped.isEmpty(); state++) {
          if (state == levelEnd) {
            levels++;
            levelEnd = store.size();
          }
          if (store.size() > bounds.states()) {
            stopped = Optional.of("--max-states " + bounds.states());
            break;
          }
          if (state % CHECK_BOUNDS_EVERY == 0) {
            stopped = boundReached();
          }
          expand(state);
        }
      } catch (Machine.OutOfModel | State.OutOfCounter e) {
        outOfModel = Optional.of(String.valueOf(e.getMessage()));
      }
    }
    return new Exploration(
        test,
        kernel,
        options,
        machine,
        store,
        graph,
        complete,
        stateBroken,
        edgeBroken,
        reached,
        countOrbits ? orbitSum : -1,
        levels,
        stopped,
        outOfModel);
  }

  private Optional<String> outOfModelByName() {
    return test.program().outOfModel().stream().findFirst().map(Program.OutOfModel::what);
  }

  private Optional<String> boundReached() {
    long memory = store.memoryBytes() + graph.memoryBytes();
    if (memory + store.growthBytes() + graph.growthBytes() > bounds.memoryBytes()) {
      return Optional.of("--max-memory " + bounds.memoryBytes() / (1 << 20) + "m");
    }
    if (System.nanoTime() > deadline) {
      return Optional.of("--timeout " + bounds.time().toSeconds() + "s");
    }
    return bounds.interrupted().getAsBoolean() ? Optional.of("interrupted") : Optional.empty();
  }

  private void expand(int state) {
    graph.nextSource();
    machine.state().load(store.chunk(state), store.offset(state));
    long candidates = 0;
    for (int actor = 0; actor < machine.actors(); actor++) {
      candidates |= machine.mayMove(actor) ? 1L << actor : 0;
    }
    for (int actor = 0; actor < machine.actors(); actor++) {
      if ((candidates >> actor & 1) == 0) {
        continue;
      }
      int choices = machine.choices(actor);
      for (int choice = 0; choice < choices; choice++) {
        expand(state, actor, choice);
      }
    }
  }

  private void expand(int state, int actor, int choice) {
    int free = 0;
    int offered;
    do {
      machine.state().load(store.chunk(state), store.offset(state));
      machine.state().chooseFree(free);
      int information = move(actor, choice);
      if (information < 0) {
        return;
      }
      offered = machine.state().offeredChoices();
      int broken = heard;
      rename();
      int target = add();
      if (broken != 0) {
        edgeBroken.put(graph.edges(), broken);
      }
      graph.edge(target, information);
      free++;
    } while (options.symmetry() == Options.Symmetry.ANY_FREE_FRAME && free < offered);
  }

  /** One step, or one call; the information of the edge, or -1 when the actor cannot move. */
  private int move(int actor, int choice) {
    properties.begin();
    heard = 0;
    if (!machine.step(actor, choice)) {
      return -1;
    }
    heard = properties.heard();
    int information = information(actor, choice);
    if (options.granularity() == Options.Granularity.STEPS) {
      return information;
    }
    byte[] saved = machine.state().bytes().clone();
    while (!machine.betweenCalls(actor)) {
      properties.begin();
      if (!machine.step(actor, 0)) {
        machine.state().load(saved, 0);
        break;
      }
      heard |= properties.heard();
      information = addCosts(information);
      System.arraycopy(machine.state().bytes(), 0, saved, 0, saved.length);
    }
    return information;
  }

  private int information(int actor, int choice) {
    int information =
        actor | choice << Graph.CHOICE_SHIFT | (machine.startedCall() ? Graph.CALL : 0);
    return addCosts(information);
  }

  private int addCosts(int information) {
    int result = addCost(information, Graph.FAULTS_SHIFT, machine.costFaults());
    result = addCost(result, Graph.COPIES_SHIFT, machine.costCopies());
    result = addCost(result, Graph.NEEDLESS_SHIFT, machine.costNeedless());
    result = addCost(result, Graph.FLUSHES_SHIFT, machine.costFlushes());
    return addCost(result, Graph.SPLITS_SHIFT, machine.costSplits());
  }

  private static int addCost(int information, int shift, int cost) {
    int now = information >> shift & Graph.COST_MASK;
    int sum = Math.min(Graph.COST_MASK, now + cost);
    return information & ~(Graph.COST_MASK << shift) | sum << shift;
  }

  private void rename() {
    if (options.symmetry() == Options.Symmetry.FRAMES) {
      canonical.rename(machine.state());
    }
  }

  /** The number of the machine's state; judged when it is new. */
  private int add() {
    int number = store.add(machine.state().bytes());
    if (number < 0) {
      return ~number;
    }
    boolean isComplete = machine.complete();
    int broken = properties.judge() | conditions.brokenIn(machine.state(), isComplete);
    if (broken != 0) {
      stateBroken.put(number, broken);
    }
    if (isComplete) {
      complete.set(number);
      if (reached != sometimes) {
        reached |= conditions.reachedIn(machine.state());
      }
    }
    if (countOrbits) {
      orbitSum = Math.addExact(orbitSum, canonical.orbit(machine.state()));
    }
    return number;
  }
}
