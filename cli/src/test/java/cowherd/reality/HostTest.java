package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.RandomPrograms;
import cowherd.emit.Trial.Answer;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Conformance.Executor;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import cowherd.reality.Conformance.Tried;
import cowherd.report.Look;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** This machine's kernel does nothing that its model forbids, and a wrong model is found out. */
class HostTest {
  private static final Executor HOST = Machines.host();

  @Test
  void theModelIsChosenByReleaseAndProbes() throws IOException {
    HostModel.Choice choice = HostModel.choose(HOST);
    assertThat(choice.release()).isNotEmpty();
    assertThat(choice.because()).containsPattern("(\\d+) of \\1 probes agree");
  }

  @Test
  void theLibraryOfTestsAgrees() throws IOException {
    List<Result> results = run(library(), Machines.model(HOST));
    assertThat(disagreements(results)).isEmpty();
    assertThat(ConformanceReport.Counts.of(results).agree()).isGreaterThan(20);
  }

  @Test
  void ksmdMergesWhatTheTestSays() throws IOException {
    Machines.needRoot();
    List<Result> results = run(Machines.tests("ksm"), Machines.model(HOST));
    results.stream()
        .flatMap(result -> result.tried().stream())
        .filter(tried ->
            tried.answer() instanceof Answer.Untried u
                && u.reason().toLowerCase(Locale.ROOT).startsWith("ks"))
        .findFirst()
        .ifPresent(tried -> Assumptions.abort("skipped: " + tried.answer()));
    assertThat(disagreements(results)).isEmpty();
    assertThat(ConformanceReport.Counts.of(results).agree()).isGreaterThan(20);
  }

  @Test
  void pinsOfDriversAreCarried() throws IOException {
    Machines.needRoot();
    List<Result> results = run(Machines.tests("users"), Machines.model(HOST));
    assertThat(disagreements(results)).isEmpty();
    assertThat(results)
        .filteredOn(result -> result.plan().skipped().matches(".*(rdma|vfio|i915).*"))
        .isEmpty();
  }

  @Test
  void aWrongModelIsFoundOut() throws IOException {
    Machines.needRoot();
    List<Result> results = run(library(), KernelLibrary.builtIn().get("v5.7"));
    assertThat(disagreements(results)).hasSizeGreaterThan(20);
    assertThat(disagreements(results)).anyMatch(line -> line.contains("fork-with-fixed-buffer"));
  }

  @Test
  void randomProgramsAgree() throws IOException {
    Campaign.Outcome outcome = new Campaign(Machines.model(HOST), HOST).run(1_000, 4, done -> {});
    assertThat(outcome.smallest().map(Campaign.Disagreement::text)).isEmpty();
    assertThat(outcome.agree()).isGreaterThan(900);
  }

  @Test
  void aRandomProgramIsTheSameForTheSameSeed() {
    String one = RandomPrograms.next(new Random(5)).text("p");
    assertThat(RandomPrograms.next(new Random(5)).text("p")).isEqualTo(one);
    assertThat(RandomPrograms.next(new Random(6)).text("p")).isNotEqualTo(one);
  }

  private static List<LitmusTest> library() throws IOException {
    return Machines.tests("seeds", "catalogue-leak", "catalogue-pins", "uffd", "swap");
  }

  private static List<Result> run(List<LitmusTest> tests, Kernel model) throws IOException {
    List<Plan> plans = tests.stream().map(test -> Conformance.plan(test, model, 16)).toList();
    return Conformance.run(plans, model, HOST);
  }

  private static List<String> disagreements(List<Result> results) {
    List<String> found = new ArrayList<>();
    for (Result result : results) {
      for (Tried tried : result.tried()) {
        if (tried.answer() instanceof Answer.Disagrees d) {
          Kernel named = KernelLibrary.builtIn().get("v6.15");
          found.add(new ConformanceReport(named, Look.PLAIN).disagreement(result.plan(), tried, d));
        }
      }
    }
    return found;
  }
}
