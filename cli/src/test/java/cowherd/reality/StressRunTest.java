package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.Runner;
import cowherd.emit.Stress.Answer;
import cowherd.emit.Stress.Seen;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Conformance.Executor;
import cowherd.reality.StressRun.Result;
import cowherd.report.Look;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Free runs on this machine's kernel: what its model allows, races, and a wrong model. */
class StressRunTest {
  private static final Executor HOST = Machines.host();
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void freeRunsAgree() throws IOException {
    List<Result> results =
        new StressRun(Machines.model(HOST), 12, LIMIT)
            .run(Machines.tests("pins", "catalogue-pins"), HOST);
    StressReport.Counts counts = StressReport.Counts.of(results);
    assertThat(new StressReport(Machines.model(HOST), Look.PLAIN, 12).text(results))
        .contains(" 0 disagree;")
        .doesNotContain("The kernel did");
    assertThat(counts.agree()).isGreaterThan(5);
    assertThat(counts.runs()).isGreaterThan(50);
  }

  @Test
  void aRaceInsideOfCallsIsSeen() throws IOException {
    Assumptions.assumeTrue(
        Runtime.getRuntime().availableProcessors() > 1, "skipped: needs two CPUs");
    List<LitmusTest> tests =
        Machines.tests("uffd-events").stream()
            .filter(t -> t.name().equals("remove-copy-race"))
            .toList();
    Result result = new StressRun(Machines.model(HOST), 400, LIMIT).run(tests, HOST).getFirst();
    if (result.answer().orElseThrow() instanceof Answer.Untried(String reason)) {
      Assumptions.abort("skipped: " + reason);
    }
    Answer.Compared compared = (Answer.Compared) result.answer().orElseThrow();
    assertThat(compared.forbidden()).isEmpty();
    assertThat(compared.witnesses())
        .extracting(Seen::outcome)
        .anyMatch(outcome -> outcome.contains("A.monitor.c=-EAGAIN"));
    StressReport report = new StressReport(Machines.model(HOST), Look.PLAIN, 400);
    assertThat(report.text(List.of(result))).contains(": a race inside of calls");
    assertThat(report.json(List.of(result))).contains("\"race\":true");
  }

  @Test
  void aWrongModelIsFoundOut() throws IOException {
    Machines.needRoot();
    Kernel wrong = KernelLibrary.builtIn().get("v5.7");
    List<Result> results =
        new StressRun(wrong, 3, LIMIT)
            .run(Machines.tests("catalogue-pins", "catalogue-leak"), HOST);
    assertThat(StressReport.Counts.of(results).disagree()).isGreaterThan(3);
    assertThat(new StressReport(wrong, Look.PLAIN, 3).text(results))
        .contains("The kernel did what the model forbids: fork-with-fixed-buffer/base")
        .contains("  allowed  ")
        .contains("  again    cowherd run --stress 3 ");
  }

  /** A transfer that holds its page while the process forks: FOLL_GET up to 6.4, then a pin. */
  @Test
  void aPauseMakesTheRaceOfForkAndTransfer() throws IOException {
    Path runner = Compiler.compile("runner", Runner.source());
    List<LitmusTest> tests =
        Machines.tests("users").stream()
            .filter(t -> t.name().equals("direct-read-races-fork"))
            .toList();
    Map<String, String> models =
        Map.of("5.10", "v5.10-stable", "6.1", "v6.1-stable", "6.12", "v6.12-stable");
    int booted = 0;
    for (Map.Entry<String, String> entry : models.entrySet()) {
      Optional<Debian.KernelImage> image = Debian.cached(entry.getKey());
      if (image.isEmpty() || !Machines.hasQemu()) {
        continue;
      }
      Guest guest = new Guest(image.get(), Guest.Processor.EMULATED, Duration.ofMinutes(5), 2);
      Kernel model = KernelLibrary.builtIn().get(entry.getValue());
      Result result =
          new StressRun(model, 20, Duration.ofMinutes(2))
              .run(tests, (input, line) -> guest.run(runner, input, line))
              .getFirst();
      Answer.Compared compared = (Answer.Compared) result.answer().orElseThrow();
      assertThat(compared.forbidden()).isEmpty();
      assertThat(compared.witnesses())
          .extracting(Seen::outcome)
          .as(entry.getKey())
          .isEqualTo(entry.getKey().equals("6.12") ? List.of() : List.of("A.r=1"));
      booted++;
    }
    Assumptions.assumeTrue(booted > 0, "skipped: needs QEMU and `cowherd kernels fetch`");
  }
}
