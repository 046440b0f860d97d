package cowherd.free;

import cowherd.operation.Program.BackgroundActor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The calls of which free programs are made, and the background actors that are on.
 *
 * @param names what was chosen: names of sets, and calls
 * @param calls statements of the test language; {@code x} is any page, {@code k} any reference,
 *     {@code B} a child, {@code v} a value
 * @param actors background actors
 */
public record Operations(List<String> names, List<String> calls, Set<BackgroundActor> actors) {
  private static final String BACKGROUND = "background ";
  private static final String INCLUDE = "include ";

  public Operations {
    names = List.copyOf(names);
    calls = List.copyOf(calls);
    actors = Set.copyOf(actors);
  }

  /** A name that is neither a set nor a call. */
  public static final class Unknown extends Exception {
    private static final long serialVersionUID = 1L;

    Unknown(String name) {
      super(name);
    }
  }

  /**
   * The calls of sets, of single calls, or of both.
   *
   * @param choices names of sets, statements, and {@code background ACTOR}
   * @throws Unknown with the choice that is none of these
   */
  public static Operations of(List<String> choices) throws Unknown {
    Set<String> calls = new LinkedHashSet<>();
    Set<BackgroundActor> actors = EnumSet.noneOf(BackgroundActor.class);
    for (String choice : choices) {
      add(choice.strip(), calls, actors);
    }
    return new Operations(choices, List.copyOf(calls), actors);
  }

  private static void add(String choice, Set<String> calls, Set<BackgroundActor> actors)
      throws Unknown {
    OperationSet set = OperationSets.named(choice).orElse(null);
    if (set != null) {
      for (String line : set.lines()) {
        add(line.startsWith(INCLUDE) ? line.substring(INCLUDE.length()) : line, calls, actors);
      }
    } else if (choice.startsWith(BACKGROUND)) {
      actors.add(actor(choice.substring(BACKGROUND.length()).strip()));
    } else if (choice.contains("(") || choice.contains("=")) {
      calls.add(choice.endsWith(";") ? choice.substring(0, choice.length() - 1) : choice);
    } else {
      throw new Unknown(choice);
    }
  }

  private static BackgroundActor actor(String name) throws Unknown {
    try {
      return BackgroundActor.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new Unknown("background " + name);
    }
  }

  /** The names of the background actors, in the order of the language. */
  public List<String> actorNames() {
    List<String> result = new ArrayList<>();
    for (BackgroundActor actor : BackgroundActor.values()) {
      if (actors.contains(actor)) {
        result.add(actor.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      }
    }
    return result;
  }
}
