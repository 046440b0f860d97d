package cowherd.reality;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Compiles C programs, and keeps what it has compiled. */
public final class Compiler {
  private static final int COMPILE_LIMIT_S = 60;
  private static final int MESSAGE_LINES_MAX = 10;
  private static final List<String> OPTIONS =
      List.of("-std=gnu11", "-O1", "-Wall", "-Wextra", "-static", "-pthread");

  private Compiler() {}

  /** The folder in which things are kept that can be made again. */
  public static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isEmpty()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("cowherd");
  }

  /**
   * The static program of a source; compiled when the cache has it not.
   *
   * @throws MissingTool when there is no C compiler, or it refuses the source
   */
  public static Path compile(String name, String source) {
    Path folder = cache().resolve("bin");
    Path program = folder.resolve(name + "-" + hash(source));
    if (Files.isExecutable(program)) {
      return program;
    }
    try {
      Files.createDirectories(folder);
      Path text = Files.createTempFile(folder, name, ".c");
      Path made = Files.createTempFile(folder, name, ".new");
      try {
        Files.writeString(text, source);
        run(text, made);
        Files.move(made, program, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(text);
        Files.deleteIfExists(made);
      }
      return program;
    } catch (IOException e) {
      throw new MissingTool(
          "the cache `" + folder + "` cannot be written: " + e.getMessage(),
          "set XDG_CACHE_HOME to a folder that can");
    }
  }

  private static void run(Path source, Path program) throws IOException {
    String compiler = find();
    java.util.ArrayList<String> command = new java.util.ArrayList<>(List.of(compiler));
    command.addAll(OPTIONS);
    command.addAll(List.of("-o", program.toString(), source.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(COMPILE_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        List<String> lines = output.lines().limit(MESSAGE_LINES_MAX).toList();
        throw new MissingTool(
            compiler + " does not compile the test program:\n" + String.join("\n", lines),
            "it needs a C library that can be linked statically, and Linux headers (libc6-dev)");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new MissingTool("the compiler was interrupted", "");
    }
  }

  private static String find() {
    String path = System.getenv("PATH");
    for (String name : List.of("gcc", "clang", "cc")) {
      for (String folder : (path == null ? "" : path).split(":")) {
        if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
          return name;
        }
      }
    }
    throw new MissingTool(
        "there is no C compiler on the PATH", "install gcc (Debian: gcc and libc6-dev)");
  }

  private static String hash(String source) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] bytes = digest.digest((OPTIONS + source).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
