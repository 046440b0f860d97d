package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cowherd.reality.Debian.KernelImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest's lines arrive as they were printed, and a guest that fails says why. */
class GuestTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long END_S = 30;

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
      		for (int n = 0; n < 1000; n++)
      			printf("line %d\\n", n);
      		fflush(stdout);
      		fd = open("/proc/sysrq-trigger", O_WRONLY);
      		if (write(fd, "c", 1) < 0)
      			perror("sysrq");
      	}
      	if (strcmp(line, "leave\\n") == 0 && fork() == 0) {
      		for (;;)
      			pause();
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
  void aLineThatIsCutOffIsNone() throws IOException {
    List<String> lines = new ArrayList<>();
    Guest.Reading reading = new Guest.Reading(lines::add);
    reading.accept(new StringReader("cowherd-begin\none\ntwo\ncowherd-end "));
    assertThat(lines).containsExactly("one", "two");
    assertThat(reading.ended()).isFalse();
  }

  @Test
  void whatAGuestAnsweredBeforeItDiedIsHandedOn() throws IOException {
    List<String> lines = new ArrayList<>();
    Survivor survivor =
        new Survivor((input, line) -> {
          List.of("# cowherd: x", "#@ a 0", "#> 0", "ok 1 a", "#@ b 0", "#> 0").forEach(line);
          throw new GuestDied("died");
        });
    survivor.run("", lines::add);
    assertThat(lines).containsExactly("# cowherd: x", "#@ a 0", "#> 0", "ok 1 a");
    assertThat(survivor.death()).isPresent();
  }

  @Test
  void theReasonIsTheFirstComplaintElseTheLastLine() {
    assertThat(Guest.reason("a\nBUG: bad\nKernel panic\nz\n")).isEqualTo("BUG: bad");
    assertThat(Guest.reason("a\n\u001b[2Jb\n\nc\nd\n")).isEqualTo("d");
    assertThat(Guest.last("a\n\u001b[2Jb\n")).isEqualTo("\n  its console ends with\n  | a\n  | b");
    assertThat(Guest.reason("")).isEmpty();
  }

  @Test
  void everyKernelOfTheCacheRunsAProgram() throws IOException {
    for (KernelImage kernel : kernels()) {
      List<String> lines = new ArrayList<>();
      int status = guest(kernel, LIMIT).run(program(), "hello\nworld\n", lines::add);
      assertThat(lines)
          .as(kernel.release())
          .containsExactly("hello", "world", "/dev/ram0 on /tmp", "direct 4096", "");
      assertThat(status).isEqualTo(7);
    }
  }

  @Test
  void whatTheRunnerLeftBehindDoesNotHoldTheGuest() throws IOException {
    List<String> lines = new ArrayList<>();
    int status = guest(kernels().getFirst(), LIMIT).run(program(), "leave\n", lines::add);
    assertThat(lines).contains("leave", "direct 4096");
    assertThat(status).isEqualTo(7);
  }

  @Test
  void aGuestThatCrashesSaysWhyAndLosesNoLine() {
    for (KernelImage kernel : kernels()) {
      List<String> lines = new ArrayList<>();
      assertThatThrownBy(() -> guest(kernel, LIMIT).run(program(), "crash\n", lines::add))
          .isInstanceOf(GuestDied.class)
          .hasMessageContaining(kernel.release() + " died before the tests ended: ")
          .hasMessageContaining("sysrq")
          .hasMessageContaining("its console ends with\n  | ");
      assertThat(lines).as(kernel.release()).contains("crash").endsWith("line 998", "line 999");
    }
  }

  @Test
  void whenQemuDiesNoLineIsLost() {
    List<String> lines = new ArrayList<>();
    Consumer<String> killer =
        line -> {
          lines.add(line);
          if (line.startsWith("direct")) {
            qemu().forEach(ProcessHandle::destroyForcibly);
          }
        };
    Guest guest = guest(kernels().getFirst(), LIMIT);
    assertThatThrownBy(() -> guest.run(program(), "hang\n", killer))
        .isInstanceOf(GuestDied.class)
        .hasMessageContaining(" died before the tests ended")
        .hasMessageContaining("(QEMU's exit status is 137)");
    assertThat(lines).contains("hang", "direct 4096");
    assertThat(folders()).isEmpty();
  }

  @Test
  void aGuestThatHangsIsEnded() {
    Guest guest = guest(kernels().getFirst(), Duration.ofSeconds(1));
    assertThatThrownBy(() -> guest.run(program(), "hang\n", line -> {}))
        .isInstanceOf(MissingTool.class)
        .hasMessageContaining("did not end within 1 s");
  }

  @Test
  void theCleanupHidesNoFailure() {
    Consumer<String> failing =
        line -> {
          try {
            Files.writeString(folders().getFirst().resolve("another"), "");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          throw new IllegalStateException("the real one");
        };
    Guest guest = guest(kernels().getFirst(), LIMIT);
    assertThatThrownBy(() -> guest.run(program(), "hang\n", failing)).hasMessage("the real one");
    assertThat(folders()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalLeavesNothing(String signal) throws Exception {
    Process process = inAProcess();
    assertThat(folders(process.pid())).hasSize(1);
    signal(process, signal);
    assertThat(folders(process.pid())).isEmpty();
  }

  @Test
  void qemuEndsWithTheJvmAndTheNextRunRemovesTheFolder() throws Exception {
    Process process = inAProcess();
    signal(process, "KILL");
    assertThat(folders(process.pid())).hasSize(1);
    GuestFolder.make().close();
    assertThat(folders(process.pid())).isEmpty();
  }

  /** A guest that hangs, in a JVM of its own. */
  public static void main(String[] arguments) throws IOException {
    guest(kernels().getFirst(), LIMIT).run(program(), "hang\n", System.out::println);
  }

  private static Process inAProcess() throws IOException {
    kernels();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                GuestTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader reader = process.inputReader();
    for (String line = ""; !"direct 4096".equals(line); line = reader.readLine()) {
      assertThat(line).isNotNull();
    }
    return process;
  }

  /** Sends it, and waits for the end of the JVM and of QEMU. */
  private static void signal(Process process, String signal) throws Exception {
    List<ProcessHandle> below = process.descendants().toList();
    assertThat(below).hasSize(1);
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    assertThat(process.waitFor(END_S, TimeUnit.SECONDS)).isTrue();
    below.getFirst().onExit().get(END_S, TimeUnit.SECONDS);
  }

  private static List<ProcessHandle> qemu() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").contains("qemu"))
        .toList();
  }

  private static List<Path> folders() {
    return folders(ProcessHandle.current().pid());
  }

  /** What a process has among the temporary files. */
  private static List<Path> folders(long pid) {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("cowherd-guest-" + pid + "-"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aProcessorNeedsKvm(@TempDir Path folder) {
    assertThatThrownBy(() -> Guest.needKvm(folder.resolve("kvm")))
        .isInstanceOf(MissingTool.class)
        .hasMessage("there is no " + folder.resolve("kvm"));
  }

  /** Where KVM does not work, there is one message. */
  @Test
  void kvmRunsAProgramOrSaysThatItCannot() throws IOException {
    List<String> lines = new ArrayList<>();
    Guest guest = new Guest(kernels().getLast(), Guest.Processor.KVM, LIMIT);
    try {
      assertThat(guest.run(program(), "hello\n", lines::add)).isEqualTo(7);
      assertThat(lines).contains("hello", "direct 4096");
    } catch (GuestDied e) {
      throw e;
    } catch (MissingTool e) {
      assertThat(e.getMessage()).containsIgnoringCase("kvm");
      assertThat(e.advice()).contains("without --kvm");
    }
  }

  private static Guest guest(KernelImage kernel, Duration limit) {
    return new Guest(kernel, Guest.Processor.EMULATED, limit);
  }

  private static Path program() {
    return Compiler.compile("guest-test", PROGRAM);
  }

  /** The kernels of the cache; skips the test where they cannot be run. */
  private static List<KernelImage> kernels() {
    need(Machines.hasQemu(), "needs qemu-system-x86_64");
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
