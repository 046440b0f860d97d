package cowherd.reality;

import cowherd.reality.Debian.KernelImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Runs the runner on another kernel, in QEMU: one boot from an initramfs of a static init, the
 * runner, its input and the modules. The processor is emulated (TCG) and there is one, so that a
 * guest works everywhere and always in the same way.
 *
 * <p>What the runner prints comes through QEMU's debug port, which is QEMU's standard output; the
 * console, with the kernel's messages, goes to a file and is looked at when a guest fails.
 */
public final class Guest {
  private static final String BEGIN = "cowherd-begin";
  private static final String END = "cowherd-end ";

  /** With half of it, transparent huge pages are off. */
  private static final int MEMORY_MIB = 1024;

  /** Four disks of 64 MiB; memory is taken when they are written. */
  private static final String RAM_DISKS = "rd_nr=4 rd_size=65536";

  private static final String COMMAND_LINE =
      "console=ttyS0 quiet panic=-1 oops=panic brd.rd_nr=4 brd.rd_size=65536"
          // else /proc/PID/mem does not write to memory that is mapped read-only (FOLL_FORCE)
          + " proc_mem.force_override=always";

  /** isa-debug-exit makes QEMU exit with twice what the guest wrote, plus 1. */
  private static final int ENDED_BY_INIT = 1;

  /** What the guest gets beyond its limit, in which it ends by itself, seconds. */
  private static final int GRACE_S = 5;

  private static final int MESSAGE_LINES_MAX = 3;
  private static final Pattern COMPLAINT = Pattern.compile("Kernel panic|BUG:|Oops:|^qemu-system");

  private Guest() {}

  /**
   * One boot.
   *
   * @param runner a static program
   * @param input what it reads
   * @param limit of the whole boot
   * @param line takes what the runner prints
   * @return the runner's exit status, as a shell tells it
   * @throws MissingTool when QEMU or a compiler is missing, or the guest does not come to its end
   */
  public static int run(
      KernelImage kernel, Path runner, String input, Duration limit, Consumer<String> line)
      throws IOException {
    Path init = Compiler.compile("init", Resources.text("init.c"));
    Path work = Files.createTempDirectory("cowherd-guest-");
    Machine machine =
        new Machine(kernel, work.resolve("initramfs"), work.resolve("console"), limit);
    try {
      Files.write(machine.image(), initramfs(kernel, init, runner, input).compressed());
      return machine.boot(line);
    } finally {
      Files.deleteIfExists(machine.console());
      Files.deleteIfExists(machine.image());
      Files.delete(work);
    }
  }

  private static Initramfs initramfs(KernelImage kernel, Path init, Path runner, String input)
      throws IOException {
    Initramfs content = new Initramfs();
    List.of("dev", "proc", "sys", "tmp", "modules").forEach(content::folder);
    StringBuilder order = new StringBuilder();
    for (Path module : kernel.modules()) {
      String name = module.getFileName().toString();
      content.file("modules/" + name, Files.readAllBytes(module));
      order.append(name).append(name.equals("brd.ko") ? " " + RAM_DISKS : "").append('\n');
    }
    return content
        .file("modules/order", order.toString().getBytes(StandardCharsets.UTF_8))
        .file("init", Files.readAllBytes(init))
        .file("cowherd", Files.readAllBytes(runner))
        .file("programs", input.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * One boot of QEMU.
   *
   * @param kernel what it boots
   * @param image its initramfs
   * @param console the file that gets what the kernel prints
   * @param limit of the whole boot
   */
  private record Machine(KernelImage kernel, Path image, Path console, Duration limit) {
    private List<String> command() {
      return List.of(
          "qemu-system-x86_64",
          "-accel",
          "tcg",
          "-cpu",
          "max",
          "-m",
          String.valueOf(MEMORY_MIB),
          "-display",
          "none",
          "-nodefaults",
          "-no-reboot",
          "-chardev",
          "file,id=console,path=" + console.toString().replace(",", ",,"),
          "-serial",
          "chardev:console",
          "-chardev",
          "stdio,id=debug,signal=off",
          "-device",
          "isa-debugcon,iobase=0xe9,chardev=debug",
          "-device",
          "isa-debug-exit,iobase=0xf4,iosize=4",
          "-kernel",
          kernel.image().toString(),
          "-initrd",
          image.toString(),
          "-append",
          COMMAND_LINE + " COWHERD_LIMIT_S=" + limit.toSeconds());
    }

    private int boot(Consumer<String> line) throws IOException {
      Instant begin = Instant.now();
      Process process = start(command());
      Thread killer = new Thread(process::destroyForcibly, "cowherd-guest-killer");
      Runtime.getRuntime().addShutdownHook(killer);
      Thread watch = Thread.ofVirtual().start(() -> endAfter(process, limit.plusSeconds(GRACE_S)));
      Reading reading = new Reading(line);
      try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
          reading.accept(text);
        }
        if (process.waitFor() == ENDED_BY_INIT && reading.ended()) {
          return reading.status();
        }
        throw failed(reading, Duration.between(begin, Instant.now()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new MissingTool("the guest was interrupted", "");
      } finally {
        process.destroyForcibly();
        watch.interrupt();
        HostRun.removeHook(killer);
      }
    }

    private MissingTool failed(Reading reading, Duration took) throws IOException {
      String what =
          took.compareTo(limit) >= 0
              ? " did not end within " + limit.toSeconds() + " s"
              : reading.begun ? " ended before the tests did" : " did not start the tests";
      String log =
          Files.exists(console)
              ? new String(Files.readAllBytes(console), StandardCharsets.UTF_8)
              : "";
      String reason = reason(reading.outside + log);
      return new MissingTool(
          "the guest with kernel "
              + kernel.release()
              + what
              + (reason.isEmpty() ? "" : ": " + reason),
          "");
    }
  }

  private static Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new MissingTool(
          "there is no " + command.getFirst() + " on the PATH",
          "install QEMU (Debian: qemu-system-x86)");
    }
  }

  private static void endAfter(Process process, Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it has ended before
    }
  }

  /** What a guest complained about: the kernel's first bad line, else the last ones. */
  static String reason(String log) {
    List<String> lines = log.lines().map(Guest::printable).filter(text -> !text.isBlank()).toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - MESSAGE_LINES_MAX), lines.size());
    return lines.stream()
        .filter(text -> COMPLAINT.matcher(text).find())
        .findFirst()
        .orElse(String.join(" / ", last));
  }

  /** Without the escape sequences of a firmware. */
  private static String printable(String line) {
    return line.replaceAll("\u001b\\[[0-9;?=]*[A-Za-z]", "").replaceAll("\\p{Cntrl}", "");
  }

  /** Finds the lines of the runner in what a guest prints. */
  static final class Reading {
    private final Consumer<String> line;
    private final StringBuilder outside = new StringBuilder();
    private boolean begun;
    private boolean ended;
    private int status;
    private boolean blank;

    Reading(Consumer<String> line) {
      this.line = line;
    }

    /** Takes a line; an empty line before the end may be the one that init puts there. */
    void accept(String text) {
      String clean = text.replace("\r", "");
      if (!begun || ended) {
        begun |= clean.equals(BEGIN);
        outside.append(begun ? "" : clean + "\n");
      } else if (clean.startsWith(END)) {
        ended = true;
        status = Integer.parseInt(clean.substring(END.length()));
      } else {
        if (blank) {
          line.accept("");
        }
        blank = clean.isEmpty();
        if (!blank) {
          line.accept(clean);
        }
      }
    }

    /** Whether the runner came to its end. */
    boolean ended() {
      return ended;
    }

    /** Its exit status, as a shell tells it. */
    int status() {
      return status;
    }
  }
}
