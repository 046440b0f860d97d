package cowherd.bench;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/**
 * Whole processes: {@code ./cowherd check} of one file on one kernel, and a JVM that says hello,
 * one after the other in turn. The launcher builds, and makes its AOT cache, before it is measured.
 */
final class ProcessTime {
  private static final String FILE = "litmus/seeds/unmap-takeover.litmus";
  private static final String KERNEL = "v5.7";
  private static final int AIM_MILLISECONDS = 300;
  private static final int RUNS = 21;
  private static final int STATUS_UNEXPECTED = 1;

  private ProcessTime() {}

  /** A command and what its runs took. */
  private static final class Timed {
    private final String name;
    private final ProcessBuilder process;
    private final double[] wall = new double[RUNS];
    private long cpu;

    Timed(String name, Path root, List<String> command) {
      this.name = name;
      this.process =
          new ProcessBuilder(command)
              .directory(root.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD);
    }

    int run() throws IOException, InterruptedException {
      return process.start().waitFor();
    }

    void measure(int run) throws IOException, InterruptedException {
      long before = Measure.childrenCpuMilliseconds();
      long begin = System.nanoTime();
      run();
      wall[run] = (System.nanoTime() - begin) / 1e6;
      cpu += Measure.childrenCpuMilliseconds() - before;
    }

    @Override
    public String toString() {
      return String.format(
          "  %-44s %6.0f %6.0f %9.0f",
          name, Measure.median(wall), Measure.least(wall), (double) cpu / RUNS);
    }
  }

  static void print(Path root) throws IOException, InterruptedException {
    System.out.printf(
        "Whole processes in turn, %d runs each, ms; aim for the first: under %d idle (%s)%n",
        RUNS, AIM_MILLISECONDS, Measure.load());
    Timed check =
        new Timed(
            "./cowherd check FILE --kernel " + KERNEL,
            root,
            List.of("./cowherd", "check", FILE, "--kernel", KERNEL));
    Timed help = new Timed("./cowherd --version", root, List.of("./cowherd", "--version"));
    Timed hello = new Timed("JVM hello world, CDS, SerialGC", root, hello(root));
    int status = check.run();
    if (status > STATUS_UNEXPECTED) {
      System.out.println("  not measured: " + check.name + " ends with status " + status);
      return;
    }
    for (int run = 0; run < RUNS; run++) {
      check.measure(run);
      help.measure(run);
      hello.measure(run);
    }
    System.out.printf("  %-44s %6s %6s %9s%n", "", "median", "least", "cpu mean");
    List.of(check, help, hello).forEach(System.out::println);
    System.out.printf(
        "  %.1f times hello world; afterwards %s%n",
        Measure.median(check.wall) / Measure.median(hello.wall), Measure.load());
  }

  private static List<String> hello(Path root) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-cp",
        root.resolve("bench/target/classes").toString(),
        Hello.class.getName());
  }
}
