package cowherd.free;

import cowherd.operation.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Goes along a path of a search and tells which calls begin on it. The names of processes, threads
 * and references change on the way when a search renames them; what is told keeps its own.
 */
final class Retelling {
  private final FreeSpace space;
  private final Configuration c;
  private final int[] instance;
  private final int[] threadOf;
  private final int[] referenceIn;
  private int processesMade = 1;
  private int referencesTaken;

  private Retelling(FreeSpace space) {
    this.space = space;
    this.c = space.free().configuration();
    instance = new int[c.processes()];
    threadOf = new int[c.processes() * c.threads()];
    referenceIn = new int[c.references()];
    for (int t = 0; t < threadOf.length; t++) {
      threadOf[t] = t % c.threads();
    }
  }

  /**
   * The calls that begin on a path.
   *
   * @param actions as {@link FreeSpace#expand} told them, from the initial state
   */
  static List<Event> events(FreeSpace space, List<Integer> actions) {
    return new Retelling(space).run(actions);
  }

  private List<Event> run(List<Integer> actions) {
    List<Event> events = new ArrayList<>();
    byte[] vector = new byte[space.bytes()];
    space.initial(vector);
    Machine machine = space.machine();
    machine.state().load(vector, 0);
    for (int action : actions) {
      int actor = FreeSpace.actor(action);
      boolean chooses = actor < threadOf.length && machine.choosing(actor);
      if (chooses) {
        events.add(event(actor, space.free().items().get(machine.item(actor, FreeSpace.choice(action)))));
      }
      if (!machine.step(actor, FreeSpace.choice(action))) {
        throw new IllegalArgumentException("Retelling: the path is not a run of this program");
      }
      space.rename();
      follow(space.renamer());
    }
    return events;
  }

  private Event event(int actor, MenuItem item) {
    int process = instance[actor / c.threads()];
    int child = MenuItem.NONE;
    if (item.forks()) {
      child = processesMade++;
      instance[item.child()] = child;
    }
    if (item.takesReference()) {
      referenceIn[item.slot()] = referencesTaken++;
    }
    int reference = item.usesReference() ? referenceIn[item.slot()] : MenuItem.NONE;
    return new Event(process, threadOf[actor], item, reference, child);
  }

  private void follow(Renamer renamer) {
    int[] oldInstance = instance.clone();
    int[] oldThread = threadOf.clone();
    int[] oldReference = referenceIn.clone();
    Arrays.setAll(instance, p -> oldInstance[renamer.oldProcesses()[p]]);
    Arrays.setAll(threadOf, t -> oldThread[renamer.oldThreads()[t]]);
    Arrays.setAll(referenceIn, r -> oldReference[renamer.oldReferences()[r]]);
  }
}
