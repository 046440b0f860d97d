package cowherd.free;

import cowherd.explore.Bounds;
import cowherd.kernel.Kernel;
import cowherd.operation.PropertyName;
import cowherd.search.Hit;
import cowherd.search.Search;
import cowherd.search.SearchListener;
import cowherd.search.SearchListener.Progress;
import cowherd.search.SearchOptions;
import cowherd.search.SearchResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Hunts for the shortest programs that break a property: fewest calls first, then fewest steps.
 * When nothing is left to explore, the property holds for every program of the configuration.
 */
public final class Hunt {
  /**
   * What to hunt for.
   *
   * @param kernel the kernel
   * @param properties what is to be broken
   * @param configuration which programs there are
   * @param reductions which names do not matter
   * @param count after how many different programs to stop
   * @param variants whether programs are different that differ only in calls that are alike
   */
  public record Request(
      Kernel kernel,
      Set<PropertyName> properties,
      Configuration configuration,
      Set<Reduction> reductions,
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
   * @param search the search: what ended it, and its figures
   * @param outOfModel what some program would do and the model does not cover: not explored further
   */
  public record Result(List<Found> found, SearchResult search, Set<String> outOfModel) {
    /** Which bound ended the search, empty when nothing is left to explore. */
    public Optional<String> stopped() {
      return search.stopped();
    }
  }

  private final Request request;
  private final SearchOptions options;
  private final Consumer<Progress> watcher;
  private final Bounds checks;
  private final FreeProgram free;

  private Hunt(
      Request request, SearchOptions options, Consumer<Progress> watcher, FreeProgram free) {
    this.request = request;
    this.options = options;
    this.watcher = watcher;
    this.free = free;
    SearchOptions.Bounds b = options.bounds();
    checks = new Bounds(b.states(), b.memoryBytes(), b.time(), b.interrupted());
  }

  /** What a search is, in words that are the same for the same search only. */
  public static String identity(Request request) {
    return Integer.toHexString(request.kernel().text().hashCode())
        + " "
        + request.kernel().name()
        + " "
        + new TreeSet<>(request.properties())
        + " "
        + request.configuration()
        + " "
        + new TreeSet<>(request.reductions());
  }

  /**
   * Hunts.
   *
   * @param options how; the order is by calls when programs are wanted that are shortest
   * @param watcher hears how far the search is
   * @throws UncheckedIOException when a folder cannot be used, or holds another search
   */
  public static Result run(Request request, SearchOptions options, Consumer<Progress> watcher)
      throws Refused {
    return new Hunt(request, options, watcher, FreeProgram.of(request.configuration())).run();
  }

  private Result run() {
    return free.withEnoughFrames(this::run);
  }

  private Result run(int frames) {
    FreeSpace.Room room =
        new FreeSpace.Room(frames, free.entries(frames), request.reductions(), false);
    List<FreeSpace> spaces = new ArrayList<>();
    Finds finds = new Finds(request.kernel(), checks, request.variants());
    SearchResult result;
    try {
      // with more frames a state has another layout: such a search is another one
      SearchOptions own = options.withCheckpointBelow("frames-" + frames);
      result = Search.run(() -> space(room, spaces), own, listener(room, finds));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Set<String> outOfModel = new TreeSet<>();
    spaces.forEach(space -> outOfModel.addAll(space.outOfModel()));
    return new Result(finds.list(), result, outOfModel);
  }

  private FreeSpace space(FreeSpace.Room room, List<FreeSpace> all) {
    FreeSpace space = new FreeSpace(free, request.kernel(), request.properties(), room);
    all.add(space);
    return space;
  }

  private SearchListener listener(FreeSpace.Room room, Finds finds) {
    FreeSpace telling = new FreeSpace(free, request.kernel(), request.properties(), room);
    return new SearchListener() {
      @Override
      public boolean hit(Hit hit) {
        List<Event> events = Retelling.events(telling, hit.actions());
        PropertyName property = PropertyName.values()[Integer.numberOfTrailingZeros(hit.broken())];
        finds.add(
            new FoundProgram(free.configuration(), events), property, hit.calls(), hit.steps());
        return finds.list().size() < request.count();
      }

      @Override
      public void progress(Progress progress) {
        watcher.accept(progress);
      }
    };
  }
}
