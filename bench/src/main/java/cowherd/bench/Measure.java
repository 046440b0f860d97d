package cowherd.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clocks, medians and the load of the machine. */
final class Measure {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Fields 16 and 17 of /proc/self/stat, counted after the name: cutime and cstime, in ticks. */
  private static final Pattern CHILDREN_CPU =
      Pattern.compile("\\) \\S+(?: \\S+){12} (\\d+) (\\d+) ");

  private static final int MILLISECONDS_PER_TICK = 10;

  private Measure() {}

  /** CPU time of the calling thread, nanoseconds: what a busy machine does not lengthen. */
  static long threadCpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** CPU time of this process, collector and compiler included, nanoseconds. */
  static long processCpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  /** User and system time of the children that have ended; 0 where there is no /proc. */
  static long childrenCpuMilliseconds() throws IOException {
    Path stat = Path.of("/proc/self/stat");
    if (!Files.isReadable(stat)) {
      return 0;
    }
    Matcher fields = CHILDREN_CPU.matcher(Files.readString(stat));
    return fields.find()
        ? (Long.parseLong(fields.group(1)) + Long.parseLong(fields.group(2)))
            * MILLISECONDS_PER_TICK
        : 0;
  }

  /** CPU time that the whole machine has spent since it started; 0 where there is no /proc. */
  static long machineCpuMilliseconds() throws IOException {
    Path stat = Path.of("/proc/stat");
    if (!Files.isReadable(stat)) {
      return 0;
    }
    // cpu user nice system idle iowait irq softirq steal
    String[] fields = Files.readAllLines(stat).getFirst().trim().split(" +");
    long ticks = 0;
    for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
      ticks += i < fields.length ? Long.parseLong(fields[i]) : 0;
    }
    return ticks * MILLISECONDS_PER_TICK;
  }

  /** How busy the machine is: every printed figure is to be read beside it. */
  static String load() {
    double average = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return String.format("load average %.1f", average);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static double least(double[] values) {
    return Arrays.stream(values).min().orElse(Double.NaN);
  }

  static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
