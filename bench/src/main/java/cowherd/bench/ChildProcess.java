package cowherd.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that has run to its end.
 *
 * @param status its exit status
 * @param output its output and errors
 * @param cpuSeconds user and system time of all its threads; 0 where there is no /proc
 * @param peakMegabytes its largest resident set; 0 where there is no /proc
 * @param othersCpus how many processors others kept busy meanwhile
 */
record ChildProcess(
    int status, String output, double cpuSeconds, double peakMegabytes, double othersCpus) {
  private static final int POLL_MILLISECONDS = 4;
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s*(\\d+) kB");

  /** Runs a command in a directory and waits for it; nothing else may run children meanwhile. */
  static ChildProcess run(Path directory, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    long machine = Measure.machineCpuMilliseconds();
    long children = Measure.childrenCpuMilliseconds();
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    long peak = 0;
    do {
      peak = Math.max(peak, peakKilobytes(process.pid()));
    } while (!process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS));
    double wall = (System.nanoTime() - begin) / 1e6;
    double own = Measure.childrenCpuMilliseconds() - children;
    double others = Measure.machineCpuMilliseconds() - machine - own;
    String text = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    return new ChildProcess(
        process.exitValue(), text, own / 1e3, peak / 1024.0, Math.max(0, others / wall));
  }

  /** The same for a command that must succeed. */
  static ChildProcess require(Path directory, List<String> command)
      throws IOException, InterruptedException {
    ChildProcess done = run(directory, command);
    if (done.status != 0) {
      throw new IOException(
          String.join(" ", command) + "\nends with status " + done.status + ":\n" + done.output);
    }
    return done;
  }

  private static long peakKilobytes(long pid) throws IOException {
    try {
      Matcher matcher = PEAK.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
      return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      return 0; // the process has just ended
    }
  }
}
