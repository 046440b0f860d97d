package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.reality.AptSources.Source;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What apt prints and what its files say, and which package is taken. */
class DebianTest {
  private static final String STANZAS =
      """
      # of the installer
      Types: deb deb-src
      URIs: mirror:one
      Suites: bookworm bookworm-updates
      Components: main
      Signed-By: keys.gpg

      Types: deb
      URIs: mirror:off
      Suites: trixie
      Enabled: no

      Types: deb
      # a comment in between
      URIs: mirror:two
      Suites: bookworm-security
      Signed-By:
       -----BEGIN PGP PUBLIC KEY BLOCK-----
       .
       abc
      """;

  private static final String SEARCH =
      """
      linux-image-6.1.0-9-cloud-amd64 - Linux 6.1 for x86-64 cloud (signed)
      linux-image-6.1.0-50-cloud-amd64-dbg - Debug symbols
      linux-image-6.1.0-50-cloud-amd64-unsigned - Linux 6.1
      linux-image-6.1.0-50-rt-amd64 - Linux 6.1 for 64-bit PCs, PREEMPT_RT (signed)
      linux-image-6.1.0-51-amd64 - Linux 6.1 for 64-bit PCs (signed)
      linux-image-6.1.0-50-cloud-amd64 - Linux 6.1 for x86-64 cloud (signed)
      linux-image-6.1-cloud-amd64 - Linux for x86-64 cloud (meta-package)
      linux-image-6.12.90+deb12-cloud-amd64 - Linux 6.12
      linux-image-6.12.90+deb12.1-cloud-amd64 - Linux 6.12
      linux-image-7.2.9+deb14-cloud-amd64 - Linux 7.2.9 for x86-64 cloud
      linux-image-7.2.13+deb14-cloud-amd64 - Linux 7.2.13 for x86-64 cloud
      linux-binary-7.2.13+deb14-cloud-amd64 - Linux 7.2.13 for x86-64 cloud (kernel image)
      linux-modules-7.2.13+deb14-cloud-amd64 - Linux 7.2.13 for x86-64 cloud (modules)
      linux-image-7.2.14+deb14-rt-amd64 - Linux 7.2.14 for 64-bit PCs, PREEMPT_RT
      """;

  @Test
  void stanzasAreRead() {
    assertThat(AptSources.ofStanzas(STANZAS))
        .containsExactly(
            new Source("mirror:one", List.of("bookworm", "bookworm-updates"), "keys.gpg"),
            new Source(
                "mirror:two",
                List.of("bookworm-security"),
                "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc"));
  }

  @Test
  void linesAreRead() {
    assertThat(
            AptSources.ofLines(
                """
                # deb mirror:off sid main
                deb-src mirror:source sid main
                deb [ arch=amd64 signed-by=keys.gpg ] mirror:one bullseye main contrib
                deb mirror:two noble main
                """))
        .containsExactly(
            new Source("mirror:one", List.of("bullseye"), "keys.gpg"),
            new Source("mirror:two", List.of("noble"), ""));
  }

  @Test
  void otherSuitesAreReachedOnTheConfiguredMirrors() {
    List<Source> configured = AptSources.ofStanzas(STANZAS);
    List<Source> reached =
        AptSources.reach(configured, List.of("bullseye", "bullseye-security", "sid"));
    assertThat(reached)
        .extracting(Source::uri)
        .containsExactly("mirror:one", "mirror:two", "mirror:one");
    assertThat(AptSources.ofStanzas(AptSources.write(reached))).isEqualTo(reached);
  }

  @Test
  void theMirrorOfAnotherDistributionIsNoneOfDebian() {
    List<Source> configured = AptSources.ofLines("deb mirror:two noble main\n");
    assertThat(AptSources.reach(configured, List.of("sid"))).isEmpty();
  }

  @Test
  void aSuiteWithoutAKnownMirrorIsLeftOut() {
    List<Source> configured = AptSources.ofLines("deb mirror:one sid main\n");
    assertThat(AptSources.reach(configured, List.of("bullseye", "bullseye-security")))
        .extracting(Source::suites)
        .containsExactly(List.of("bullseye"));
  }

  @Test
  void theNewestPackageForVirtualMachinesIsTaken() {
    assertThat(best("6.1")).isEqualTo("linux-image-6.1.0-50-cloud-amd64");
    assertThat(best("6.12")).isEqualTo("linux-image-6.12.90+deb12.1-cloud-amd64");
    assertThat(best("5.10")).isEqualTo("none");
  }

  @Test
  void thePackageWithTheImageIsTaken() {
    assertThat(best("")).isEqualTo("linux-binary-7.2.13+deb14-cloud-amd64");
  }

  private static String best(String series) {
    return KernelPackage.best(Apt.names(SEARCH), series).map(KernelPackage::name).orElse("none");
  }

  @Test
  void aModuleSaysWhatItNeeds() {
    assertThat(Debian.needs(module("license=GPL\0depends=a-b,c\0name=d\0")))
        .containsExactly("a_b", "c");
    assertThat(Debian.needs(module("license=GPL\0depends=\0name=d\0"))).isEmpty();
    assertThat(Debian.needs(module("license=GPL\0"))).isEmpty();
  }

  private static byte[] module(String info) {
    return ("\177ELF\0" + info).getBytes(StandardCharsets.ISO_8859_1);
  }
}
