package cowherd.report;

import cowherd.operation.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Leaves the process and the thread out of a variable's name where the rest is unique. */
final class ShortNames {
  private final Map<String, Integer> uses = new HashMap<>();
  private final List<String> handles;

  ShortNames(Program program) {
    handles = program.handleNames();
    handles.stream().distinct().forEach(name -> uses.merge(last(name), 1, Integer::sum));
  }

  String of(String name) {
    return uses.getOrDefault(last(name), 2) == 1 ? last(name) : name;
  }

  /** Whether a variable holds a reference, and not a number. */
  boolean isReference(String name) {
    return handles.contains(name);
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
