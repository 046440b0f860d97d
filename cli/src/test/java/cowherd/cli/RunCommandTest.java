package cowherd.cli;

import static cowherd.cli.Cowherd.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code run} and {@code kernels fetch}, as far as they need no kernel. */
class RunCommandTest {
  @Test
  void kvmIsForAGuest() {
    Cowherd run = Cowherd.run("run", "--kvm", file("large.litmus"));
    assertThat(run.err()).startsWith("cowherd: --kvm is for a guest\n  = `cowherd run --qemu ");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void whatIsAboutSchedulesIsNotIgnored() {
    for (String option : List.of("--record=x.observed", "--repeat=2", "--show")) {
      Cowherd run = Cowherd.run("run", "--stress", "5", option, file("large.litmus"));
      String name = option.split("=", -1)[0];
      assertThat(run.err())
          .startsWith("cowherd: " + name + " is for tests that are run call by call");
      run = Cowherd.run("run", "--random", "5", option);
      assertThat(run.err())
          .startsWith("cowherd: " + name + " is for tests that are run call by call");
    }
  }

  @Test
  void stressHasNoSchedules() {
    Cowherd run = Cowherd.run("run", "--stress", "5", "--schedules", "3", file("large.litmus"));
    assertThat(run.err()).startsWith("cowherd: --stress has no schedules, and runs tests\n");
    assertThat(run.status()).isEqualTo(2);
    run = Cowherd.run("run", "--stress-seconds", "5", file("large.litmus"));
    assertThat(run.err()).startsWith("cowherd: --stress-seconds is for --stress\n");
    assertThat(run.status()).isEqualTo(2);
    run = Cowherd.run("run", "--stress", "9999999", file("large.litmus"));
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void aPackageThatIsNotThereCanBeFetched() {
    String name = "linux-image-1.2.3-cloud-amd64";
    Cowherd run = Cowherd.run("run", "--qemu", name, file("large.litmus"));
    assertThat(run.err()).contains("`cowherd kernels fetch " + name + "` downloads it");
    assertThat(run.status()).isEqualTo(69);
  }

  @Test
  void whatCannotBeFetchedIsToldAtOnce() {
    Cowherd run = Cowherd.run("kernels", "fetch", "6.1", "linux-image-amd64");
    assertThat(run.err())
        .contains(
            "there is no kernel `linux-image-amd64` to fetch", "or a package as linux-image-");
    assertThat(run.status()).isEqualTo(2);
  }
}
