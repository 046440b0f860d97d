package cowherd.litmus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables that a thread sees: its own, and those that the thread that starts it had assigned
 * before. As in C, the latter are the same variables and not copies.
 */
final class Scope {
  private final Map<String, Variable> visible = new LinkedHashMap<>();

  static Scope empty() {
    return new Scope();
  }

  /** The scope of a thread that is started here. */
  Scope inner() {
    Scope inner = new Scope();
    inner.visible.putAll(visible);
    return inner;
  }

  Optional<Variable> find(String name) {
    return Optional.ofNullable(visible.get(name));
  }

  void put(String name, Variable variable) {
    visible.put(name, variable);
  }

  List<String> names() {
    return new ArrayList<>(visible.keySet());
  }
}
