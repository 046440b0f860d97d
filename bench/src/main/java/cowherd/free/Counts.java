package cowherd.free;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a search has counted.
 *
 * @param states distinct states, the initial ones included
 * @param transitions successors of all states, duplicates and self-loops included
 * @param levels greatest distance from an initial state, plus one
 * @param orbits how many states without frame symmetry the states stand for; 0 when frames were not
 *     renamed
 * @param collision a bound of the probability that fingerprints took two states for one; 0 when
 *     states were compared whole
 */
public record Counts(long states, long transitions, int levels, long orbits, double collision) {
  private static final Pattern LINE =
      Pattern.compile(
          "states=(\\d+) transitions=(\\d+) levels=(\\d+) orbits=(\\d+) collision=(\\S+)");

  /** The same as states without frame symmetry: what frame symmetry keeps. */
  public Counts withOrbits(long newOrbits) {
    return new Counts(states, transitions, levels, newOrbits, collision);
  }

  /** One line that {@link #parse} reads. */
  public String line() {
    return "states="
        + states
        + " transitions="
        + transitions
        + " levels="
        + levels
        + " orbits="
        + orbits
        + " collision="
        + collision;
  }

  /** Reads {@link #line} from an output. */
  public static Counts parse(String output) {
    Matcher matcher = LINE.matcher(output);
    if (!matcher.find()) {
      throw new IllegalArgumentException("Counts.parse: no counts in: " + output);
    }
    MatchResult found = matcher.toMatchResult();
    return new Counts(
        Long.parseLong(found.group(1)),
        Long.parseLong(found.group(2)),
        Integer.parseInt(found.group(3)),
        Long.parseLong(found.group(4)),
        Double.parseDouble(found.group(5)));
  }
}
