package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.reality.Campaign.Outcome;
import cowherd.reality.Conformance.Executor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The campaign can fail: a model with one rule changed disagrees with this machine's kernel. */
class MutantsTest {
  private static final Executor HOST = Machines.host();
  private static final int PROGRAMS_MAX = 6_000;

  /** A minimised disagreement has no more calls. */
  private static final int CALLS_MAX = 8;

  @TempDir Path folder;

  @BeforeAll
  static void needsANewKernelAndRoot() throws IOException {
    Machines.needRoot();
    String newest = KernelLibrary.builtIn().releases().getLast();
    Assumptions.assumeTrue(
        HostModel.choose(HOST).name().equals(newest),
        "skipped: the mutants are of " + newest + ", and this kernel is another");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fork of swap is exclusive  | clear-exclusive always; | none;
          unregistering forgets      | clear-uffd-wp when uffd_wp; | none;
          protection is not noticed  | event when write and uffd_wp "an unshare is no write"; |
          fork shares what is pinned | copy when exclusive and mm_has_pinned and maybe_pinned |
          fork leaves it exclusive   | clear-exclusive when exclusive; |
          no zero page               | zero-page when not write; |
          swap forgets exclusive     | map-exclusive when not ksm and swap_exclusive; |
          pageout of shared pages    | skip when mapcount != 1; |
          swap-out forgets           | carry-exclusive when exclusive; |
          a new page is not its own  | set-exclusive always; | none;
          a page taken over is not   | set-exclusive when anon; |
          """)
  void aChangedRuleIsFoundOut(String what, String rule, String instead) throws IOException {
    String text = KernelLibrary.builtIn().get(KernelLibrary.builtIn().releases().getLast()).text();
    int at = text.indexOf(rule);
    assertThat(at).as("the rule " + rule).isPositive();
    int end = instead == null ? text.indexOf(';', at) + 1 : at + rule.length();
    String mutated = text.substring(0, at) + (instead == null ? "" : instead) + text.substring(end);
    Path file = folder.resolve("mutant.kernel");
    Files.writeString(file, mutated);
    Kernel mutant = KernelLibrary.builtIn().get(file.toString());
    Outcome outcome = new Campaign(mutant, HOST).run(PROGRAMS_MAX, 1, done -> {});
    assertThat(outcome.smallest()).as(what).isPresent();
    assertThat(outcome.smallest().orElseThrow().program().calls())
        .as(outcome.smallest().orElseThrow().text())
        .hasSizeLessThanOrEqualTo(CALLS_MAX);
  }
}
