package cowherd.reality;

import cowherd.reality.Debian.KernelImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Another kernel in QEMU, for the runner: one boot from an initramfs of a static init, the runner,
 * its input and the modules. There is one processor, so that a guest always works in the same way;
 * two are for races.
 *
 * <p>What the runner prints comes through QEMU's debug port, which is QEMU's standard output; the
 * console, with the kernel's messages, goes to a file and is looked at when a guest fails.
 *
 * @param kernel what it boots
 * @param processor who runs its code
 * @param limit of a whole boot
 * @param processors how many it has
 */
public record Guest(KernelImage kernel, Processor processor, Duration limit, int processors) {
  private static final String QEMU = "qemu-system-x86_64";
  private static final Path KVM = Path.of("/dev/kvm");
  private static final String WITHOUT_KVM = "without --kvm a guest works everywhere, but slowly";

  private static final String BEGIN = "cowherd-begin";
  private static final Pattern END = Pattern.compile("cowherd-end (-?\\d{1,9})");

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

  /** What a shell, too, says when there is no such program. */
  private static final int NO_PROGRAM = 127;

  /** What the guest gets beyond its limit, in which it ends by itself, seconds. */
  private static final int GRACE_S = 5;

  /** How often a running guest is looked at. */
  private static final int LOOK_MS = 500;

  /** After this QEMU waits for a debugger. */
  private static final String KVM_STOPPED = "KVM internal error";

  private static final int CONSOLE_LINES_MAX = 8;
  private static final Pattern COMPLAINT =
      Pattern.compile("Kernel panic|BUG:|Oops:|^qemu-system|^KVM ");

  /** With one processor. */
  public Guest(KernelImage kernel, Processor processor, Duration limit) {
    this(kernel, processor, limit, 1);
  }

  /** Who runs a guest's code. */
  public enum Processor {
    /** QEMU does (TCG): on every machine. */
    EMULATED,
    /** This machine's processor does. */
    KVM
  }

  /**
   * One boot.
   *
   * @param runner a static program
   * @param input what it reads
   * @param line takes what the runner prints
   * @return the runner's exit status, as a shell tells it
   * @throws GuestDied when the guest does not come to its end
   * @throws MissingTool when QEMU, KVM or a compiler is missing
   */
  public int run(Path runner, String input, Consumer<String> line) throws IOException {
    if (processor == Processor.KVM) {
      needKvm(KVM);
    }
    Path init = Compiler.compile("init", Resources.text("init.c"));
    Path tied = Compiler.compile("tied", Resources.text("tied.c"));
    Boot boot = new Boot(this, GuestFolder.make());
    try (boot) {
      boot.begin();
      Files.write(boot.image(), initramfs(init, runner, input).compressed());
      return boot.run(tied, line);
    } catch (IOException e) {
      if (boot.interrupted) {
        throw interruption(); // its folder has gone
      }
      throw e;
    }
  }

  private static MissingTool interruption() {
    return new MissingTool("the guest was interrupted", "");
  }

  /** Asks for a device that KVM has; whether it does its work is seen when QEMU starts. */
  static void needKvm(Path device) {
    if (!Files.exists(device)) {
      throw new MissingTool(
          "there is no " + device,
          "the modules are kvm_intel and kvm_amd; a virtual machine needs nested virtualisation; "
              + WITHOUT_KVM);
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      throw new MissingTool(
          "this user may not open " + device, "its group, kvm, may; " + WITHOUT_KVM);
    }
  }

  private Initramfs initramfs(Path init, Path runner, String input) throws IOException {
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

  /** One boot of QEMU. When it is closed, or the JVM ends, QEMU ends and its folder is removed. */
  private static final class Boot implements AutoCloseable {
    private final Guest guest;
    private final GuestFolder folder;
    private final Thread hook = new Thread(this::interrupt, "cowherd-guest-end");
    private volatile Optional<ProcessHandle> qemu = Optional.empty();
    private volatile boolean interrupted;

    Boot(Guest guest, GuestFolder folder) {
      this.guest = guest;
      this.folder = folder;
    }

    /** From now on nothing is left behind. */
    void begin() {
      try {
        Runtime.getRuntime().addShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        throw interruption();
      }
    }

    private void interrupt() {
      interrupted = true;
      kill();
      folder.close();
    }

    /** Through its handle, because what it has printed is still to be read. */
    private void kill() {
      qemu.ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
      kill();
      folder.close();
      HostRun.removeHook(hook);
    }

    Path image() {
      return folder.file("initramfs");
    }

    private Path console() {
      return folder.file("console");
    }

    /** What QEMU itself complains about. */
    private Path complaints() {
      return folder.file("complaints");
    }

    /** Tied to this process: nobody else would end QEMU after kill -9. */
    private List<String> command(Path tied) {
      boolean kvm = guest.processor == Processor.KVM;
      return List.of(
          tied.toString(),
          String.valueOf(ProcessHandle.current().pid()),
          QEMU,
          "-machine",
          "mem-merge=off", // or this machine's ksmd looks at the guest's memory
          "-accel",
          kvm ? "kvm" : "tcg",
          "-cpu",
          kvm ? "host" : "max",
          "-smp",
          String.valueOf(guest.processors),
          "-m",
          String.valueOf(MEMORY_MIB),
          "-display",
          "none",
          "-nodefaults",
          "-no-reboot",
          "-chardev",
          "file,id=console,path=" + console().toString().replace(",", ",,"),
          "-serial",
          "chardev:console",
          "-chardev",
          "stdio,id=debug,signal=off",
          "-device",
          "isa-debugcon,iobase=0xe9,chardev=debug",
          "-device",
          "isa-debug-exit,iobase=0xf4,iosize=4",
          "-kernel",
          guest.kernel.image().toString(),
          "-initrd",
          image().toString(),
          "-append",
          COMMAND_LINE + " COWHERD_LIMIT_S=" + guest.limit.toSeconds());
    }

    int run(Path tied, Consumer<String> line) throws IOException {
      Instant begin = Instant.now();
      Process process =
          new ProcessBuilder(command(tied))
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectError(complaints().toFile())
              .start();
      qemu = Optional.of(process.toHandle());
      Thread watch =
          Thread.ofVirtual().start(() -> endAfter(process, guest.limit.plusSeconds(GRACE_S)));
      Reading reading = new Reading(line);
      try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
        reading.accept(reader);
        int status = process.waitFor();
        if (status == ENDED_BY_INIT && reading.ended()) {
          return reading.status();
        }
        throw failed(reading, status, Duration.between(begin, Instant.now()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw interruption();
      } finally {
        watch.interrupt();
      }
    }

    private void endAfter(Process process, Duration limit) {
      Instant end = Instant.now().plus(limit);
      try {
        while (!process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
          if (Instant.now().isAfter(end) || text(complaints()).contains(KVM_STOPPED)) {
            kill();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // it has ended before
      }
    }

    private MissingTool failed(Reading reading, int status, Duration took) {
      String errors = text(complaints());
      String log = text(console());
      if (status == NO_PROGRAM) {
        return new MissingTool(
            "there is no " + QEMU + " on the PATH", "install QEMU (Debian: qemu-system-x86)");
      }
      if (guest.processor == Processor.KVM && log.isEmpty() && !errors.isEmpty()) {
        return new MissingTool("QEMU cannot use KVM here: " + reason(errors), WITHOUT_KVM);
      }
      String what =
          interrupted
              ? " was interrupted"
              : took.compareTo(guest.limit) >= 0
                  ? " did not end within " + guest.limit.toSeconds() + " s"
                  : reading.begun ? " died before the tests ended" : " died before the tests began";
      return new GuestDied(
          "the guest with kernel "
              + guest.kernel.release()
              + what
              + epilogue(status, errors + reading.outside + log));
    }

    private String epilogue(int status, String log) {
      if (interrupted) {
        return "";
      }
      String reason = reason(log);
      return (reason.isEmpty() ? "" : ": " + reason)
          + (status > ENDED_BY_INIT ? " (QEMU's exit status is " + status + ")" : "")
          + last(log);
    }
  }

  /** A text that may be cut off anywhere; empty when there is none. */
  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> lines(String log) {
    return log.lines().map(Guest::printable).filter(text -> !text.isBlank()).toList();
  }

  /** What a guest complained about: the kernel's first bad line, else the last one. */
  static String reason(String log) {
    List<String> lines = lines(log);
    return lines.stream()
        .filter(text -> COMPLAINT.matcher(text).find())
        .findFirst()
        .orElse(lines.isEmpty() ? "" : lines.getLast());
  }

  /** The last lines of a console, to stand below a message; empty when the reason says all. */
  static String last(String log) {
    List<String> lines = lines(log);
    return lines.size() < 2
        ? ""
        : lines.stream()
            .skip(Math.max(0, lines.size() - CONSOLE_LINES_MAX))
            .map(text -> "\n  | " + text)
            .collect(Collectors.joining("", "\n  its console ends with", ""));
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

    /** Takes all whole lines: what has no end was cut off with the guest. */
    void accept(Reader text) throws IOException {
      StringBuilder begun = new StringBuilder();
      for (int next = text.read(); next >= 0; next = text.read()) {
        if (next == '\n') {
          accept(begun.toString());
          begun.setLength(0);
        } else {
          begun.append((char) next);
        }
      }
    }

    /** Takes a line; an empty line before the end may be the one that init puts there. */
    void accept(String text) {
      String clean = text.replace("\r", "");
      if (!begun || ended) {
        begun |= clean.equals(BEGIN);
        outside.append(begun ? "" : clean + "\n");
        return;
      }
      Matcher end = END.matcher(clean);
      if (end.matches()) {
        ended = true;
        status = Integer.parseInt(end.group(1));
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
