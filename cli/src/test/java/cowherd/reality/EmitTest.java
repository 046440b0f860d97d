package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.CSource;
import cowherd.emit.Carried;
import cowherd.emit.KnownAnswers;
import cowherd.emit.KnownAnswers.Row;
import cowherd.emit.Runner;
import cowherd.emit.Trial.Answer;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.reality.Conformance.Executor;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Emitted programs compile without a warning, answer as the runner does, and end when told to. */
class EmitTest {
  private static final List<String> TESTS =
      List.of(
          "seeds/unmap-takeover",
          "seeds/umap-evict-buffered",
          "seeds/swap-out-takeover",
          "uffd/close-lets-go",
          "uffd-events/child-events-wp",
          "hugetlb/pin-then-fork",
          "thp/mprotect-half",
          "vma/mprotect-locked");

  /** It sleeps in the kernel for userfaultfd. */
  private static final String SLEEPER = "uffd/close-lets-go";

  /** The last of its schedules gets a false answer. */
  private static final String FALSIFIED = "seeds/unmap-takeover";

  private static final List<String> OPTIONS =
      List.of("-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-static", "-pthread");
  private static final int NOBODY = 65_534;
  private static final int FAILED = 1;
  private static final int NOTHING_RUN = 4;
  private static final int SIGTERM_STATUS = 128 + 15;
  private static final int SIGKILL_STATUS = 128 + 9;
  private static final int MANY = 3_000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern RESULT =
      Pattern.compile("(ok|not ok) (\\d+) (\\S+) schedule (\\d+)(?: # SKIP (.*))?");
  private static final String OUTCOME = "# outcome: ";

  @TempDir static Path folder;
  private static final Map<String, Plan> PLANS = new TreeMap<>();

  /** What a program has printed, and its exit status. */
  private record Ran(int status, List<String> lines) {
    List<Matcher> results() {
      return lines.stream().map(RESULT::matcher).filter(Matcher::matches).toList();
    }

    /** Outcome by schedule; a skipped one has none. */
    Map<Integer, String> outcomes() {
      Map<Integer, String> outcomes = new TreeMap<>();
      String outcome = "";
      for (String line : lines) {
        Matcher result = RESULT.matcher(line);
        if (line.startsWith(OUTCOME)) {
          outcome = line.substring(OUTCOME.length());
        } else if (result.matches() && result.group(5) == null) {
          outcomes.put(Integer.parseInt(result.group(4)), outcome);
        }
      }
      return outcomes;
    }
  }

  @BeforeAll
  static void compileAll() throws IOException {
    Machines.host();
    need("gcc");
    Kernel newest = KernelLibrary.builtIn().get(KernelLibrary.builtIn().releases().getLast());
    Path library = Machines.folder().resolve("litmus");
    for (String name : TESTS) {
      Path file = library.resolve(name + ".litmus");
      var test = LitmusParser.parse(name, Files.readString(file)).tests().getFirst();
      PLANS.put(name, Conformance.plan(test, newest, 16));
    }
    // nobody runs them too
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Plan plan = plan(FALSIFIED);
    List<Row> known = known(plan);
    Map<String, String> sources = new TreeMap<>(Map.of("runner", Runner.source()));
    PLANS.forEach((name, p) -> sources.put(name, source(p, known(p))));
    sources.put("falsified", source(plan, falsify(known, plan.schedules().size() - 1)));
    sources.put("stopped", endless(plan(SLEEPER)));
    sources.entrySet().stream().parallel().forEach(e -> compile(e.getKey(), e.getValue()));
  }

  private static List<Row> falsify(List<Row> known, int schedule) {
    return known.stream()
        .map(row ->
            row.schedule() == schedule ? new Row(row.from(), row.before(), schedule, "r=77") : row)
        .toList();
  }

  private static String endless(Plan plan) {
    List<List<Integer>> many =
        Collections.nCopies(MANY, plan.schedules()).stream().flatMap(List::stream).toList();
    return CSource.of((Carried.Runnable) plan.carried(), many, List.of(), false);
  }

  @Test
  void gccHasNothingToSay() throws IOException {
    for (String name : TESTS) {
      assertThat(Files.readString(file(name, ".log"))).as(name).isEmpty();
    }
    assertThat(Files.readString(file("runner", ".log"))).isEmpty();
  }

  @Test
  void clangHasNothingToSay() throws IOException {
    need("clang");
    List<String> command = new ArrayList<>(List.of("clang", "-fsyntax-only"));
    command.addAll(OPTIONS.stream().filter(o -> !o.equals("-static")).toList());
    command.add(file("runner", ".c").toString());
    TESTS.forEach(name -> command.add(file(name, ".c").toString()));
    assertThat(run(command)).isEqualTo(new Ran(0, List.of()));
  }

  @Test
  void theyAnswerAsTheRunnerDoes() throws IOException {
    Executor host = Machines.host();
    Kernel model = KernelLibrary.builtIn().get(HostModel.choose(host).name());
    int compared = 0;
    for (Result result : Conformance.run(List.copyOf(PLANS.values()), model, host)) {
      String name = name(result.plan());
      Ran ran = run(List.of(program(name)));
      check(ran, result.plan());
      for (Map.Entry<Integer, String> seen : ran.outcomes().entrySet()) {
        if (result.tried().get(seen.getKey()).answer()
            instanceof Answer.Agrees(String outcome, _, _)) {
          String pattern = Pattern.quote(seen.getValue()).replace("=?", "=\\E\\S+\\Q");
          assertThat(outcome).as(name + " " + seen.getKey()).matches(pattern);
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void nobodyCanRunThem() throws IOException {
    List<String> nobody = asNobody();
    int passed = 0;
    for (Map.Entry<String, Plan> e : PLANS.entrySet()) {
      Ran ran = run(Stream.concat(nobody.stream(), Stream.of(program(e.getKey()))).toList());
      check(ran, e.getValue());
      passed += ran.outcomes().size();
    }
    assertThat(passed).isPositive();
  }

  @Test
  void aFalseAnswerIsFoundOut() throws IOException {
    Plan plan = plan(FALSIFIED);
    int last = plan.schedules().size() - 1;
    Ran ran = run(List.of(program("falsified")));
    assertThat(ran.status()).as(ran.toString()).isEqualTo(FAILED);
    assertThat(ran.lines()).filteredOn(line -> line.startsWith("not ok")).hasSize(1);
    int failed = ran.lines().indexOf("not ok " + (last + 1) + " unmap-takeover schedule " + last);
    assertThat(failed).as(ran.toString()).isPositive();
    var threads = ((Carried.Runnable) plan.carried()).test().program().threads();
    StringBuilder schedule = new StringBuilder("# schedule:");
    plan.schedules().getLast().forEach(t -> schedule.append(' ').append(threads.get(t).name()));
    List<String> before = ran.lines().subList(0, failed);
    assertThat(before.stream().filter(line -> line.startsWith("# schedule:")).toList().getLast())
        .isEqualTo(schedule.toString());
    assertThat(before.getLast()).startsWith("# known for").endsWith("r=77");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void nothingIsLeftWhenItIsStopped(String signal) throws Exception {
    String name = "stopped";
    Path output = file(name, ".ktap");
    Process process =
        new ProcessBuilder(program(name))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      await(() -> results(output).findAny().isPresent());
      String skipped = results(output).findFirst().orElseThrow().group(5);
      Assumptions.assumeTrue(skipped == null, () -> "skipped: no " + skipped);
      await(() -> processes(name).size() > 1);
      if (signal.equals("TERM")) {
        process.destroy();
      } else {
        process.destroyForcibly();
      }
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue())
        .isEqualTo(signal.equals("TERM") ? SIGTERM_STATUS : SIGKILL_STATUS);
    await(() -> processes(name).isEmpty());
  }

  // ---- programs -------------------------------------------------------------------------------

  private static void check(Ran ran, Plan plan) {
    assertThat(ran.lines()).first().isEqualTo("KTAP version 1");
    assertThat(ran.lines()).element(1).isEqualTo("1.." + plan.schedules().size());
    assertThat(ran.results()).as(ran.toString()).hasSameSizeAs(plan.schedules());
    assertThat(ran.results())
        .allSatisfy(result -> {
          assertThat(result.group(1)).as(ran.toString()).isEqualTo("ok");
          assertThat(result.group(5)).isNotEqualTo("");
        });
    assertThat(ran.status())
        .as(ran.toString())
        .isEqualTo(ran.outcomes().isEmpty() ? NOTHING_RUN : 0);
  }

  private static Plan plan(String name) {
    return Objects.requireNonNull(PLANS.get(name));
  }

  private static String name(Plan plan) {
    return PLANS.entrySet().stream()
        .filter(e -> e.getValue().equals(plan))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private static List<Row> known(Plan plan) {
    return KnownAnswers.of(((Carried.Runnable) plan.carried()).test(), plan.schedules());
  }

  private static String source(Plan plan, List<Row> known) {
    return CSource.of((Carried.Runnable) plan.carried(), plan.schedules(), known, true);
  }

  private static Path file(String name, String suffix) {
    return folder.resolve(CSource.fileName(name) + suffix);
  }

  private static String program(String name) {
    return file(name, "").toString();
  }

  private static void compile(String name, String source) {
    try {
      Files.writeString(file(name, ".c"), source);
      List<String> command = new ArrayList<>(List.of("gcc"));
      command.addAll(OPTIONS);
      command.addAll(List.of("-o", program(name), file(name, ".c").toString()));
      Files.write(file(name, ".log"), run(command).lines());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Ran run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = reader.lines().toList();
      return new Ran(process.waitFor(), lines);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void need(String tool) {
    try {
      run(List.of(tool, "--version"));
    } catch (IOException _) {
      Assumptions.abort("skipped: there is no " + tool);
    }
  }

  /** What starts a command without privilege. */
  private static List<String> asNobody() throws IOException {
    if (run(List.of("id", "-u")).lines().equals(List.of("0"))) {
      need("setpriv");
      List<String> command =
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
      List<String> list =
          Stream.concat(command.stream(), Stream.of(program(TESTS.getFirst()), "--list")).toList();
      Assumptions.assumeTrue(run(list).status() == 0, "skipped: nobody cannot reach " + folder);
      return command;
    }
    return List.of();
  }

  private static Stream<Matcher> results(Path output) throws IOException {
    return Files.readAllLines(output).stream().map(RESULT::matcher).filter(Matcher::matches);
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    Instant limit = Instant.now().plus(PATIENCE);
    while (!condition.call()) {
      assertThat(Instant.now()).isBefore(limit);
      Thread.sleep(2);
    }
  }

  /** The processes that run a program. */
  private static List<ProcessHandle> processes(String name) {
    Path program = Path.of(program(name));
    return ProcessHandle.allProcesses()
        .filter(p -> {
          try {
            return Files.readSymbolicLink(Path.of("/proc/" + p.pid() + "/exe")).equals(program);
          } catch (IOException _) {
            return false;
          }
        })
        .toList();
  }
}
