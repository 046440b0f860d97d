package cowherd.free;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells which calls a run makes, by names that stay: a search may give processes, threads and
 * references other names on the way.
 */
final class Teller {
  private final Configuration c;
  private final int[] instance;
  private final int[] threadOf;
  private final int[] referenceIn;
  private final List<Event> events = new ArrayList<>();
  private int processesMade = 1;
  private int referencesTaken;

  Teller(FreeProgram free) {
    this.c = free.configuration();
    instance = new int[c.processes()];
    threadOf = new int[c.processes() * c.threads()];
    referenceIn = new int[c.references()];
    Arrays.setAll(threadOf, t -> t % c.threads());
  }

  /** A thread begins a call. */
  void tell(int thread, MenuItem item) {
    int process = instance[thread / c.threads()];
    int child = MenuItem.NONE;
    if (item.forks()) {
      child = processesMade++;
      instance[item.child()] = child;
    }
    if (item.takesReference()) {
      referenceIn[item.slot()] = referencesTaken++;
    }
    int reference = item.usesReference() ? referenceIn[item.slot()] : MenuItem.NONE;
    events.add(new Event(process, threadOf[thread], item, reference, child));
  }

  /** The search has renamed: the old name of each new one. */
  void follow(Renamer renamer) {
    int[] oldInstance = instance.clone();
    int[] oldThread = threadOf.clone();
    int[] oldReference = referenceIn.clone();
    Arrays.setAll(instance, p -> oldInstance[renamer.oldProcesses()[p]]);
    Arrays.setAll(threadOf, t -> oldThread[renamer.oldThreads()[t]]);
    Arrays.setAll(referenceIn, r -> oldReference[renamer.oldReferences()[r]]);
  }

  /** The process of the program that has a place of the configuration now. */
  int processAt(int place) {
    return instance[place];
  }

  /** The reference that is in a slot now. */
  int referenceAt(int slot) {
    return referenceIn[slot];
  }

  List<Event> events() {
    return List.copyOf(events);
  }
}
