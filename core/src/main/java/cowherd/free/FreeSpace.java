package cowherd.free;

import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.machine.State;
import cowherd.operation.Machine;
import cowherd.operation.PropertyName;
import cowherd.property.Forwarder;
import cowherd.property.Properties;
import cowherd.search.Space;
import java.util.Set;
import java.util.TreeSet;

/**
 * The states of a free program on a kernel. Not thread-safe: every thread of a search has its own.
 */
final class FreeSpace implements Space {
  private static final int PIN_BIAS = Options.PIN_BIAS_DEFAULT;
  private static final int ACTOR_BITS = 6;
  private static final int ACTOR_MASK = (1 << ACTOR_BITS) - 1;

  private final FreeProgram free;
  private final Machine machine;
  private final Properties properties;
  private final Renamer renamer;
  private final boolean anyFrame;
  private final Set<String> outOfModel = new TreeSet<>();

  /**
   * The states with room for some frames and swap entries.
   *
   * @param broken the properties that are judged
   */
  FreeSpace(FreeProgram free, Kernel kernel, Set<PropertyName> broken, Room room) {
    this.free = free;
    Forwarder heard = new Forwarder();
    machine = new Machine(free.program(), kernel, room.frames(), room.entries(), PIN_BIAS, heard);
    Set<PropertyName> tolerated = new TreeSet<>(Set.of(PropertyName.values()));
    tolerated.removeAll(broken);
    properties = new Properties(free.program(), machine.state(), Set.of(), tolerated);
    heard.to(properties);
    anyFrame = room.anyFrame();
    renamer = new Renamer(free, machine.state(), room.reductions());
  }

  /**
   * How large a state is, and how it is named.
   *
   * @param frames page frames beside the page cache
   * @param entries swap entries
   * @param reductions which names do not matter
   * @param anyFrame the allocator takes any free frame, and not the lowest: then every order of
   *     names is a state of its own, unless frames are renamed
   */
  record Room(int frames, int entries, Set<Reduction> reductions, boolean anyFrame) {}

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

  Renamer renamer() {
    return renamer;
  }

  /** What the model does not cover and some program would do: these steps are left out. */
  Set<String> outOfModel() {
    return outOfModel;
  }

  @Override
  public int bytes() {
    return machine.state().layout().bytes();
  }

  @Override
  public void initial(byte[] into) {
    machine.reset();
    rename();
    System.arraycopy(machine.state().bytes(), 0, into, 0, bytes());
  }

  @Override
  public void expand(byte[] vector, int offset, Edges edges, Sink sink) {
    State state = machine.state();
    state.load(vector, offset);
    long candidates = 0;
    for (int actor = 0; actor < machine.actors(); actor++) {
      candidates |= machine.mayMove(actor) && wanted(actor, edges) ? 1L << actor : 0;
    }
    for (int actor = 0; actor < machine.actors(); actor++) {
      if ((candidates >> actor & 1) == 0) {
        continue;
      }
      state.load(vector, offset);
      boolean chooses = machine.choosing(actor);
      int choices = machine.choicesNow(actor);
      boolean fresh = true;
      for (int choice = 0; choice < choices; choice++) {
        if (!fresh) {
          state.load(vector, offset);
        }
        fresh = chooses && !machine.offers(actor, choice);
        if (!fresh) {
          int action = actor | choice << ACTOR_BITS;
          int offered = step(action, 0, sink);
          for (int free = 1; anyFrame && free < offered; free++) {
            state.load(vector, offset);
            step(action, free, sink);
          }
        }
      }
    }
  }

  private boolean wanted(int actor, Edges edges) {
    return switch (edges) {
      case ALL -> true;
      case CALLS -> machine.choosing(actor);
      case WITHIN_CALLS -> !machine.choosing(actor);
    };
  }

  /** Between how many free frames the step could choose; 0: it takes none, or cannot be. */
  private int step(int action, int free, Sink sink) {
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
    int broken = properties.heard();
    rename();
    broken |= properties.judge();
    sink.successor(machine.state().bytes(), action, broken);
    return offered;
  }

  /** Renames the state of the machine. */
  void rename() {
    if (renamer.isActive()) {
      renamer.rename();
    }
  }
}
