package cowherd.free;

import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.machine.Canonical;
import cowherd.machine.State;
import cowherd.operation.Machine;
import cowherd.operation.MemoryObserver;
import cowherd.operation.PropertyName;
import cowherd.property.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The states of a free program on a kernel. Not thread-safe: every thread of a search has its own.
 */
final class FreeSpace {
  private static final int ACTOR_BITS = 6;
  private static final int ACTOR_MASK = (1 << ACTOR_BITS) - 1;

  private final FreeProgram free;
  private final Machine machine;
  private final Properties properties;
  private final Canonical canonical;
  private final Options options;
  private final Set<String> outOfModel = new TreeSet<>();

  /**
   * The states with room for some frames and swap entries.
   *
   * @param broken the properties that are judged
   */
  FreeSpace(FreeProgram free, Kernel kernel, Set<PropertyName> broken, Room room) {
    this.free = free;
    this.options = room.options();
    Heard heard = new Heard();
    machine =
        new Machine(
            free.program(), kernel, room.frames(), room.entries(), options.pinBias(), heard);
    Set<PropertyName> tolerated = new TreeSet<>(Set.of(PropertyName.values()));
    tolerated.removeAll(broken);
    properties = new Properties(free.program(), machine.state(), Set.of(), tolerated);
    heard.to = properties;
    canonical = new Canonical(machine.state().layout());
  }

  /**
   * How large a state is, and how it is named.
   *
   * @param frames page frames beside the page cache
   * @param entries swap entries
   */
  record Room(int frames, int entries, Options options) {}

  /** The machine needs its observer before the observer can be made. */
  private static final class Heard implements MemoryObserver {
    @Nullable Properties to;

    @Override
    public void stored(int process, int page) {
      if (to != null) {
        to.stored(process, page);
      }
    }

    @Override
    public void waitsForEvent(int process, int page, boolean reader) {
      if (to != null) {
        to.waitsForEvent(process, page, reader);
      }
    }

    @Override
    public void handedOutStale(boolean pin, int owner) {
      if (to != null) {
        to.handedOutStale(pin, owner);
      }
    }

    @Override
    public void usedAfterFree() {
      if (to != null) {
        to.usedAfterFree();
      }
    }

    @Override
    public void released() {}
  }

  /** The actor of an action. */
  static int actor(int action) {
    return action & ACTOR_MASK;
  }

  /** Its choice. */
  static int choice(int action) {
    return action >>> ACTOR_BITS;
  }

  FreeProgram free() {
    return free;
  }

  Machine machine() {
    return machine;
  }

  Canonical canonical() {
    return canonical;
  }

  /** What the model does not cover and some program would do: these steps are left out. */
  Set<String> outOfModel() {
    return outOfModel;
  }

  /** Bytes of a state. */
  int bytes() {
    return machine.state().layout().bytes();
  }

  /** Writes the initial state. */
  void initial(byte[] into) {
    machine.reset();
    rename();
    System.arraycopy(machine.state().bytes(), 0, into, 0, bytes());
  }

  /** Tells every step that is possible in a state. */
  void expand(byte[] vector, int offset, Sink sink) {
    State state = machine.state();
    state.load(vector, offset);
    long candidates = 0;
    for (int actor = 0; actor < machine.actors(); actor++) {
      candidates |= machine.mayMove(actor) ? 1L << actor : 0;
    }
    for (int actor = 0; actor < machine.actors(); actor++) {
      if ((candidates >> actor & 1) == 0) {
        continue;
      }
      state.load(vector, offset);
      int choices = machine.choicesNow(actor);
      for (int choice = 0; choice < choices; choice++) {
        step(vector, offset, actor | choice << ACTOR_BITS, sink);
      }
    }
  }

  private void step(byte[] vector, int offset, int action, Sink sink) {
    int free = 0;
    int offered;
    do {
      offered = step(vector, offset, action, free, sink);
      free++;
    } while (options.symmetry() == Options.Symmetry.ANY_FREE_FRAME && free < offered);
  }

  /**
   * One step, whose allocation takes one of the free frames.
   *
   * @return between how many free frames it could choose, or 0
   */
  private int step(byte[] vector, int offset, int action, int free, Sink sink) {
    machine.state().load(vector, offset);
    properties.begin();
    machine.state().chooseFree(free);
    try {
      if (!machine.step(actor(action), choice(action))) {
        return 0;
      }
    } catch (Machine.OutOfModel | State.OutOfCounter e) {
      outOfModel.add(String.valueOf(e.getMessage()));
      return 0;
    }
    int offered = machine.state().offeredChoices();
    boolean starts = machine.startedCall() && actor(action) < free().program().threads().size();
    int broken = properties.heard();
    rename();
    broken |= properties.judge();
    sink.successor(machine.state().bytes(), action, starts, broken);
    return offered;
  }

  private void rename() {
    if (options.symmetry() == Options.Symmetry.FRAMES) {
      canonical.rename(machine.state());
    }
  }
}
