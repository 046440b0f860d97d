package cowherd.cli;

import cowherd.emit.CSource;
import cowherd.emit.Carried;
import cowherd.emit.KnownAnswers;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.reality.Conformance;
import cowherd.reality.Conformance.Plan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd emit}: tests as C programs that need nothing of Cowherd. */
final class EmitCommand implements Command {
  private static final int SCHEDULES_DEFAULT = 64;
  private static final int SCHEDULES_MAX = 1_000_000;

  @Override
  public CommandSpec spec() {
    return Usage.of(this, "emit", "Write tests as C programs")
        .description(
            "Writes one C file for each test that user space can run: the test as data, its"
                + " schedules, and what runs them. It needs a C compiler and a C library, and"
                + " neither Cowherd nor Java.")
        .parameters("FILE_or_DIR", "1..*", "Tests, and folders with *.litmus files below them.")
        .value("-o --output", "DIR", "The folder for the files (default: here).")
        .flag(
            "--with-expectations",
            "A schedule passes when its outcome is one that the model of the kernel's release"
                + " allows; without, when the test's own conditions hold.")
        .value("--schedules", "N", "Most schedules of a test (default " + SCHEDULES_DEFAULT + ").")
        .value("-k --kernel", "K", "Whose model tells schedules apart (default: the newest).")
        .footer(
            "",
            "Examples:",
            "  cowherd emit litmus/seeds/unmap-takeover.litmus && cc -static -pthread unmap-takeover.c",
            "  cowherd emit litmus -o corpus --with-expectations && make -C corpus check",
            "",
            "Exit status: 0 files were written; 2 wrong usage or a mistake in a file; 4 user space can",
            "run none of these tests.")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    int most = (int) arguments.number("--schedules", SCHEDULES_DEFAULT, 1, SCHEDULES_MAX);
    boolean answers = arguments.has("--with-expectations");
    KernelLibrary library = KernelLibrary.builtIn();
    Kernel kernel =
        KernelChoice.one(arguments.value("--kernel").orElse(library.releases().getLast())).kernel();
    TestFiles found = TestFiles.read(arguments.parameters());
    terminal.complain(found.mistakes());
    List<Plan> plans =
        found.tests().stream()
            .parallel()
            .map(test -> Conformance.plan(test, kernel, most))
            .toList();
    Map<String, String> skipped = new TreeMap<>();
    Map<String, String> files = new TreeMap<>();
    plans.stream()
        .parallel()
        .filter(plan -> plan.skipped().isEmpty())
        .map(plan -> Map.entry(fileName(plan), source(plan, answers)))
        .toList()
        .forEach(file -> files.put(file.getKey(), file.getValue()));
    plans.stream()
        .filter(plan -> !plan.skipped().isEmpty())
        .forEach(plan -> skipped.put(plan.test().orElseThrow().name(), plan.skipped()));
    write(arguments.value("--output").orElse("."), files, answers ? skipped : Map.of(), answers);
    terminal.print(
        "%,d files written; %,d tests cannot be run from user space\n"
            .formatted(files.size(), skipped.size()));
    if (!answers) {
      skipped.forEach((test, why) -> terminal.complain("cowherd: " + test + ": " + why + "\n"));
    }
    ExitStatus status = files.isEmpty() ? ExitStatus.OUT_OF_MODEL : ExitStatus.OK;
    return status.and(found.filesWithMistakes() > 0 ? ExitStatus.USAGE : ExitStatus.OK);
  }

  private static String fileName(Plan plan) {
    return CSource.fileName(plan.test().orElseThrow().name()) + ".c";
  }

  private static String source(Plan plan, boolean answers) {
    Carried.Runnable carried = (Carried.Runnable) plan.carried();
    return CSource.of(
        carried,
        plan.schedules(),
        answers ? KnownAnswers.of(carried.test(), plan.schedules()) : List.of(),
        answers);
  }

  // ---- files ----------------------------------------------------------------------------------

  private static void write(
      String folder, Map<String, String> files, Map<String, String> skipped, boolean corpus) {
    try {
      Path output = Files.createDirectories(Path.of(folder));
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(output.resolve(file.getKey()), file.getValue(), StandardCharsets.UTF_8);
      }
      if (corpus) {
        Files.writeString(output.resolve("Makefile"), MAKEFILE);
        Files.writeString(output.resolve("README.md"), readme(files, skipped));
      }
    } catch (IOException | InvalidPathException e) {
      throw new UserError(
          "cannot write to `" + folder + "`: " + e.getMessage(), "name a folder that can be made");
    }
  }

  private static String readme(Map<String, String> files, Map<String, String> skipped) {
    StringBuilder text = new StringBuilder(README.formatted(files.size()));
    Map<String, Integer> reasons = new TreeMap<>();
    skipped.values().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
    reasons.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .forEach(r ->
            text.append("- ").append(r.getValue()).append(": ").append(r.getKey()).append('\n'));
    return text.toString();
  }

  private static final String MAKEFILE =
      """
      CFLAGS ?= -std=c11 -O1 -Wall -Wextra -Wpedantic
      LDFLAGS ?= -static
      TESTS := $(basename $(wildcard *.c))

      all: $(TESTS)

      %: %.c
      \t$(CC) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $<

      # Runs all tests, one after the other: each has the machine (swap, huge pages) for itself.
      check: all
      \t@ok=0; bad=0; none=0; \\
      \tfor t in $(TESTS); do \\
      \t  ./$$t > $$t.ktap 2>&1; s=$$?; \\
      \t  if [ $$s = 0 ]; then ok=$$((ok+1)); elif [ $$s = 4 ]; then none=$$((none+1)); \\
      \t  else bad=$$((bad+1)); echo "FAILED $$t ($$s), see $$t.ktap"; fi; \\
      \tdone; \\
      \techo "$$ok passed, $$none skipped, $$bad failed"; [ $$bad = 0 ]

      clean:
      \trm -f $(TESTS) *.ktap

      .PHONY: all check clean
      """;

  private static final String README =
      """
      # Litmus tests for Linux memory, as C programs

      %d programs about fork, copy-on-write, page pins and userfaultfd. Each runs all orders of its calls that
      matter, without timing: a controller grants one call at a time. Each knows what Linux answers, release
      by release from 5.7 on, and passes when the kernel under it gives such an answer.

          make -j check

      needs a C compiler, make and a C library that can be linked statically. `./NAME --list` lists the
      orders of a program, `./NAME A B A.t` runs one, thread by thread. Output is KTAP; the exit status is 0 when
      all passed, 1 when an answer is none that is known, 4 when nothing could be run, 128 + n when signal n has
      stopped it. As root more can be run (swap, huge pages, faults in the kernel for userfaultfd) and nothing is
      left behind; without, what is missing is a SKIP with its name.

      The answers come from models of the releases, compared with real kernels call by call. A stable release may have
      fixes of later releases (5.7.14 answers as 5.8): then "not ok" means the version, not the kernel. For another
      implementation of Linux's ABI the version is what it says in uname.

      License: Apache-2.0.

      ## Left out: tests that user space cannot run

      """;
}
