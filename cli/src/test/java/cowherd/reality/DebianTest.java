package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.reality.AptSources.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void aPackageIsTakenByItsName() {
    assertThat(exactly("linux-image-6.1.0-9-cloud-amd64"))
        .isEqualTo("linux-image-6.1.0-9-cloud-amd64");
    assertThat(exactly("linux-image-6.1.0-50-rt-amd64")).isEqualTo("linux-image-6.1.0-50-rt-amd64");
    assertThat(exactly("linux-image-7.2.13+deb14-cloud-amd64"))
        .isEqualTo("linux-binary-7.2.13+deb14-cloud-amd64");
    assertThat(exactly("linux-image-6.1.0-8-cloud-amd64")).isEqualTo("none");
  }

  private static String exactly(String name) {
    String release = KernelPackage.of(name).orElseThrow().release();
    return KernelPackage.exactly(Apt.names(SEARCH), release)
        .map(KernelPackage::name)
        .orElse("none");
  }

  @Test
  void namesAndPackagesCanBeFetched() {
    assertThat(
            List.of("6.1", "today", "linux-image-6.12.118+deb13-cloud-amd64").stream()
                .filter(Debian::canFetch))
        .hasSize(3);
    assertThat(
            List.of("6.2", "linux-image-cloud-amd64", "linux-image-6.1.0-50-amd64-dbg", "--help")
                .stream()
                .filter(Debian::canFetch))
        .isEmpty();
  }

  @Test
  void aPackageIsLookedForWhereItsSeriesIs() {
    assertThat(suites("linux-image-6.1.0-9-amd64"))
        .containsExactly("bookworm", "bookworm-security");
    assertThat(suites("linux-image-7.2.13+deb14-amd64")).contains("sid", "trixie", "bullseye");
  }

  private static List<String> suites(String name) {
    return Debian.suites(KernelPackage.of(name).orElseThrow());
  }

  @Test
  void aKernelThatIsThereGetsAnotherName(@TempDir Path folder) throws IOException {
    Path target = Files.createDirectory(folder.resolve("target"));
    Files.writeString(target.resolve("vmlinuz"), "");
    Files.writeString(target.resolve("name"), "6.12\n");
    for (int time = 0; time < 2; time++) {
      Path made = Files.createDirectory(folder.resolve("made" + time));
      Debian.keep(made, target, "linux-image-x");
    }
    assertThat(target.resolve("name")).hasContent("6.12\nlinux-image-x\n");
  }

  @Test
  void sizesAreRead() {
    assertThat(Apt.sizeIn("Package: a\nInstalled-Size: 99\nSize: 31415926\nSHA256: 0\n"))
        .isEqualTo("31.4 MB");
    assertThat(Apt.sizeIn("Package: a\n")).isEmpty();
    assertThat(Apt.fetched("Get:1 x\nFetched 8790 kB in 3s (2931 kB/s)\nReading\n"))
        .isEqualTo("8790 kB");
    assertThat(Apt.fetched("Hit:1 x\n")).isEmpty();
  }

  @Test
  void aFailedSignatureIsNoFailedNetwork() {
    AptTrouble trouble =
        AptTrouble.of(
            """
            W: GPG error: mirror:one sid InRelease: The following signatures couldn't be verified \
            because the public key is not available: NO_PUBKEY 0123456789ABCDEF
            E: The repository 'mirror:one sid InRelease' is not signed.
            """);
    assertThat(trouble.what())
        .startsWith("apt does not trust the signature: ")
        .contains("NO_PUBKEY 0123456789ABCDEF", "'mirror:one sid InRelease'");
    assertThat(trouble.advice()).contains("debian-archive-keyring").doesNotContain("there?");
  }

  @Test
  void otherTroublesOfAptAreTold() {
    assertThat(AptTrouble.of("E: Release file for x is not valid yet (invalid for 2h)\n").advice())
        .isEqualTo("set the clock");
    assertThat(AptTrouble.of("E: Failed to fetch x  404  Not Found\n").what())
        .startsWith("the mirror does not have it: E: Failed");
    assertThat(AptTrouble.of("E: You don't have enough free space in x.\n").what())
        .startsWith("the disk is full");
    assertThat(AptTrouble.of("W: old\nE: Could not resolve 'mirror'\n"))
        .isEqualTo(new AptTrouble("E: Could not resolve 'mirror'", "is the network there?"));
    assertThat(AptTrouble.of("")).isEqualTo(new AptTrouble("", "is the network there?"));
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
