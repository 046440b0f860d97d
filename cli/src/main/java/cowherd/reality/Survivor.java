package cowherd.reality;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Lets a guest die without losing what it answered before: a schedule that it had finished is
 * handed on, and one in which it died is not, so that it counts as not tried.
 */
public final class Survivor implements Conformance.Executor {
  private static final String SCHEDULE = "#@";
  private static final String FINISHED = "ok ";

  private final Conformance.Executor executor;
  private Optional<GuestDied> death = Optional.empty();

  /** Around something that runs the runner, perhaps in a guest. */
  public Survivor(Conformance.Executor executor) {
    this.executor = executor;
  }

  /** How the guest died, if it did. */
  public Optional<GuestDied> death() {
    return death;
  }

  @Override
  public void run(String input, Consumer<String> line) throws IOException {
    List<String> held = new ArrayList<>();
    try {
      executor.run(input, text -> take(text, held, line));
      held.forEach(line);
    } catch (GuestDied e) {
      death = Optional.of(e);
    }
  }

  /** Holds a schedule's lines until it is finished. */
  private static void take(String text, List<String> held, Consumer<String> line) {
    if (held.isEmpty() && !text.startsWith(SCHEDULE)) {
      line.accept(text);
      return;
    }
    held.add(text);
    if (text.startsWith(FINISHED)) {
      held.forEach(line);
      held.clear();
    }
  }
}
