package cowherd.cli;

import static cowherd.cli.Cowherd.file;
import static org.assertj.core.api.Assertions.assertThat;

import io.avaje.jsonb.Jsonb;
import org.junit.jupiter.api.Test;

/** {@code cowherd explain}: which run is told, and what is asked back. */
class ExplainCommandTest {

  @Test
  void aViolationIsToldByTheConditionOfTheTest() {
    Cowherd run = Cowherd.run("explain", file("good/takeover.litmus"), "-k", "v5.7");
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out())
        .startsWith("takeover on v5.7: VIOLATED\n")
        .contains("This run breaks never (A.reader.r == 2):");
  }

  @Test
  void theConditionCanBeChosen() {
    String file = file("good/takeover.litmus");
    assertThat(Cowherd.run("explain", file, "-k", "v5.7", "--condition", "no-foreign-data").out())
        .contains("This run breaks no-foreign-data:");
    Cowherd none = Cowherd.run("explain", file, "-k", "v5.7", "--condition", "no-lost-wp");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("what is broken: no-foreign-data, never");
  }

  @Test
  void aHangEndsWithItsReason() {
    assertThat(Cowherd.run("explain", file("good/eviction.litmus"), "-k", "v5.8").out())
        .contains("HANGS")
        .contains("Wrong: umap.service sleeps in handle_userfault");
  }

  @Test
  void whatCanBeReachedIsShown() {
    Cowherd run = Cowherd.run("explain", file("plain.litmus"), "second", "-k", "v5.8");
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out()).contains("HOLDS").contains("Reached: A.r = 1 at the end");
  }

  @Test
  void aFileOfSeveralTestsNeedsAName() {
    Cowherd run = Cowherd.run("explain", file("plain.litmus"), "-k", "v5.8");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("name one: first, second");
    assertThat(Cowherd.run("explain", file("plain.litmus"), "frist", "-k", "v5.8").err())
        .contains("did you mean `first`?");
  }

  @Test
  void oneKernelIsNeeded() {
    String file = file("good/takeover.litmus");
    assertThat(Cowherd.run("explain", file).err()).contains("explain needs a kernel");
    assertThat(Cowherd.run("explain", file, "-k", "v5.7..").err()).contains("takes one kernel");
    assertThat(Cowherd.run("explain", file, "-k", "v5.10").out()).contains("the rules of v5.9");
  }

  @Test
  void theTestCanBeMinimised() {
    Cowherd run = Cowherd.run("explain", file("good/takeover.litmus"), "-k", "v5.7", "--minimise");
    assertThat(run.out()).contains("left out: r = *k");
  }

  @Test
  void jsonParses() {
    Cowherd run = Cowherd.run("explain", file("good/takeover.litmus"), "-k", "v5.7", "--json");
    assertThat(Jsonb.instance().type(Object.class).fromJson(run.out()))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsKeys("verdict", "steps", "registers", "start");
  }
}
