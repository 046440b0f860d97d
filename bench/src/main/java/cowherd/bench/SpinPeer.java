package cowherd.bench;

import cowherd.free.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Spin on {@code cowherd.pml}. What is measured is its best complete variant: depth first, safety
 * only, without the partial-order reduction, which finds nothing to leave out here. Levels come
 * from a breadth-first run before, which also says how large the hash table should be.
 *
 * <p>Spin counts more than there is: the state in which no page table is set up, the steps that set
 * them up (one for each initial state), and the first state as a transition.
 */
final class SpinPeer implements Peer {
  private static final List<String> GCC = List.of("gcc", "-O3", "-march=native", "-w");
  private static final List<String> COMPLETE = List.of("-DSAFETY", "-DNOREDUCE");
  private static final int MEMORY_MAX_MB = 7500;
  private static final int SLOTS_LOG_GUESS = 22;
  private static final int SLOTS_LOG_LEAST = 18;
  private static final int SLOTS_LOG_MOST = 27;
  private static final int DEPTH_FIRST_GUESS = 3_000_000;
  private static final Pattern STATES = Pattern.compile("(\\d+) states, stored");
  private static final Pattern TRANSITIONS = Pattern.compile("(\\d+) transitions");
  private static final Pattern DEPTH = Pattern.compile("depth reached (\\d+), errors: 0");

  private final Path directory;
  private final PeerRow row;
  private final Counts levels;
  private final List<String> pan;

  /**
   * Generates and compiles both verifiers, and counts.
   *
   * @param directory an empty directory to work in
   */
  SpinPeer(Path model, PeerRow row, Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.row = row;
    Files.copy(model, directory.resolve("cowherd.pml"));
    compile("levels", List.of("-DLEVELS"), List.of("-DBFS"));
    compile("depth", List.of(), List.of());
    ChildProcess first = require(List.of("./levels", "-E", "-w" + SLOTS_LOG_GUESS));
    this.levels = counts(first.output(), depth(first.output()));
    int slots = 64 - Long.numberOfLeadingZeros(levels.states());
    String table = "-w" + Math.clamp(slots, SLOTS_LOG_LEAST, SLOTS_LOG_MOST);
    ChildProcess second = require(List.of("./depth", "-E", table, "-m" + DEPTH_FIRST_GUESS));
    this.pan = List.of("./depth", "-E", table, "-m" + (depth(second.output()) + 1));
  }

  private void compile(String name, List<String> defines, List<String> options)
      throws IOException, InterruptedException {
    List<String> spin = new ArrayList<>(List.of("spin", "-o2"));
    spin.addAll(row.spin());
    spin.addAll(defines);
    spin.addAll(List.of("-a", "cowherd.pml"));
    ChildProcess.require(directory, spin);
    Path generated = directory.resolve("pan.c");
    // large counts would be rounded
    Files.writeString(generated, Files.readString(generated).replace("%9.8g", "%9.0f"));
    List<String> gcc = new ArrayList<>(GCC);
    gcc.addAll(COMPLETE);
    gcc.addAll(options);
    gcc.addAll(List.of("-DMEMLIM=" + MEMORY_MAX_MB, "-o", name, "pan.c"));
    ChildProcess.require(directory, gcc);
  }

  private ChildProcess require(List<String> command) throws IOException, InterruptedException {
    ChildProcess done = ChildProcess.require(directory, command);
    if (!DEPTH.matcher(done.output()).find() || done.output().contains("Search not completed")) {
      throw new IOException("Spin has not searched everything:\n" + done.output());
    }
    return done;
  }

  private Counts counts(String output, int depth) {
    long states = number(STATES, output) - 1;
    long transitions = number(TRANSITIONS, output) - 1 - row.initialStates();
    return new Counts(states, transitions, depth, 0, 0);
  }

  private static int depth(String output) {
    return Math.toIntExact(number(DEPTH, output));
  }

  private static long number(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IllegalArgumentException("SpinPeer: no " + pattern + " in:\n" + output);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** The counts of the breadth-first run. */
  Counts counts() {
    return levels;
  }

  @Override
  public String name() {
    return "Spin";
  }

  @Override
  public Sample run() throws IOException, InterruptedException {
    ChildProcess done = require(pan);
    return new Sample(counts(done.output(), levels.levels()), done);
  }
}
