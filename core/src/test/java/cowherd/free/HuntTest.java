package cowherd.free;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Bounds;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.Verdict;
import cowherd.operation.PropertyName;
import cowherd.search.SearchOptions;
import cowherd.search.SearchOptions.Order;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What free programs find by themselves: the shapes of the debate, and that they are gone. */
class HuntTest {
  private static Hunt.Result hunt(String kernel, PropertyName property, String ops, int count) {
    return hunt(kernel, property, ops, count, EnumSet.allOf(Reduction.class));
  }

  private static Hunt.Result hunt(
      String kernel, PropertyName property, String ops, int count, Set<Reduction> reductions) {
    SearchOptions options =
        new SearchOptions(
            Order.CALLS,
            true,
            2,
            Integer.MAX_VALUE,
            new SearchOptions.Bounds(
                5_000_000, Long.MAX_VALUE / 4, Duration.ofMinutes(5), () -> false),
            Optional.empty(),
            Optional.empty());
    try {
      return Hunt.run(
          new Hunt.Request(
              KernelLibrary.builtIn().get(kernel),
              Set.of(property),
              configuration(ops),
              reductions,
              count,
              false),
          options,
          _ -> {});
    } catch (Refused e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Configuration configuration(String ops) {
    try {
      return new Configuration(2, 1, 1, 1, 1, 1, true, Operations.of(List.of(ops.split(","))));
    } catch (Operations.Unknown e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Verdict verdict(Found found, String kernel) {
    return found.results().stream()
        .filter(r -> r.kernel().name().equals(kernel))
        .findFirst()
        .orElseThrow()
        .verdict();
  }

  @Test
  void theTakeoverIsTheShortestLeakOfV57() {
    Found found = hunt("v5.7", PropertyName.NO_FOREIGN_DATA, "cow", 1).found().getFirst();
    assertThat(found.calls()).isEqualTo(4);
    assertThat(found.source())
        .contains("fork(B);", "k = get_user_pages(x, FOLL_GET);", "madvise(x, MADV_DONTNEED);");
    assertThat(verdict(found, "v5.7")).isEqualTo(Verdict.VIOLATED);
    assertThat(verdict(found, "v5.8")).isEqualTo(Verdict.HOLDS);
    assertThat(verdict(found, "peterx-v2")).isEqualTo(Verdict.VIOLATED);
    assertThat(verdict(found, "v6.15")).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void fewestCallsComeFirstAndVariantsAreToldOnce() {
    List<Found> found = hunt("v5.7", PropertyName.NO_FOREIGN_DATA, "cow,pins", 4).found();
    assertThat(found).hasSize(4);
    assertThat(found.stream().map(Found::calls).toList()).isSorted();
    assertThat(found.stream().map(Found::source).map(s -> s.substring(s.indexOf("anon"))).toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void thePinOfV59IsStaleAfterThreeCalls() {
    Found found = hunt("v5.9", PropertyName.PIN_COHERENT, "cow,pins", 1).found().getFirst();
    assertThat(found.calls()).isEqualTo(3);
    assertThat(verdict(found, "v5.9")).isEqualTo(Verdict.VIOLATED);
    assertThat(verdict(found, "v6.2")).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void theReadThatWaitsIsThereOnV58Only() {
    Found found = hunt("v5.8", PropertyName.PROGRESS, "uffd", 1).found().getFirst();
    assertThat(found.source()).contains("UFFDIO_WRITEPROTECT_MODE_WP");
    assertThat(verdict(found, "v5.8")).isEqualTo(Verdict.HANGS);
    for (String kernel : List.of("v5.7", "v5.9")) {
      Hunt.Result result = hunt(kernel, PropertyName.PROGRESS, "uffd", 1);
      assertThat(result.found()).isEmpty();
      assertThat(result.stopped()).isEmpty();
      assertThat(result.outOfModel()).isEmpty();
    }
  }

  @Test
  void v62KeepsPinsCoherentInEveryProgramOfTwoProcesses() {
    Hunt.Result result = hunt("v6.2", PropertyName.PIN_COHERENT, "cow,pins", 1);
    assertThat(result.found()).isEmpty();
    assertThat(result.stopped()).isEmpty();
    assertThat(result.search().states()).isGreaterThan(100_000);
    assertThat(hunt("v6.1", PropertyName.PIN_COHERENT, "cow,pins", 1).found())
        .as("the zero page of v6.1")
        .isNotEmpty();
  }

  @Test
  void aKernelDoesNotDifferFromItself() throws Refused {
    Diff.Result same = diff("v5.8", "v5.8", "cow,uffd", 20);
    assertThat(same.found()).isEmpty();
    assertThat(same.stopped()).isEmpty();
  }

  @Test
  void theDebateIsInTheDifferences() throws Refused {
    List<Difference> toV58 = diff("v5.7", "v5.8", "cow,pins,uffd", 20).found();
    assertThat(toV58)
        .anySatisfy(d ->
            assertThat(d.sentence())
                .isEqualTo("`write(f, x, O_DIRECT)` waits on v5.8 and not on v5.7"));
    List<Difference> toV59 = diff("v5.8", "v5.9", "cow,pins", 20).found();
    assertThat(toV59)
        .anySatisfy(d ->
            assertThat(d.cause().second().orElseThrow().text())
                .isEqualTo("copy when ksm or refcount != 1"));
    List<Difference> toV62 = diff("v6.1", "v6.2", "cow,pins", 20).found();
    assertThat(toV62)
        .isNotEmpty()
        .allSatisfy(d ->
            assertThat(d.cause().second().orElseThrow().text())
                .startsWith("unshare when foll_pin and foll_longterm"));
  }

  private static Diff.Result diff(String one, String two, String ops, int count) throws Refused {
    KernelLibrary library = KernelLibrary.builtIn();
    return Diff.run(
        new Diff.Request(
            List.of(library.get(one), library.get(two)),
            configuration(ops),
            8,
            count,
            false,
            false),
        Bounds.defaults());
  }
}
