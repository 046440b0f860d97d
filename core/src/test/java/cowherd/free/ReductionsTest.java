package cowherd.free;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.machine.State;
import cowherd.operation.PropertyName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Reductions leave nothing out but names: on random configurations (calls, sizes, kernels), a
 * search with them finds the same verdict, the same shortest violation in calls and steps, and
 * exactly the images of the states of the search without them; and the states with frame symmetry
 * stand for exactly those of an allocator that may take any free frame.
 *
 * <p>{@code -Dcowherd.free.tests=N} asks for more configurations.
 */
class ReductionsTest {
  private static final int CONFIGURATIONS = Integer.getInteger("cowherd.free.tests", 250);
  private static final int STATES_MAX = 4000;
  private static final List<String> KERNELS =
      List.of("v5.7", "v5.8", "v5.9", "v5.12", "v5.18", "unshare-v1", "v5.19", "v6.2", "v6.15");

  private record Case(Configuration configuration, Kernel kernel, int maxCalls) {}

  private static Case random(Random random) {
    List<String> calls = new ArrayList<>();
    for (String set :
        List.of("cow", "pins", "short-pins", "write-gets", "protect", "pageout", "uffd")) {
      for (String call : operations(List.of(set)).calls()) {
        if (random.nextInt(6) == 0 && !calls.contains(call)) {
          calls.add(call);
        }
      }
    }
    calls.add("x = v");
    if (random.nextInt(3) > 0) {
      calls.add("fork(B)");
    }
    if (calls.stream().anyMatch(c -> c.contains("ioctl(u") || c.contains("read(u"))) {
      calls.removeIf(c -> c.startsWith("u ="));
      calls.addFirst("u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP)");
    }
    if (random.nextInt(8) == 0) {
      calls.add("background reclaim");
    }
    Configuration configuration =
        new Configuration(
            1 + random.nextInt(3),
            1 + random.nextInt(2),
            1 + random.nextInt(2),
            1,
            random.nextInt(3),
            1 + random.nextInt(2),
            random.nextBoolean(),
            operations(calls));
    Kernel kernel = KernelLibrary.builtIn().get(KERNELS.get(random.nextInt(KERNELS.size())));
    return new Case(configuration, kernel, 2 + random.nextInt(3));
  }

  private static Operations operations(List<String> choices) {
    try {
      return Operations.of(choices);
    } catch (Operations.Unknown e) {
      throw new IllegalArgumentException(e);
    }
  }

  private record Outcome(List<byte[]> states, Optional<PlainSearch.Hit> first, boolean complete) {
    String shortest() {
      return first.map(h -> h.calls() + " calls " + h.steps() + " steps").orElse("none");
    }
  }

  private static FreeSpace space(Case c, Set<Reduction> reductions, boolean anyFrame)
      throws Refused {
    Configuration conf = c.configuration;
    FreeProgram free = FreeProgram.of(conf);
    int frames =
        conf.processes() * conf.pages() + conf.references() + conf.processes() * conf.threads() + 1;
    int entries = free.entries(frames);
    Set<PropertyName> all = EnumSet.allOf(PropertyName.class);
    return new FreeSpace(
        free, c.kernel, all, new FreeSpace.Room(frames, entries, reductions, anyFrame));
  }

  private static Outcome search(FreeSpace space, int maxCalls, int maxStates) {
    List<PlainSearch.Hit> first = new ArrayList<>();
    PlainSearch.Result result =
        PlainSearch.run(space, maxCalls, maxStates, hit -> first.isEmpty() ? first.add(hit) : true);
    return new Outcome(result.vectors(), first.stream().findFirst(), result.stopped().isEmpty());
  }

  @Test
  void namesAreAllThatIsLeftOut() throws Refused {
    Random random = new Random(7);
    int compared = 0;
    int violated = 0;
    int orbits = 0;
    while (compared < CONFIGURATIONS) {
      Case c = random(random);
      try {
        Outcome plain = search(space(c, Set.of(), false), c.maxCalls, STATES_MAX);
        if (!plain.complete) {
          continue;
        }
        compared++;
        violated += plain.first.isPresent() ? 1 : 0;
        compare(c, plain, EnumSet.allOf(Reduction.class));
        compare(c, plain, EnumSet.of(Reduction.values()[random.nextInt(4)]));
        orbits += !c.configuration.touched() && orbitsAddUp(c) ? 1 : 0;
      } catch (State.OutOfFrames tooFew) {
        // another one
      }
    }
    assertThat(violated).as("configurations with a violation").isGreaterThan(compared / 20);
    assertThat(orbits).as("configurations whose orbits were added up").isGreaterThan(compared / 20);
  }

  private static void compare(Case c, Outcome plain, Set<Reduction> reductions) throws Refused {
    FreeSpace reduced = space(c, reductions, false);
    Outcome outcome = search(reduced, c.maxCalls, Integer.MAX_VALUE);
    assertThat(outcome.shortest()).as(c + " " + reductions).isEqualTo(plain.shortest());
    Set<ByteBuffer> images = new HashSet<>();
    for (byte[] vector : plain.states) {
      reduced.machine().state().load(vector, 0);
      reduced.rename();
      images.add(ByteBuffer.wrap(reduced.machine().state().bytes().clone()));
    }
    Set<ByteBuffer> states = new HashSet<>();
    outcome.states.forEach(vector -> states.add(ByteBuffer.wrap(vector)));
    assertThat(states.size()).as(c + " " + reductions).isEqualTo(images.size());
    assertThat(states.equals(images)).as(c + " " + reductions).isTrue();
  }

  /**
   * Memory that is touched before the program begins has the lowest frames; else the sum of
   * F!/(F-k)! over the states with frame symmetry is the number of those without.
   */
  private static boolean orbitsAddUp(Case c) throws Refused {
    Outcome any = search(space(c, Set.of(), true), c.maxCalls, 20 * STATES_MAX);
    if (!any.complete) {
      return false;
    }
    FreeSpace reduced = space(c, EnumSet.of(Reduction.FRAMES), false);
    long sum = 0;
    for (byte[] vector : search(reduced, c.maxCalls, Integer.MAX_VALUE).states) {
      reduced.machine().state().load(vector, 0);
      sum += reduced.renamer().canonical().orbit(reduced.machine().state());
    }
    assertThat(sum).as(c.toString()).isEqualTo(any.states.size());
    return true;
  }
}
