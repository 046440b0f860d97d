package cowherd.free;

import cowherd.kernel.Kernel;
import cowherd.operation.PropertyName;
import cowherd.search.Hit;
import cowherd.search.Search;
import cowherd.search.SearchListener;
import cowherd.search.SearchOptions;
import cowherd.search.SearchResult;
import java.io.IOException;
import java.util.Set;

/**
 * Counts the states of free programs and judges nothing: what is compared with other model
 * checkers, which have the same model written in their own languages.
 */
public final class Census {
  /**
   * What to count.
   *
   * @param frames page frames of the machine
   * @param anyFrame whether the allocator takes any free frame, and not the lowest
   * @param reductions which names do not matter
   */
  public record Request(
      Kernel kernel,
      Configuration configuration,
      int frames,
      boolean anyFrame,
      Set<Reduction> reductions) {
    public Request {
      reductions = Set.copyOf(reductions);
    }
  }

  private Census() {}

  /**
   * Counts.
   *
   * @throws Refused when a call cannot be used
   * @throws cowherd.machine.State.OutOfFrames when the frames do not suffice
   */
  public static SearchResult run(Request request, SearchOptions options)
      throws Refused, IOException {
    FreeProgram free = FreeProgram.of(request.configuration());
    FreeSpace.Room room =
        new FreeSpace.Room(
            request.frames(),
            free.entries(request.frames()),
            request.reductions(),
            request.anyFrame());
    Set<PropertyName> nothing = Set.of();
    return Search.run(() -> new FreeSpace(free, request.kernel(), nothing, room), options, NOBODY);
  }

  private static final SearchListener NOBODY =
      new SearchListener() {
        @Override
        public boolean hit(Hit hit) {
          return true;
        }

        @Override
        public void progress(Progress progress) {}
      };
}
