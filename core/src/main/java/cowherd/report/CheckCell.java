package cowherd.report;

import cowherd.explore.Graded;
import java.util.List;

/**
 * One test on one kernel.
 *
 * @param graded the result and its grade
 * @param witness the run that shows what is wrong, call by call; empty when there is none
 */
public record CheckCell(Graded graded, List<WitnessCall> witness) {
  public CheckCell {
    witness = List.copyOf(witness);
  }
}
