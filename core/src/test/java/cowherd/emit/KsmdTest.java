package cowherd.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import org.junit.jupiter.api.Test;

/** ksmd carries ksm_merge() only where it merges these two pages and no others. */
class KsmdTest {
  private static final Kernel NEWEST =
      KernelLibrary.builtIn().get(KernelLibrary.builtIn().releases().getLast());

  @Test
  void thePageThatStaysIsPlacedAboveTheOther() {
    LitmusTest test = carried("madvise(x, MADV_MERGEABLE); madvise(y, MADV_MERGEABLE);", "(x, y)");
    RunnerText text = new RunnerText(test.program());
    assertThat(text.offset(0)).isGreaterThan(text.offset(1));
    assertThat(Schedules.of(test, NEWEST, 10).all()).hasSize(1);
  }

  @Test
  void anOrderThatKsmdDoesNotHaveIsTurned() {
    LitmusTest test =
        carried(
            "madvise(x, MADV_MERGEABLE); madvise(y, MADV_MERGEABLE); ksm_merge(x, y);", "(y, x)");
    Instruction[] merges =
        test.program().threads().getFirst().code().stream()
            .filter(i -> i.op() == Op.KSM_MERGE)
            .toArray(Instruction[]::new);
    assertThat(merges[0].page()).isEqualTo(0);
    assertThat(merges[1].page()).isEqualTo(0);
  }

  @Test
  void aThirdEqualPageIsNoneOfTheTest() {
    LitmusTest test =
        carried(
            "madvise(x, MADV_MERGEABLE); madvise(y, MADV_MERGEABLE); madvise(z, MADV_MERGEABLE);",
            "(x, y)");
    assertThatThrownBy(() -> Schedules.of(test, NEWEST, 10))
        .isInstanceOf(NotCarried.class)
        .hasMessageContaining("ksmd would merge");
  }

  @Test
  void ofThreeDifferentPagesNoneIsMerged() {
    LitmusTest test =
        carried(
            "madvise(x, MADV_MERGEABLE); madvise(y, MADV_MERGEABLE); y = 5;"
                + " madvise(z, MADV_MERGEABLE); z = 6;",
            "(x, y)");
    assertThat(Schedules.of(test, NEWEST, 10).all()).hasSize(1);
  }

  @Test
  void aHugePageIsNotMerged() {
    String text =
        "litmus t \"t\" from \"t\" thp x = 1; process A { madvise(x, MADV_MERGEABLE);"
            + " r = ksm_merge(x.0, x.1); } always (A.r == 1);";
    LitmusTest test = ((Carried.Runnable) Carriers.carry(parsed(text))).test();
    assertThatThrownBy(() -> Schedules.of(test, NEWEST, 10))
        .isInstanceOf(NotCarried.class)
        .hasMessageContaining("huge page");
  }

  private static LitmusTest carried(String calls, String merge) {
    String text =
        "litmus t \"t\" from \"t\" anon x = 1; anon y = 1; anon z = 1; process A { "
            + calls
            + " r = ksm_merge"
            + merge
            + "; } always (A.r == 1);";
    return ((Carried.Runnable) Carriers.carry(parsed(text))).test();
  }

  private static LitmusTest parsed(String text) {
    return LitmusParser.parse("t.litmus", text).tests().getFirst();
  }
}
