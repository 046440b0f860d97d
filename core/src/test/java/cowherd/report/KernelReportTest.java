package cowherd.report;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.KernelLibrary;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kernels for people and for programs. */
class KernelReportTest {
  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();

  @Test
  void theListHasEveryKernel() {
    String list =
        KernelReport.list(LIBRARY.names().stream().map(LIBRARY::get).toList(), Look.PLAIN);
    assertThat(list.lines()).allMatch(line -> Lines.width(line) <= Look.COLUMNS_DEFAULT);
    LIBRARY.names().forEach(name -> assertThat(list).containsPattern("(?m)^" + name + " "));
  }

  @Test
  void aDifferenceIsCounted() {
    KernelColumn before = MadeUp.column("v5.12");
    assertThat(KernelReport.diff(before, before, Look.PLAIN)).endsWith("no difference\n");
    KernelColumn after = MadeUp.column("v6.3");
    String diff = KernelReport.diff(MadeUp.column("v6.2"), after, Look.PLAIN);
    assertThat(diff).contains("    + ").containsPattern("differs?\n$");
    assertThat(KernelReport.diffJson(MadeUp.column("v6.2"), after).lines()).isNotEmpty();
  }

  @Test
  void severalKernelsAreNamedByRangesThatMeanThem() {
    KernelLabels labels = new KernelLabels(LIBRARY);
    assertThat(labels.of(columns("v5.7", "v5.8"))).containsExactly("v5.7..v5.8");
    assertThat(labels.of(columns("v5.7", "v5.9"))).containsExactly("v5.7", "v5.9");
    assertThat(labels.of(columns("v6.13", "v6.15", "horn-intent")))
        .containsExactly("v6.13..", "horn-intent");
    assertThat(labels.of(columns("peterx-v2", "peterx-v3")))
        .containsExactly("peterx-v2..peterx-v3");
  }

  private static List<KernelColumn> columns(String... names) {
    return List.of(names).stream().map(MadeUp::column).toList();
  }
}
