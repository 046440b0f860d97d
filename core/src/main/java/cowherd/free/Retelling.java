package cowherd.free;

import cowherd.operation.Machine;
import java.util.List;

/** Goes along a path of a search and tells which calls begin on it. */
final class Retelling {
  private Retelling() {}

  /**
   * The calls that begin on a path.
   *
   * @param actions as {@link FreeSpace#expand} told them, from the initial state
   */
  static List<Event> events(FreeSpace space, List<Integer> actions) {
    Teller teller = new Teller(space.free());
    byte[] vector = new byte[space.bytes()];
    space.initial(vector);
    Machine machine = space.machine();
    machine.state().load(vector, 0);
    for (int action : actions) {
      int actor = FreeSpace.actor(action);
      int choice = FreeSpace.choice(action);
      if (machine.choosing(actor)) {
        teller.tell(actor, space.free().items().get(machine.item(actor, choice)));
      }
      machine.state().chooseFree(0);
      if (!machine.step(actor, choice)) {
        throw new IllegalArgumentException("Retelling: the path is not a run of this program");
      }
      space.rename();
      teller.follow(space.renamer());
    }
    return teller.events();
  }
}
