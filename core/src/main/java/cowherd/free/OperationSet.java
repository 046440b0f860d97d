package cowherd.free;

import java.util.List;

/**
 * A named set of calls for free programs.
 *
 * @param lines calls, {@code include SET}, {@code background ACTOR}
 */
public record OperationSet(String name, String meaning, List<String> lines) {
  public OperationSet {
    lines = List.copyOf(lines);
  }
}
