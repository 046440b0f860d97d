package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Machine;
import java.util.Map;
import java.util.Optional;

/**
 * A state space, explored as far as the bounds allowed.
 *
 * @param test the test
 * @param kernel the kernel
 * @param options how it was explored
 * @param machine a machine whose layout the states have
 * @param store the states
 * @param graph the transitions
 * @param complete which states end a complete run
 * @param stateBroken conditions that are broken in a state, by state, as bits of {@link Conditions}
 * @param edgeBroken conditions that broke during a transition, by transition
 * @param reached conditions that some complete run fulfils, as bits of own assertions
 * @param orbitSum how many states the search would have without frame symmetry, -1 when it is too
 *     large for a long or was not asked for
 * @param levels number of breadth-first levels
 * @param stopped why the search stopped early, empty when it is complete
 * @param outOfModel what the model does not cover, empty when it covers everything
 */
record Exploration(
    LitmusTest test,
    Kernel kernel,
    Options options,
    Machine machine,
    StateStore store,
    Graph graph,
    java.util.BitSet complete,
    Map<Integer, Integer> stateBroken,
    Map<Integer, Integer> edgeBroken,
    int reached,
    long orbitSum,
    int levels,
    Optional<String> stopped,
    Optional<String> outOfModel) {}
