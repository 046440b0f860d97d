package cowherd.reality;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the runner on another kernel, in QEMU: one boot from an initramfs of a static init, the
 * runner, its input and the modules. Programs are emulated (TCG) and one CPU is there, so that it
 * works everywhere and always in the same way.
 */
public final class Guest {
  private static final String BEGIN = "cowherd-begin";
  private static final String END = "cowherd-end ";
  private static final int MEMORY_MIB = 1024;

  /** isa-debug-exit makes QEMU exit with twice what the guest wrote, plus 1. */
  private static final int EXIT_BY_GUEST = 1;

  private Guest() {}

  /**
   * One boot.
   *
   * @param line takes what the runner prints
   * @throws MissingTool when QEMU or a compiler is missing, or the guest does not come to its end
   */
  public static void run(
      Debian.KernelImage kernel, Path runner, String input, Duration limit, Consumer<String> line)
      throws IOException {
    Path init = Compiler.compile("init", Resources.text("init.c"));
    Initramfs ram = new Initramfs().folder("proc").folder("sys").folder("dev").folder("tmp");
    ram.folder("modules");
    for (Path module : kernel.modules()) {
      ram.file("modules/" + module.getFileName(), Files.readAllBytes(module));
    }
    ram.file("init", Files.readAllBytes(init));
    ram.file("cowherd", Files.readAllBytes(runner));
    ram.file("programs", input.getBytes(StandardCharsets.UTF_8));
    Path image = Files.createTempFile("cowherd", ".initramfs");
    try {
      Files.write(image, ram.compressed());
      boot(kernel, image, limit, line);
    } finally {
      Files.deleteIfExists(image);
    }
  }

  private static List<String> command(Debian.KernelImage kernel, Path image) {
    return List.of(
        "qemu-system-x86_64",
        "-accel", "tcg",
        "-cpu", "max",
        "-m", String.valueOf(MEMORY_MIB),
        "-nographic",
        "-nodefaults",
        "-no-reboot",
        "-serial", "stdio",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
        "-kernel", kernel.image().toString(),
        "-initrd", image.toString(),
        "-append", "console=ttyS0 quiet panic=-1 proc_mem.force_override=always");
  }

  private static void boot(
      Debian.KernelImage kernel, Path image, Duration limit, Consumer<String> line)
      throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command(kernel, image))
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new MissingTool(
          "there is no qemu-system-x86_64 on the PATH", "install the package qemu-system-x86");
    }
    Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    Thread watch =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    boolean inside = false;
    boolean ended = false;
    List<String> outside = new ArrayList<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        String clean = text.replace("\r", "");
        if (clean.contains(BEGIN)) {
          inside = true;
        } else if (clean.startsWith(END)) {
          inside = false;
          ended = true;
        } else if (inside) {
          line.accept(clean);
        } else {
          outside.add(clean);
        }
      }
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
      watch.interrupt();
      HostRun.removeHook(killer);
    }
    if (!ended || process.exitValue() != EXIT_BY_GUEST) {
      String last = outside.isEmpty() ? "it printed nothing" : outside.getLast();
      throw new MissingTool(
          "the guest with kernel " + kernel.release() + " did not come to its end within "
              + limit.toSeconds() + " s: " + last,
          "");
    }
  }
}
