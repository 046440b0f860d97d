package cowherd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hunt} and {@code diff} as a user sees them. */
class FreeCommandsTest {
  @Test
  void whatIsFoundIsATestThatCheckConfirms(@TempDir Path folder) throws IOException {
    Cowherd hunt = Cowherd.run("hunt", "v5.8", "--break", "progress", "--ops", "uffd");
    assertThat(hunt.status()).isEqualTo(1);
    Path found = folder.resolve("found.litmus");
    Files.writeString(found, hunt.out());
    Cowherd check = Cowherd.run("check", found.toString());
    assertThat(check.status()).isEqualTo(0);
    assertThat(check.out()).contains("31 as expected");
    assertThat(Cowherd.run("fmt", "--check", found.toString()).status()).isEqualTo(0);
  }

  @Test
  void aPropertyThatHoldsForEveryProgramIsToldAsSuch() {
    Cowherd hunt = Cowherd.run("hunt", "v5.9", "--break", "progress", "--ops", "uffd");
    assertThat(hunt.status()).isEqualTo(0);
    assertThat(hunt.out())
        .contains("progress holds for every such program: nothing is left to explore.")
        .contains("background actors: none")
        .contains("sequential consistency");
    assertThat(Cowherd.run("hunt", "v5.9", "--break", "progress", "--ops", "uffd", "--json").out())
        .contains("\"exhausted\":true");
  }

  @Test
  void aBoundIsNoProof() {
    Cowherd hunt = Cowherd.run("hunt", "v6.2", "--break", "pin-coherent", "--max-states", "1000");
    assertThat(hunt.status()).isEqualTo(3);
    assertThat(hunt.out()).contains("Unknown: stopped by --max-states 1000");
  }

  @Test
  void callsCanBeNamedOneByOne() {
    Cowherd hunt =
        Cowherd.run(
            "hunt",
            "v5.9",
            "--break",
            "pin-coherent",
            "--ops",
            "fork(B)",
            "--ops",
            "x = v",
            "--ops",
            "k = pin_user_pages(x, FOLL_LONGTERM)");
    assertThat(hunt.out()).contains("expect violated pin-coherent on v5.7, v5.9..v5.18");
    Cowherd wrong = Cowherd.run("hunt", "v5.9", "--ops", "cwo");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("there is no set of calls `cwo`")
        .contains("did you mean `cow`?");
    assertThat(Cowherd.run("hunt", "v5.9", "--ops", "x = v", "--ops", "frok(B)").err())
        .contains("frok");
    assertThat(Cowherd.run("hunt", "v5.9", "--break", "pin-coherant").err())
        .contains("did you mean `pin-coherent`?");
    assertThat(Cowherd.run("hunt", "v5.9", "--processes", "9").status()).isEqualTo(2);
  }

  @Test
  void anotherSearchIsNotTakenForThisOne(@TempDir Path folder) {
    String kept = folder.toString();
    Cowherd first =
        Cowherd.run("hunt", "v5.9", "--break", "progress", "--ops", "uffd", "--checkpoint", kept);
    assertThat(first.status()).isEqualTo(0);
    Cowherd again =
        Cowherd.run("hunt", "v5.9", "--break", "progress", "--ops", "uffd", "--checkpoint", kept);
    assertThat(timeless(again)).isEqualTo(timeless(first));
    assertThat(folder).isDirectoryContaining("glob:**/frames-*");
    Cowherd other =
        Cowherd.run("hunt", "v5.7", "--break", "progress", "--ops", "uffd", "--checkpoint", kept);
    assertThat(other.status()).isEqualTo(2);
    assertThat(other.err()).contains("holds another search").doesNotContain("\tat ");
  }

  @Test
  void theResultDoesNotDependOnTheCut(@TempDir Path folder) throws IOException {
    String tests = Cowherd.file("kinds.litmus");
    Cowherd whole = Cowherd.run("check", tests, "--json", "-k", "v5.7,v5.9");
    for (int of : new int[] {1, 2, 5}) {
      String[] merge = new String[of + 1];
      merge[0] = "merge";
      for (int k = 1; k <= of; k++) {
        Path part = folder.resolve(of + "-" + (of - k));
        Cowherd run =
            Cowherd.run("check", tests, "--json", "-k", "v5.7,v5.9", "--shard", k + "/" + of);
        Files.writeString(part, run.out());
        merge[of + 1 - k] = part.toString();
      }
      Cowherd merged = Cowherd.run(merge);
      assertThat(merged.timeless()).isEqualTo(whole.timeless());
      assertThat(merged.status()).isEqualTo(whole.status());
      if (of == 2) {
        assertThat(Cowherd.run("merge", merge[1]).err()).contains("part 1/2 is missing");
        assertThat(Cowherd.run("merge", merge[1], merge[1]).err()).contains("are the same part");
      }
    }
    assertThat(Cowherd.run("check", tests, "--shard", "3/2", "--json").status()).isEqualTo(2);
    assertThat(Cowherd.run("check", tests, "--shard", "1/2").err()).contains("goes with --json");
    assertThat(Cowherd.run("merge", tests).err()).contains("is no part of a campaign");
  }

  private static String timeless(Cowherd run) {
    return run.out().replaceAll("levels, .*", "levels");
  }

  @Test
  void differencesAreToldWithTheirRules() {
    Cowherd diff = Cowherd.run("diff", "v6.1", "v6.2", "--ops", "cow,pins", "--max-calls", "4");
    assertThat(diff.status()).isEqualTo(1);
    assertThat(diff.out())
        .contains("unshare when foll_pin and foll_longterm and not anon")
        .contains("expect holds elsewhere;");
    Cowherd same = Cowherd.run("diff", "v5.9", "v5.10", "--ops", "cow", "--max-calls", "4");
    assertThat(same.status()).isEqualTo(0);
    assertThat(same.out()).contains("No difference in this configuration");
    Cowherd costs = Cowherd.run("diff", "v5.8", "v5.9", "--costs", "--count", "1");
    assertThat(costs.out()).contains("copies on v5.8 and");
    assertThat(Cowherd.run("diff", "v5.9").status()).isEqualTo(2);
  }
}
