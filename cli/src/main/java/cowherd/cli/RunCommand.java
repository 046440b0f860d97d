package cowherd.cli;

import cowherd.emit.Runner;
import cowherd.emit.Trial.Answer;
import cowherd.emit.Trial.Row;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Campaign;
import cowherd.reality.Compiler;
import cowherd.reality.Conformance;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import cowherd.reality.Conformance.Tried;
import cowherd.reality.HostRun;
import cowherd.report.KernelColumn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd run}: tests on the kernel at hand, compared with the model. */
final class RunCommand implements Command {
  private static final int SCHEDULES_DEFAULT = 64;
  private static final int SCHEDULES_MAX = 1_000_000;

  @Override
  public CommandSpec spec() {
    return Usage.of(this, "run", "Run tests on a real kernel and compare with the model")
        .description(
            "Compiles a C program, runs every schedule of every test with it on this machine's"
                + " kernel, and compares what happened, call by call, with what the model allows.")
        .parameters("FILE_or_DIR", "0..*", "Tests, and folders with *.litmus files below them.")
        .value("-k --kernel", "K", "The model to compare with (default: by this kernel's release).")
        .value("--random", "N", "Run N random programs instead.")
        .value("--seed", "S", "Which random programs (default 1).")
        .value("--schedules", "N", "Most schedules of a test (default " + SCHEDULES_DEFAULT + ").")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    int most =
        (int) arguments.number("--schedules", SCHEDULES_DEFAULT, 1, SCHEDULES_MAX);
    KernelColumn column = KernelChoice.one(arguments.value("--kernel").orElse("v6.15"));
    if (arguments.has("--random")) {
      return random(terminal, arguments, column);
    }
    TestFiles found = TestFiles.read(arguments.parameters());
    terminal.complain(found.mistakes());
    List<LitmusTest> tests = found.tests();
    long begin = System.nanoTime();
    List<Plan> plans =
        tests.stream()
            .parallel()
            .map(test -> Conformance.plan(test, column.kernel(), most))
            .toList();
    long planned = System.nanoTime();
    Path program = Compiler.compile("runner", Runner.source());
    List<Result> results;
    try {
      results =
          Conformance.run(
              plans, column.kernel(), (input, line) -> HostRun.run(program, input, line));
    } catch (IOException e) {
      throw new UserError("the runner cannot be started: " + e.getMessage(), "");
    }
    int agrees = 0;
    int disagrees = 0;
    Map<String, Integer> untried = new TreeMap<>();
    for (Result result : results) {
      if (!result.plan().skipped().isEmpty()) {
        untried.merge("test: " + result.plan().skipped(), 1, Integer::sum);
      }
      for (Tried tried : result.tried()) {
        switch (tried.answer()) {
          case Answer.Agrees _ -> agrees++;
          case Answer.Untried(String reason) -> untried.merge(reason, 1, Integer::sum);
          case Answer.Disagrees d -> {
            disagrees++;
            terminal.print(
                result.plan().test().orElseThrow().file() + " " + result.plan().test().orElseThrow().name() + " schedule "
                    + tried.schedule() + " differs in " + d.what() + "\n");
            for (Row row : d.history()) {
              terminal.print("    " + row.call() + "\n        model  " + row.model() + "\n        kernel "
                  + row.kernel() + "\n");
            }
          }
        }
      }
    }
    terminal.print(untried.toString().replace(", ", "\n") + "\n");
    terminal.print(
        tests.size() + " tests, " + agrees + " agree, " + disagrees + " disagree; planned "
            + (planned - begin) / 1_000_000 + " ms, all " + (System.nanoTime() - begin) / 1_000_000
            + " ms\n");
    return disagrees > 0 ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.OK;
  }

  private static ExitStatus random(Terminal terminal, Arguments arguments, KernelColumn column) {
    int count = (int) arguments.number("--random", 1000, 1, 100_000_000);
    long seed = arguments.number("--seed", 1, 0, Integer.MAX_VALUE);
    Path program = Compiler.compile("runner", Runner.source());
    long begin = System.nanoTime();
    try {
      Campaign.Outcome outcome =
          new Campaign(column.kernel(), (input, line) -> HostRun.run(program, input, line))
              .run(count, seed, done -> {});
      outcome
          .smallest()
          .ifPresent(d -> {
            terminal.print(d.text() + "\nschedule " + d.program().schedule() + "\n");
            for (Tried tried : d.result().tried()) {
              if (tried.answer() instanceof Answer.Disagrees dis) {
                terminal.print("differs in " + dis.what() + "\n");
                for (Row row : dis.history()) {
                  terminal.print(
                      "    " + row.call() + "\n        model  " + row.model() + "\n        kernel "
                          + row.kernel() + "\n");
                }
              }
            }
          });
      terminal.print(outcome.untried().toString().replace(", ", "\n") + "\n");
      terminal.print(
          outcome.agree() + " agree, " + outcome.disagree() + " disagree, "
              + (System.nanoTime() - begin) / 1_000_000 + " ms\n");
      return outcome.disagree() > 0 ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.OK;
    } catch (IOException e) {
      throw new UserError("the runner cannot be started: " + e.getMessage(), "");
    }
  }
}
