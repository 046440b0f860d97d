package cowherd.search;

import java.util.Optional;

/**
 * What a search has seen.
 *
 * @param states distinct states, without those that are hits
 * @param transitions steps from them, those to known states included
 * @param levels breadth-first levels with a state in them, the initial one included; with the order
 *     by calls: of the number of calls
 * @param hits distinct states that were searched for
 * @param stopped what ended it early, empty when nothing is left to explore
 * @param memoryBytes most memory that states and frontier took
 * @param bitsPerState bits of a packed state
 * @param tableBytes bytes of the visited set at the end; with fingerprints that is all a state
 *     costs beside the frontier
 * @param spilledBytes bytes that went to disk
 * @param collision with fingerprints: a bound of the probability that two different states were
 *     taken for one; 0 when exact
 */
public record SearchResult(
    long states,
    long transitions,
    int levels,
    long hits,
    Optional<String> stopped,
    long memoryBytes,
    int bitsPerState,
    long tableBytes,
    long spilledBytes,
    double collision) {}
