package cowherd.cli;

import static cowherd.cli.Cowherd.file;
import static org.assertj.core.api.Assertions.assertThat;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cowherd check}: exit statuses, formats, and that they do not depend on threads. */
class CheckCommandTest {

  // ---- exit statuses

  @Test
  void asExpectedIs0() {
    Cowherd run = Cowherd.run("check", file("good"), "--kernel", "v5.7,v5.8,v5.9");
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsPattern("takeover .* VIOL +holds +holds")
        .containsPattern("eviction .* holds +HANG +holds")
        .contains("2 tests on 3 kernels: 6 as expected;");
  }

  @Test
  void notAsExpectedIs1() {
    Cowherd run = Cowherd.run("check", file("surprise.litmus"), "--kernel", "v5.7..");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("VIOL !")
        .contains("surprise.litmus:10: surprise on every kernel: expected holds, got violated")
        .contains("breaks never (A.r == 1): the value that was there from the start")
        .contains("run A: r = load(x)");
  }

  @Test
  void violatedWithoutAnExpectationIs1() {
    Cowherd run = Cowherd.run("check", file("plain.litmus"), "--kernel", "v5.7");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("plain.litmus:1: first on v5.7: violated");
  }

  @Test
  void wrongUsageIs2() {
    assertThat(Cowherd.run("check", "--kernl", "v5.7").err()).contains("did you mean `--kernel`?");
    assertThat(Cowherd.run("check", "--kernl", "v5.7").status()).isEqualTo(2);
    assertThat(Cowherd.run("chek").err()).contains("did you mean `check`?");
    assertThat(Cowherd.run("chek").status()).isEqualTo(2);
    assertThat(Cowherd.run().status()).isEqualTo(2);
    assertThat(Cowherd.run(file("good")).err()).contains("did you mean `cowherd check");
    assertThat(Cowherd.run("check", "--threads", "0").status()).isEqualTo(2);
    assertThat(Cowherd.run("check", "--timeout", "soon").status()).isEqualTo(2);
    assertThat(Cowherd.run("check", "--max-memory", "8x").status()).isEqualTo(2);
    assertThat(Cowherd.run("check", "--background", "reclam").err())
        .contains("did you mean `reclaim`?");
    assertThat(Cowherd.run("check", "--kernel", "v5.77").err()).contains("there is no Linux v5.77");
  }

  @Test
  void mistakesInFilesAre2AndTheOtherFilesAreChecked() {
    Cowherd run =
        Cowherd.run(
            "check", file("wrong/syntax.litmus"), file("good/takeover.litmus"), "-k", "v5.8");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("syntax.litmus:").contains("^");
    assertThat(run.out()).containsPattern("takeover .*holds");
  }

  @Test
  void mistakesInExpectationsAre2() {
    Cowherd run = Cowherd.run("check", file("wrong/expectations.litmus"), "-k", "v5.8");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("expectations.litmus:8:17: error: there is no Linux v5.77")
        .contains("did you mean `peterx-v3`?")
        .contains("expectations.litmus:9:20: error:");
  }

  @Test
  void filesThatAreNotThereAre2(@TempDir Path empty) {
    assertThat(Cowherd.run("check", "no-such.litmus").err()).contains("there is no such file");
    assertThat(Cowherd.run("check", "no-such.litmus").status()).isEqualTo(2);
    Cowherd run = Cowherd.run("check", empty.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("there is no *.litmus file below");
  }

  @Test
  void aBoundIs3() {
    Cowherd states =
        Cowherd.run("check", file("large.litmus"), "-k", "v5.8", "--max-states", "1000");
    assertThat(states.status()).isEqualTo(3);
    assertThat(states.out()).contains("large: --max-states 1000 (on v5.8)");
    Cowherd memory = Cowherd.run("check", file("large.litmus"), "-k", "v5.8", "--max-memory", "1m");
    assertThat(memory.status()).isEqualTo(3);
    assertThat(memory.out()).contains("--max-memory 1m");
    Cowherd time = Cowherd.run("check", file("large.litmus"), "-k", "v5.8", "--timeout", "0.01");
    assertThat(time.status()).isEqualTo(3);
    assertThat(time.out()).contains("--timeout");
  }

  @Test
  void outsideTheModelIs4() {
    Cowherd run = Cowherd.run("check", file("outside.litmus"), "-k", "v5.8");
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.out()).contains("Outside the model:\n  outside: ");
  }

  @Test
  void theWorstStatusWins() {
    Cowherd run =
        Cowherd.run(
            "check",
            file("outside.litmus"),
            file("surprise.litmus"),
            file("large.litmus"),
            "-k",
            "v5.8",
            "--max-states",
            "1000");
    assertThat(run.status()).isEqualTo(1);
  }

  // ---- kernels

  @Test
  void anyReleaseSaysWhichRulesItHas() {
    Cowherd run = Cowherd.run("check", file("good/takeover.litmus"), "-k", "v5.10");
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out()).contains("v5.10 has the rules of v5.9");
  }

  @Test
  void aKernelOfTheUserHasAColumn() {
    Cowherd run =
        Cowherd.run("check", file("good/takeover.litmus"), "-k", "v5.9," + file("mine.kernel"));
    assertThat(run.out()).containsPattern("v5.9 +mine|every kernel|v5.9,");
    assertThat(run.out()).contains("1 test on 2 kernels");
  }

  @Test
  void mistakesInAKernelAre2() {
    Cowherd run = Cowherd.run("check", file("good"), "-k", file("wrong/misspelt.kernel"));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("did you mean `refcount`?");
  }

  // ---- formats

  @Test
  void jsonLinesParse() {
    Cowherd run =
        Cowherd.run("check", file("good"), file("plain.litmus"), "-k", "v5.7,v5.8", "--json");
    JsonType<Object> type = Jsonb.instance().type(Object.class);
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(8);
    for (String line : lines) {
      assertThat(type.fromJson(line))
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
          .containsKeys(
              "test",
              "file",
              "kernel",
              "resolved",
              "verdict",
              "expected",
              "asExpected",
              "broken",
              "inRace",
              "states",
              "transitions",
              "levels",
              "witness",
              "hang",
              "costs",
              "actors",
              "reason",
              "seconds");
    }
    assertThat(lines.getFirst())
        .contains("\"verdict\":\"holds\"")
        .contains("\"test\":\"eviction\"");
  }

  @Test
  void ktapHasAPlan() {
    Cowherd run = Cowherd.run("check", file("good"), "-k", "v5.7,v5.8", "--ktap");
    assertThat(run.out()).startsWith("KTAP version 1\n1..2\n").contains("\n  1..2\n");
    assertThat(run.status()).isEqualTo(0);
  }

  @Test
  void junitIsWritten(@TempDir Path folder) throws IOException {
    Path xml = folder.resolve("report.xml");
    Cowherd run = Cowherd.run("check", file("good"), "-k", "v5.7", "--junit", xml.toString());
    assertThat(run.out()).contains("2 as expected");
    assertThat(Files.readString(xml)).contains("<testsuites name=\"cowherd\" tests=\"2\"");
    Cowherd nowhere =
        Cowherd.run("check", file("good"), "-k", "v5.7", "--junit", folder + "/no/such/folder.xml");
    assertThat(nowhere.status()).isEqualTo(2);
    assertThat(nowhere.err()).contains("cannot write");
  }

  @Test
  void costsAreATable() {
    assertThat(Cowherd.run("check", file("good"), "-k", "v5.7", "--costs").out())
        .contains("test      faults  copies  needless  flushes  splits  kernels");
  }

  @Test
  void threadsChangeNothing() {
    String[] one = {"check", file("good"), file("plain.litmus"), "--json", "--threads", "1"};
    String[] two = {"check", file("good"), file("plain.litmus"), "--json", "--threads", "2"};
    assertThat(Cowherd.run(two).timeless()).isEqualTo(Cowherd.run(one).timeless());
  }

  @Test
  void memoryIsNotSharedOut() {
    String[] arguments = {
      "check",
      file("large.litmus"),
      file("good"),
      "-k",
      "v5.8,v5.9",
      "--max-memory",
      "2m",
      "--threads",
      "1"
    };
    String alone = Cowherd.run(arguments).timeless();
    arguments[arguments.length - 1] = "3";
    assertThat(Cowherd.run(arguments).timeless()).isEqualTo(alone);
  }

  // ---- colours

  @Test
  void coloursAreForTerminals() {
    String[] arguments = {"check", file("good/takeover.litmus"), "-k", "v5.7"};
    assertThat(Cowherd.run(arguments).out()).doesNotContain("\u001b");
    assertThat(Cowherd.onTerminal(Map.of("COLUMNS", "100"), arguments).out()).contains("\u001b");
    assertThat(Cowherd.onTerminal(Map.of("COLUMNS", "100", "NO_COLOR", "1"), arguments).out())
        .doesNotContain("\u001b");
    String[] always = {"check", file("good/takeover.litmus"), "-k", "v5.7", "--color", "always"};
    assertThat(Cowherd.run(always).out()).contains("\u001b");
  }

  @Test
  void theWidthIsThatOfTheTerminal() {
    for (int columns : new int[] {80, 100, 200}) {
      Cowherd run =
          Cowherd.onTerminal(
              Map.of("COLUMNS", Integer.toString(columns), "NO_COLOR", "1"), "check", file("good"));
      assertThat(run.out().lines()).allMatch(line -> line.length() <= columns);
    }
  }

  // ---- background actors

  @Test
  void backgroundActorsAreSwitchedOnAndTold() {
    Cowherd run =
        Cowherd.run("check", file("good/takeover.litmus"), "-k", "v5.8", "--background", "reclaim");
    assertThat(run.out()).contains("Background actors: reclaim in every test.");
    assertThat(Cowherd.run("check", file("good"), "-k", "v5.7").out())
        .contains("Background actors: none.");
  }
}
