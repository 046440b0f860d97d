package cowherd.free;

import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import java.util.List;
import java.util.Set;

/**
 * The configuration of free programs that {@code bench/peers} writes down three times. Nothing is
 * judged, so that nothing stops a search before it has seen every state.
 *
 * @param processes most processes that live at a time
 * @param threads threads of each process
 * @param pages private anonymous pages
 * @param references most references at a time
 * @param frames page frames; enough, so that no allocation fails
 * @param left calls that the menu leaves out, by their first word: {@code munmap}, {@code exit}
 * @param kernel a built-in kernel
 * @param symmetry which free frame an allocation takes
 */
public record PeerSpace(
    int processes,
    int threads,
    int pages,
    int references,
    int frames,
    Set<String> left,
    String kernel,
    Options.Symmetry symmetry) {

  /** The calls of every thread: what {@code --ops} would be given. */
  static final List<String> CALLS =
      List.of(
          "x = v",
          "fork(B)",
          "munmap(x)",
          "exit()",
          "k = get_user_pages_fast(x, FOLL_GET)",
          "put(k)");

  private static final int WORDS = 1;
  private static final int VALUES = 1;

  public PeerSpace {
    left = Set.copyOf(left);
  }

  Configuration configuration() throws Operations.Unknown {
    List<String> calls = CALLS.stream().filter(call -> !isLeftOut(call)).toList();
    return new Configuration(
        processes, threads, pages, WORDS, references, VALUES, Operations.of(calls));
  }

  private boolean isLeftOut(String call) {
    return left.stream().anyMatch(word -> call.startsWith(word + "("));
  }

  FreeSpace space() throws Operations.Unknown, FreeProgram.Refused {
    Kernel rules = KernelLibrary.builtIn().get(kernel);
    if (rules == null) {
      throw new IllegalArgumentException("PeerSpace.space: no kernel " + kernel);
    }
    Options options =
        new Options(symmetry, Options.Granularity.STEPS, Options.PIN_BIAS_DEFAULT);
    return new FreeSpace(
        FreeProgram.of(configuration()), rules, Set.of(), new FreeSpace.Room(frames, 0, options));
  }
}
