package cowherd.report;

import cowherd.explore.Graded;
import java.util.List;

/**
 * One test on one kernel.
 *
 * @param graded the result and its grade
 * @param witness the run that shows what is wrong, call by call; empty when there is none
 * @param observed what real kernels of these rules were seen to do in this test
 */
public record CheckCell(Graded graded, List<WitnessCall> witness, List<Observed> observed) {
  public CheckCell {
    witness = List.copyOf(witness);
    observed = List.copyOf(observed);
  }

  /** Without observations. */
  public CheckCell(Graded graded, List<WitnessCall> witness) {
    this(graded, witness, List.of());
  }

  /** The same with observations. */
  public CheckCell with(List<Observed> observations) {
    return new CheckCell(graded, witness, observations);
  }

  /** The observations that the model forbids. */
  List<Observed> contradictions() {
    return observed.stream().filter(Observed::contradicts).toList();
  }
}
