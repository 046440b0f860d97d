package cowherd.explore;

import java.util.List;

/**
 * Why a test hangs.
 *
 * @param loop whether it is an endless loop, and not waiting
 * @param lines who waits for whom, or the steps of the loop, a line each
 * @param sentence the hang in one sentence
 */
public record Hang(boolean loop, List<String> lines, String sentence) {
  public Hang {
    lines = List.copyOf(lines);
  }
}
