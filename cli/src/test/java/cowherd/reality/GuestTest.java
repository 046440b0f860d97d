package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cowherd.reality.Debian.KernelImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A guest's lines arrive as they were printed, and a guest that fails says why. */
class GuestTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Prints what it reads, its environment and whether the devices are there; then does as told. */
  private static final String PROGRAM =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>

      int main(void)
      {
      	static char page[4096] __attribute__((aligned(4096)));
      	char line[100] = "";
      	while (fgets(line, sizeof(line), stdin))
      		fputs(line, stdout);
      	printf("%s %s %s\\n", getenv("COWHERD_DIRECT"), getenv("COWHERD_SWAP"), getenv("COWHERD_TMP"));
      	int fd = open(getenv("COWHERD_DIRECT"), O_RDWR | O_DIRECT);
      	printf("direct %zd\\n\\n", pwrite(fd, page, sizeof(page), 0));
      	fflush(stdout);
      	if (strcmp(line, "crash\\n") == 0) {
      		fd = open("/proc/sysrq-trigger", O_WRONLY);
      		if (write(fd, "c", 1) < 0)
      			perror("sysrq");
      	}
      	if (strcmp(line, "hang\\n") == 0)
      		pause();
      	return 7;
      }
      """;

  @Test
  void linesBetweenTheMarkersAreTheRunners() {
    List<String> lines = new ArrayList<>();
    Guest.Reading reading = new Guest.Reading(lines::add);
    "early\r\ncowherd-begin\r\none\r\n\r\n\r\ntwo\r\n\r\ncowherd-end 3\r\nlate"
        .lines()
        .forEach(reading::accept);
    assertThat(lines).containsExactly("one", "", "", "two");
    assertThat(reading.ended()).isTrue();
    assertThat(reading.status()).isEqualTo(3);
  }

  @Test
  void theReasonIsTheFirstComplaintElseTheLastLines() {
    assertThat(Guest.reason("a\nBUG: bad\nKernel panic\nz\n")).isEqualTo("BUG: bad");
    assertThat(Guest.reason("a\n\u001b[2Jb\n\nc\nd\n")).isEqualTo("b / c / d");
    assertThat(Guest.reason("")).isEmpty();
  }

  @Test
  void everyKernelOfTheCacheRunsAProgram() throws IOException {
    for (KernelImage kernel : kernels()) {
      List<String> lines = new ArrayList<>();
      int status = Guest.run(kernel, program(), "hello\nworld\n", LIMIT, lines::add);
      assertThat(lines)
          .as(kernel.release())
          .containsExactly("hello", "world", "/dev/ram0 on /tmp", "direct 4096", "");
      assertThat(status).isEqualTo(7);
    }
  }

  @Test
  void aGuestThatCrashesSaysWhy() {
    List<String> lines = new ArrayList<>();
    KernelImage kernel = kernels().getFirst();
    assertThatThrownBy(() -> Guest.run(kernel, program(), "crash\n", LIMIT, lines::add))
        .isInstanceOf(MissingTool.class)
        .hasMessageContaining(kernel.release() + " ended before the tests did: ")
        .hasMessageContaining("sysrq");
    assertThat(lines).contains("crash");
  }

  @Test
  void aGuestThatHangsIsEnded() {
    KernelImage kernel = kernels().getFirst();
    Duration limit = Duration.ofSeconds(1);
    assertThatThrownBy(() -> Guest.run(kernel, program(), "hang\n", limit, line -> {}))
        .isInstanceOf(MissingTool.class)
        .hasMessageContaining("did not end within 1 s");
  }

  private static Path program() {
    return Compiler.compile("guest-test", PROGRAM);
  }

  /** The kernels of the cache; skips the test where they cannot be run. */
  private static List<KernelImage> kernels() {
    String path = System.getenv("PATH");
    boolean qemu =
        List.of((path == null ? "" : path).split(":")).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "qemu-system-x86_64")));
    need(qemu, "needs qemu-system-x86_64");
    need(!Debian.cached().isEmpty(), "needs a kernel (cowherd kernels fetch)");
    try {
      program();
    } catch (MissingTool e) {
      need(false, String.valueOf(e.getMessage()));
    }
    return Debian.cached();
  }

  private static void need(boolean there, String what) {
    if (!there) {
      System.out.println("GuestTest skipped: " + what);
    }
    Assumptions.assumeTrue(there, "skipped: " + what);
  }
}
