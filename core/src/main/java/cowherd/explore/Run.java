package cowherd.explore;

import java.util.List;

/**
 * A run: which actor moved, one entry a step, from the beginning.
 *
 * @param steps actor and choice of each step
 * @param calls how many calls begin in the run
 */
public record Run(List<Step> steps, int calls) {
  public Run {
    steps = List.copyOf(steps);
  }

  /** One step of a run. */
  public record Step(int actor, int choice) {}
}
