package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.KernelChange.RuleChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelChangeTest {
  private final Kernel kernel = KernelLibrary.builtIn().get("v5.9");

  @TempDir Path dir;

  private Kernel edited(String from, String to) throws IOException {
    assertThat(kernel.text()).contains(from);
    Path file = Files.writeString(dir.resolve("e.kernel"), kernel.text().replace(from, to));
    return KernelLibrary.builtIn().resolve(file.toString()).orThrow();
  }

  private List<String> changes(Kernel other) {
    return kernel.diff(other).stream().map(KernelChange::text).toList();
  }

  @Test
  void oneChangedRule() throws IOException {
    Kernel other = edited("copy when ksm or refcount != 1", "copy when ksm or refcount > 2");
    Rule before = kernel.decision(DecisionPoint.WP_FAULT).rule(3);
    Rule after = other.decision(DecisionPoint.WP_FAULT).rule(3);
    assertThat(kernel.diff(other))
        .containsExactly(
            new RuleChange(DecisionPoint.WP_FAULT, Optional.of(before), Optional.of(after)));
    assertThat(changes(other))
        .containsExactly("- copy when ksm or refcount != 1\n+ copy when ksm or refcount > 2");
  }

  @Test
  void wordingIsNoChange() throws IOException {
    assertThat(kernel.diff(edited("\"somebody else holds", "\"anybody else holds"))).isEmpty();
    assertThat(kernel.diff(edited("ksm or refcount != 1", "ksm or (refcount /* all */\n  != 1)")))
        .isEmpty();
    assertThat(kernel.diff(edited("in do_wp_page", "in somewhere_else"))).isEmpty();
    assertThat(kernel.diff(edited("\"references are no reason", "\"no reference is a reason")))
        .isEmpty();
  }

  @Test
  void addedAndRemovedRules() throws IOException {
    assertThat(changes(edited("    skip when mapcount != 1;\n", "")))
        .containsExactly("- skip when mapcount != 1");
    assertThat(
            changes(
                edited("skip when mapcount != 1;", "skip when mapcount != 1;\n skip when ksm;")))
        .containsExactly("+ skip when ksm");
  }

  @Test
  void anInsertedRuleLeavesItsNeighboursAlone() throws IOException {
    assertThat(
            changes(edited("    reuse when shared", "    copy when ksm;\n    reuse when shared")))
        .containsExactly("+ copy when ksm");
  }

  @Test
  void usersAndClaims() throws IOException {
    assertThat(changes(edited("vmsplice: get fast may-wait", "vmsplice: pin fast may-wait")))
        .containsExactly("- vmsplice: get fast may-wait\n+ vmsplice: pin fast may-wait");
    assertThat(changes(edited("claims I1, I2, I7", "claims I1, I3, I7")))
        .containsExactly("- claims I2", "+ claims I3");
  }

  @Test
  void betweenReleases() {
    Kernel v58 = KernelLibrary.builtIn().get("v5.8");
    assertThat(KernelLibrary.builtIn().get("v5.7").diff(v58))
        .extracting(KernelChange::text)
        .containsExactly(
            "- i915-userptr: get write fast fast-only then get write may-wait remote\n"
                + "+ i915-userptr: pin write fast fast-only then pin write may-wait remote",
            "+ as-write when cow_mapping and (foll_get or foll_pin)",
            "- take otherwise\n+ take when fast_only",
            "+ slow otherwise",
            "- take when foll_force and foll_cow and dirty\n+ take when foll_cow and dirty",
            "- copy when zero\n+ split when zero",
            "- copy when mapcount + swapcount > 1\n+ split when mapcount + swapcount > 1",
            "- skip when mapcount > 1");
    assertThat(KernelLibrary.builtIn().get("v6.0").diff(KernelLibrary.builtIn().get("v6.1")))
        .extracting(KernelChange::text)
        .containsExactly(
            "- einval otherwise\n+ accept otherwise",
            "+ set-dirty when dirty",
            "+ skip when vma_none");
  }
}
