package cowherd.search;

import java.util.List;

/**
 * A state, or a step, that was searched for.
 *
 * @param actions the steps to it from the initial state; by them the search reaches it with fewest
 *     calls and steps, in the order that was asked for
 * @param calls calls that begin on the way; 0 when the order is by steps
 * @param steps how many steps
 * @param broken what the space said of it
 */
public record Hit(List<Integer> actions, int calls, int steps, int broken) {
  public Hit {
    actions = List.copyOf(actions);
  }
}
