package cowherd.cli;

import cowherd.emit.Runner;
import cowherd.emit.Trial.Answer;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Campaign;
import cowherd.reality.Compiler;
import cowherd.reality.Conformance;
import cowherd.reality.Conformance.Executor;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import cowherd.reality.ConformanceReport;
import cowherd.reality.ConformanceReport.Counts;
import cowherd.reality.Debian;
import cowherd.reality.Guest;
import cowherd.reality.HostModel;
import cowherd.reality.HostRun;
import cowherd.reality.MissingTool;
import cowherd.reality.Recording;
import cowherd.reality.StressReport;
import cowherd.reality.StressRun;
import cowherd.reality.Survivor;
import cowherd.report.KernelColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd run}: tests on a real kernel, compared with the model of that kernel. */
final class RunCommand implements Command {
  private static final int SCHEDULES_DEFAULT = 64;
  private static final int SCHEDULES_MAX = 1_000_000;
  private static final int REPEAT_MAX = 10_000;

  /** Longest run of a guest. */
  private static final Duration GUEST_LIMIT = Duration.ofMinutes(30);

  private static final int RANDOM_MAX = 1_000_000_000;

  /** Options about schedules, which neither free runs nor random programs have. */
  private static final List<String> ORDERED = List.of("--record", "--repeat", "--show");

  private static final int STRESS_MAX = 1_000_000;
  private static final int STRESS_SECONDS_DEFAULT = 10;
  private static final int STRESS_SECONDS_MAX = 3_600;

  /** Longest run of a guest with --stress. */
  private static final Duration STRESS_GUEST_LIMIT = Duration.ofHours(6);

  @Override
  public CommandSpec spec() {
    Usage usage =
        Usage.of(this, "run", "Run tests on a real kernel and compare with the model")
            .description(
                "Compiles a C program, and with it runs every schedule (order of calls) of every"
                    + " test on this machine's kernel. After each call, results, sleeping threads and"
                    + " page tables are compared with what the model of this kernel allows.")
            .parameters("FILE_or_DIR", "0..*", "Tests, and folders with *.litmus files below them.")
            .value(
                "-k --kernel",
                "K",
                "The model to compare with: a name, release or path (default: by the release of the"
                    + " kernel, and by what it answers to probes).")
            .value(
                "--schedules",
                "N",
                "Most schedules of a test (default "
                    + SCHEDULES_DEFAULT
                    + "); those that differ only"
                    + " in calls that commute are one.")
            .value("--repeat", "N", "Run each schedule N times (default 1).")
            .flag("--show", "Also print what the kernel did after each call, and how often.")
            .value(
                "--stress",
                "N",
                "Let all threads of a test run freely instead, N times (at most %,d): races inside of"
                        .formatted(STRESS_MAX)
                    + " calls.")
            .value(
                "--stress-seconds",
                "S",
                "With --stress: after so long a test begins no further run (default "
                    + STRESS_SECONDS_DEFAULT
                    + ").")
            .value("--random", "N", "Run N random programs instead, one schedule each.")
            .value("--seed", "S", "Which random programs (default 1).")
            .value(
                "--qemu",
                "KERNEL",
                "Run in QEMU on another kernel: a name that `cowherd kernels fetch` knows, a release in"
                    + " its list, or the path of a bootable image.")
            .flag("--kvm", "With --qemu: let this machine's processor run the guest, not QEMU.")
            .value(
                "--record",
                "FILE",
                "Also write what the kernel answered to a new file, as observations that"
                    + " `cowherd check` compares with models.")
            .flag("--json", "Print JSON lines, an object for each schedule.");
    return LookOptions.describe(usage)
        .footer(
            "",
            "Examples:",
            "  cowherd run litmus/seeds",
            "  cowherd run litmus --schedules 1000",
            "  cowherd run --show --repeat 40 my.litmus       what happens, and how often?",
            "  cowherd run litmus --qemu 5.10",
            "  cowherd run litmus --record litmus/observed/mine.observed",
            "  cowherd run --stress 2000 litmus/pins",
            "  cowherd run --random 10000",
            "  cowherd run --random 10000 --kernel v5.9      a wrong model: what is the difference?",
            "",
            "Root sees more: frames, PG_anon_exclusive, swap. Without it, what is missing is said.",
            "",
            "Exit status: 0 the kernel did nothing that the model forbids; 1 it did; 2 wrong usage or",
            "a mistake in a file; 4 nothing could be tried; 69 a compiler or another thing is missing, or the",
            "guest died: what it answered before is reported.")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    boolean random = arguments.has("--random");
    if (random != arguments.parameters().isEmpty()) {
      throw new UserError(
          random ? "--random makes its programs itself" : "which tests?",
          "`cowherd run litmus/seeds`, or `cowherd run --random 1000`");
    }
    if (random || arguments.has("--stress")) {
      ORDERED.stream()
          .filter(arguments::has)
          .findFirst()
          .ifPresent(option -> {
            throw new UserError(
                option + " is for tests that are run call by call",
                "`cowherd run litmus/seeds " + option + "`, without --random or --stress");
          });
    }
    Optional<Path> record = arguments.value("--record").map(RunCommand::newFile);
    if (arguments.has("--stress") && (random || arguments.has("--schedules"))) {
      throw new UserError(
          "--stress has no schedules, and runs tests", "`cowherd run --stress 1000 litmus/pins`");
    }
    if (arguments.has("--stress-seconds") && !arguments.has("--stress")) {
      throw new UserError(
          "--stress-seconds is for --stress",
          "`cowherd run --stress 1000 --stress-seconds 60 litmus/pins`");
    }
    if (arguments.has("--kvm") && !arguments.has("--qemu")) {
      throw new UserError("--kvm is for a guest", "`cowherd run --qemu 6.12 --kvm litmus/seeds`");
    }
    try {
      Path runner = Compiler.compile("runner", Runner.source());
      Optional<Guest> guest = guest(arguments);
      Executor executor =
          guest.isPresent()
              ? (input, line) -> guest.get().run(runner, input, line)
              : (input, line) -> HostRun.run(runner, input, line);
      KernelColumn column = column(terminal, arguments, executor);
      if (arguments.has("--stress")) {
        return stress(terminal, arguments, column, executor);
      }
      return random
          ? random(terminal, arguments, column, executor)
          : tests(terminal, arguments, column, executor, record);
    } catch (MissingTool e) {
      terminal.complain("cowherd: " + new UserError(e.getMessage() + "", e.advice()).text());
      return ExitStatus.UNAVAILABLE;
    } catch (IOException e) {
      terminal.complain("cowherd: the runner cannot be started: " + e.getMessage() + "\n");
      return ExitStatus.UNAVAILABLE;
    }
  }

  private static Optional<Guest> guest(Arguments arguments) {
    Guest.Processor processor =
        arguments.has("--kvm") ? Guest.Processor.KVM : Guest.Processor.EMULATED;
    boolean stress = arguments.has("--stress");
    Duration limit = stress ? STRESS_GUEST_LIMIT : GUEST_LIMIT;
    return arguments
        .value("--qemu")
        .map(name -> new Guest(image(name), processor, limit, stress ? 2 : 1));
  }

  private static Debian.KernelImage image(String name) {
    if (KernelLibrary.isPath(name) || Files.isRegularFile(Path.of(name))) {
      Path file = Path.of(name);
      if (!Files.isReadable(file)) {
        throw new MissingTool("there is no kernel image `" + name + "`", "");
      }
      return new Debian.KernelImage(name, name, file, List.of());
    }
    return Debian.cached(name)
        .orElseThrow(() ->
            new MissingTool(
                "the kernel `" + name + "` is not in the cache",
                Debian.canFetch(name)
                    ? "`cowherd kernels fetch " + name + "` downloads it"
                    : "fetched can be " + String.join(", ", Debian.names())));
  }

  private static KernelColumn column(Terminal terminal, Arguments arguments, Executor executor)
      throws IOException {
    Optional<String> asked = arguments.value("--kernel");
    if (asked.isPresent()) {
      return KernelChoice.one(asked.get());
    }
    HostModel.Choice choice = HostModel.choose(executor);
    if (!arguments.has("--json")) {
      terminal.print(
          "Kernel %s, compared with %s (%s).\n"
              .formatted(choice.release(), choice.name(), choice.because()));
    }
    return KernelChoice.one(choice.name());
  }

  private static Path newFile(String name) {
    Path file = Path.of(name).toAbsolutePath();
    if (Files.exists(file)) {
      throw new UserError(
          "`" + name + "` is there already", "another name: a recording replaces nothing");
    }
    if (file.getParent() == null || !Files.isWritable(file.getParent())) {
      throw new UserError(
          "`" + name + "` cannot be written", "a folder that is there and may be written to");
    }
    return file;
  }

  /** What speaks for a kernel in a recording: a name, or a path from the recording's folder. */
  private static String speaker(Arguments arguments, Kernel model, Path recording) {
    Optional<String> asked = arguments.value("--kernel").filter(KernelLibrary::isPath);
    if (asked.isEmpty()) {
      return model.name();
    }
    Path folder = recording.getParent();
    Path file = Path.of(asked.get()).toAbsolutePath().normalize();
    return folder == null ? file.toString() : "./" + folder.normalize().relativize(file);
  }

  private static ExitStatus tests(
      Terminal terminal,
      Arguments arguments,
      KernelColumn column,
      Executor executor,
      Optional<Path> record)
      throws IOException {
    int most = (int) arguments.number("--schedules", SCHEDULES_DEFAULT, 1, SCHEDULES_MAX);
    int times = (int) arguments.number("--repeat", 1, 1, REPEAT_MAX);
    TestFiles found = TestFiles.read(arguments.parameters());
    terminal.complain(found.mistakes());
    List<LitmusTest> tests = found.tests();
    Kernel model = column.kernel();
    List<Plan> plans =
        tests.stream()
            .parallel()
            .map(test -> Conformance.plan(test, model, most).repeated(times))
            .toList();
    Survivor survivor = new Survivor(executor);
    List<Result> results = Conformance.run(plans, model, survivor);
    ConformanceReport report = new ConformanceReport(model, LookOptions.look(terminal, arguments));
    if (arguments.has("--show") && !arguments.has("--json")) {
      terminal.print(report.histories(results));
    }
    terminal.print(arguments.has("--json") ? report.json(results) : report.text(results));
    if (record.isPresent()) {
      String how = arguments.has("--qemu") ? "QEMU" : "this machine";
      Files.writeString(
          record.get(),
          Recording.text(results, how, speaker(arguments, model, record.get())),
          StandardOpenOption.CREATE_NEW);
    }
    Counts counts = Counts.of(results);
    return status(terminal, counts.agree(), counts.disagree(), survivor, found);
  }

  private static ExitStatus status(
      Terminal terminal, int agree, int disagree, Survivor survivor, TestFiles found) {
    survivor.death().ifPresent(death -> terminal.complain("cowherd: " + death.getMessage() + "\n"));
    ExitStatus tried = agree == 0 ? ExitStatus.OUT_OF_MODEL : ExitStatus.OK;
    return (disagree > 0 ? ExitStatus.NOT_AS_EXPECTED : tried)
        .and(survivor.death().isPresent() ? ExitStatus.UNAVAILABLE : ExitStatus.OK)
        .and(found.filesWithMistakes() > 0 ? ExitStatus.USAGE : ExitStatus.OK);
  }

  private static ExitStatus stress(
      Terminal terminal, Arguments arguments, KernelColumn column, Executor executor)
      throws IOException {
    int repetitions = (int) arguments.number("--stress", 1, 1, STRESS_MAX);
    int seconds =
        (int) arguments.number("--stress-seconds", STRESS_SECONDS_DEFAULT, 1, STRESS_SECONDS_MAX);
    TestFiles found = TestFiles.read(arguments.parameters());
    terminal.complain(found.mistakes());
    Survivor survivor = new Survivor(executor);
    List<StressRun.Result> results =
        new StressRun(column.kernel(), repetitions, Duration.ofSeconds(seconds))
            .run(found.tests(), survivor);
    StressReport report =
        new StressReport(column.kernel(), LookOptions.look(terminal, arguments), repetitions);
    terminal.print(arguments.has("--json") ? report.json(results) : report.text(results));
    StressReport.Counts counts = StressReport.Counts.of(results);
    return status(terminal, counts.agree(), counts.disagree(), survivor, found);
  }

  // ---- random programs ------------------------------------------------------------------------

  private static ExitStatus random(
      Terminal terminal, Arguments arguments, KernelColumn column, Executor executor)
      throws IOException {
    int count = (int) arguments.number("--random", 1, 1, RANDOM_MAX);
    long seed = arguments.number("--seed", 1, 0, Integer.MAX_VALUE);
    long begin = System.nanoTime();
    Campaign.Outcome outcome = new Campaign(column.kernel(), executor).run(count, seed, done -> {});
    ConformanceReport report =
        new ConformanceReport(column.kernel(), LookOptions.look(terminal, arguments));
    outcome
        .smallest()
        .ifPresent(smallest -> {
          terminal.print(smallest.text() + "\n");
          smallest.result().tried().stream()
              .filter(tried -> tried.answer() instanceof Answer.Disagrees)
              .forEach(tried ->
                  terminal.print(
                      report.disagreement(
                              smallest.result().plan(), tried, (Answer.Disagrees) tried.answer())
                          + "\n"));
        });
    terminal.print(
        "%,d random programs from seed %d: %,d agree, %,d disagree, %,d not tried; %.1f s\n"
            .formatted(
                outcome.agree() + outcome.disagree() + outcome.notTried(),
                seed,
                outcome.agree(),
                outcome.disagree(),
                outcome.notTried(),
                (System.nanoTime() - begin) / 1e9));
    outcome.untried().forEach((reason, n) -> terminal.print("%6d  %s\n".formatted(n, reason)));
    return outcome.disagree() > 0 ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.OK;
  }
}
