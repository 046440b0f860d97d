package cowherd.free;

import cowherd.explore.Bounds;
import cowherd.kernel.Kernel;
import cowherd.machine.State;
import cowherd.operation.PropertyName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hunts for the shortest programs that break a property: fewest calls first, then fewest steps. When
 * nothing is left to explore, the property holds for every program of the configuration.
 */
public final class Hunt {
  private static final int FRAMES_MAX = 64;

  /**
   * What to hunt for.
   *
   * @param kernel the kernel
   * @param properties what is to be broken
   * @param configuration which programs there are
   * @param reductions which names do not matter
   * @param maxCalls most calls of a program, {@link Integer#MAX_VALUE} for any number
   * @param count after how many different programs to stop
   * @param variants whether programs are different that differ only in calls that are alike
   */
  public record Request(
      Kernel kernel,
      Set<PropertyName> properties,
      Configuration configuration,
      Set<Reduction> reductions,
      int maxCalls,
      int count,
      boolean variants) {
    public Request {
      properties = Set.copyOf(properties);
      reductions = Set.copyOf(reductions);
    }
  }

  /**
   * What came of it.
   *
   * @param found the programs
   * @param states distinct states
   * @param transitions steps between them
   * @param stopped which bound ended the search, empty when nothing is left to explore
   * @param outOfModel what some program would do and the model does not cover: not explored further
   */
  public record Result(
      List<Found> found,
      long states,
      long transitions,
      Optional<String> stopped,
      Set<String> outOfModel) {}

  private final Request request;
  private final Bounds bounds;
  private final FreeProgram free;

  private Hunt(Request request, Bounds bounds, FreeProgram free) {
    this.request = request;
    this.bounds = bounds;
    this.free = free;
  }

  /** A call of {@code --ops} that cannot be used, and why. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** Hunts. */
  public static Result run(Request request, Bounds bounds) throws Refused {
    try {
      return new Hunt(request, bounds, FreeProgram.of(request.configuration())).run();
    } catch (FreeProgram.Refused e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
  }

  private Result run() {
    Configuration c = request.configuration();
    int frames = c.processes() * c.pages() + c.references() + c.processes() * c.threads();
    while (true) {
      try {
        return run(frames);
      } catch (State.OutOfFrames tooFew) {
        if (frames >= FRAMES_MAX) {
          throw new State.BrokenMachine("Hunt: the programs need more than 64 pages of memory");
        }
        frames += 2;
      }
    }
  }

  private Result run(int frames) {
    boolean swaps = FreeProgram.swaps(free.program());
    FreeSpace.Room room = new FreeSpace.Room(frames, swaps ? frames : 0, request.reductions());
    FreeSpace space = new FreeSpace(free, request.kernel(), request.properties(), room);
    Finds finds = new Finds(request.kernel(), bounds, request.variants());
    PlainSearch.Result result =
        PlainSearch.run(
            space,
            request.maxCalls(),
            (int) Math.min(Integer.MAX_VALUE, bounds.states()),
            hit -> {
              List<Event> events = Retelling.events(space, hit.actions());
              PropertyName property =
                  PropertyName.values()[Integer.numberOfTrailingZeros(hit.broken())];
              finds.add(
                  new FoundProgram(free.configuration(), events),
                  property,
                  hit.calls(),
                  hit.steps());
              return finds.list().size() < request.count();
            });
    return new Result(
        finds.list(), result.states(), result.transitions(), result.stopped(), space.outOfModel());
  }
}
