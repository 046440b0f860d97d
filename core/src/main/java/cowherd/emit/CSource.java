package cowherd.emit;

import cowherd.litmus.Assertion;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.ThreadInfo;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A test as one C file that needs nothing else: the test as data, its schedules, what is known of
 * the answers, and the program that runs them.
 */
public final class CSource {
  private static final String MARKER = "/* @test@ */\n";
  private static final int LINE = 100;

  private final LitmusTest test;
  private final Program program;
  private final RunnerText numbers;
  private final List<List<Integer>> schedules;
  private final List<KnownAnswers.Row> known;
  private final boolean withAnswers;
  private final StringBuilder out = new StringBuilder();

  private CSource(
      LitmusTest test,
      List<List<Integer>> schedules,
      List<KnownAnswers.Row> known,
      boolean withAnswers) {
    this.test = test;
    this.program = test.program();
    this.numbers = new RunnerText(program);
    this.schedules = schedules;
    this.known = known;
    this.withAnswers = withAnswers;
  }

  /**
   * The file of a carried test.
   *
   * @param known what is known, or nothing
   * @param withAnswers whether a schedule passes by what is known, and not by the test's conditions
   */
  public static String of(
      Carried.Runnable carried,
      List<List<Integer>> schedules,
      List<KnownAnswers.Row> known,
      boolean withAnswers) {
    return new CSource(carried.test(), schedules, known, withAnswers).file(carried.carriers());
  }

  private String file(List<String> carriers) {
    header(carriers);
    String harness = Runner.resource("harness.c");
    int at = harness.indexOf(MARKER);
    out.append(harness, harness.indexOf("#define _GNU_SOURCE"), at);
    data();
    out.append(harness.substring(at + MARKER.length()));
    out.append(Runner.machine()).append(Runner.resource("standalone.c"));
    return out.toString();
  }

  private void header(List<String> carriers) {
    out.append("// SPDX-License-Identifier: Apache-2.0\n/*\n");
    out.append(" * ").append(test.name()).append(": ").append(comment(test.story())).append('\n');
    test.sources().forEach(s -> out.append(" * From: ").append(comment(s)).append('\n'));
    out.append(" *\n");
    test.sourceText()
        .strip()
        .lines()
        .forEach(line -> out.append((" *   " + comment(line)).stripTrailing()).append('\n'));
    out.append(" *\n");
    carriers.forEach(c -> out.append(" * Here: ").append(comment(c)).append(".\n"));
    String name = fileName(test.name());
    out.append(" * Build: gcc -std=c11 -O1 -static -pthread -o ").append(name).append(' ');
    out.append(name).append(".c\n");
    out.append(
        """
         * Run:   without an argument, all schedules (orders of calls); --list lists them; the names of
         *        threads, in the order in which they are granted a call, run one.
         *
         * KTAP on the standard output. Exit status: 0 all as it should be; 1 not; 4 nothing could be run;
         * 128 + n stopped by signal n.
         * Root sees more (frames, swap, hugetlb); what is missing is a SKIP with its name.
         *
         * Made by cowherd emit. What the test is stands first, as data; what runs it stands below.
         */
        """);
  }

  private static String comment(String text) {
    return text.replace("*/", "* /").replace("/*", "/ *");
  }

  /** The name of a test's file, without its suffix. */
  public static String fileName(String name) {
    return name.replace("/", "--");
  }

  // ---- data -----------------------------------------------------------------------------------

  private void data() {
    out.append("/* ---- the test ").append("-".repeat(LINE - 18)).append(" */\n\n");
    names("processes", program.processes().stream().map(p -> "P_" + p.name()).toList());
    names("threads", program.threads().stream().map(t -> "T_" + t.name()).toList());
    names("registers", program.registers().stream().map(r -> "R_" + r.name()).toList());
    out.append(
        "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Woverride-init\"\n\n");
    out.append("static struct test test = {\n");
    field("name", quote(test.name()));
    field("pages", program.pages());
    field("words", program.words());
    field("pipes", program.pipes().size());
    field("uffds", program.userfaultfds().size());
    field("signals", program.signals().size());
    field("handles", program.handles());
    field("huge_pages", numbers.usesHugetlb() ? program.hugePages() : 0);
    list(
        "processes",
        "process",
        program.processes().stream()
            .map(p ->
                "{ "
                    + quote(p.name())
                    + ", "
                    + (p.parent() < 0 ? "NONE" : processName(p.parent()))
                    + " }")
            .toList());
    list("regions", "region", program.regions().stream().map(this::region).toList());
    places();
    list("files", "file", program.files().stream().map(this::file).toList());
    list(
        "barriers",
        "parties",
        program.barriers().stream().map(b -> String.valueOf(b.parties())).toList());
    list(
        "registers",
        "register_name",
        program.registers().stream().map(r -> quote(r.name())).toList());
    threads();
    out.append("};\n\n#pragma GCC diagnostic pop\n\n");
    schedules();
    conditions();
    answers();
  }

  private void names(String what, List<String> names) {
    if (!names.isEmpty()) {
      String all = names.stream().map(CSource::identifier).collect(Collectors.joining(", "));
      out.append("enum { ").append(all).append(" };  /* ").append(what).append(" */\n");
    }
  }

  private static String identifier(String name) {
    return name.replace('.', '_').replace('$', '_');
  }

  private String processName(int process) {
    return identifier("P_" + program.processes().get(process).name());
  }

  private String threadName(int thread) {
    return identifier("T_" + program.threads().get(thread).name());
  }

  private String registerName(int register) {
    return identifier("R_" + program.registers().get(register).name());
  }

  private void field(String name, Object value) {
    out.append("\t.").append(name).append(" = ").append(value).append(",\n");
  }

  private void list(String count, String name, List<String> values) {
    if (!values.isEmpty()) {
      field(count, values.size());
      out.append("\t.").append(name).append(" = {\n");
      values.forEach(value -> out.append("\t\t").append(value).append(",\n"));
      out.append("\t},\n");
    }
  }

  private static String words(List<Integer> words) {
    return "{ " + words.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " }";
  }

  private String region(Region r) {
    return "{ .name = %s, .kind = %s, .first = %d, .pages = %d, .file = %d, .populated = %s, .initial = %s }"
        .formatted(
            quote(r.name()),
            r.kind().name(),
            r.firstPage(),
            r.pages(),
            r.file(),
            r.populated(),
            r.initial().isEmpty() ? "{ 0 }" : words(r.initial()));
  }

  private String file(FileInfo f) {
    return "{ .name = %s, .kind = %s, .hole = %s, .initial = %s }"
        .formatted(
            quote(f.name()),
            f.kind().name(),
            f.hole(),
            f.initial().isEmpty() ? "{ 0 }" : words(f.initial()));
  }

  private void places() {
    out.append("\t.place = {\n");
    for (int page = 0; page < program.pages(); page++) {
      out.append(
          "\t\t{ 0x%x, 0x%x },  /* %s */\n"
              .formatted(numbers.offset(page), numbers.bytes(page), program.pageName(page)));
    }
    out.append("\t},\n");
  }

  private void threads() {
    int first = 0;
    StringBuilder calls = new StringBuilder();
    field("threads", program.threads().size());
    out.append("\t.thread = {\n");
    for (ThreadInfo thread : program.threads()) {
      out.append(
          "\t\t{ .name = %s, .process = %s, .spawner = %s, .spawn_at = %d, .first = %d, .calls = %d, .daemon = %s },\n"
              .formatted(
                  quote(thread.name()),
                  thread.process() < 0 ? "NONE" : processName(thread.process()),
                  thread.spawner() < 0 ? "NONE" : threadName(thread.spawner()),
                  thread.spawnAt(),
                  first,
                  thread.code().size(),
                  thread.daemon()));
      calls.append("\n\t\t/* ").append(thread.name()).append(" */\n");
      for (Instruction i : thread.code()) {
        calls.append(call(i, thread));
      }
      first += thread.code().size();
    }
    out.append("\t},\n");
    field("calls", first);
    out.append("\t.call = {").append(calls).append("\t},\n");
  }

  private String call(Instruction i, ThreadInfo thread) {
    RunnerText.RealCall real = numbers.real(i, thread);
    StringBuilder t = new StringBuilder("\t\tCALL(.op = " + real.op());
    boolean move = i.op() == Op.UFFD_MOVE;
    part(t, "result", i.result() < 0 ? "" : registerName(i.result()));
    part(t, "process", i.process() < 0 ? "" : processName(i.process()));
    part(t, "page", i.page() < 0 ? "" : String.valueOf(i.page()));
    part(t, "pages", i.pages() <= 0 ? "" : String.valueOf(i.pages()));
    part(t, "page_register", i.pageRegister() < 0 ? "" : registerName(i.pageRegister()));
    part(t, "word", i.word() < 0 || move ? "" : String.valueOf(i.word()));
    int handle = move ? i.word() : i.handle();
    part(t, "handle", handle < 0 ? "" : String.valueOf(handle));
    part(t, "object", i.object() < 0 ? "" : String.valueOf(i.object()));
    part(t, "flags", real.flags() == 0 ? "" : "0x" + Long.toHexString(real.flags()));
    part(t, "value", RunnerText.hasValue(i.op()) ? quote(numbers.postfix(i.value())) : "");
    part(t, "captured", i.captured() ? "true" : "");
    part(t, "line", String.valueOf(i.line()));
    part(t, "text", quote(i.text()));
    return t.append("),\n").toString();
  }

  private static void part(StringBuilder t, String name, String value) {
    if (!value.isEmpty()) {
      t.append(", .").append(name).append(" = ").append(value);
    }
  }

  private void schedules() {
    int longest = schedules.stream().mapToInt(List::size).max().orElse(0);
    out.append("#define SCHEDULE_LENGTH ").append(longest + 1).append('\n');
    out.append("static const int SCHEDULES[][SCHEDULE_LENGTH] = {\n");
    for (List<Integer> schedule : schedules) {
      String names = schedule.stream().map(this::threadName).collect(Collectors.joining(", "));
      out.append("\t{ ").append(names).append(names.isEmpty() ? "" : ", ").append("NONE },\n");
    }
    out.append("};\n\n");
  }

  private void conditions() {
    out.append("struct condition { const char *kind, *postfix, *text, *because; };\n");
    out.append("static const struct condition CONDITIONS[] = {\n");
    for (Assertion a : test.assertions()) {
      String kind = a.kind().word();
      String postfix = a.kind() == Assertion.Kind.TERMINATES ? "" : numbers.postfix(a.condition());
      out.append("\t{ ").append(quote(kind)).append(", ").append(quote(postfix)).append(", ");
      out.append(quote(a.text())).append(", ").append(quote(a.because())).append(" },\n");
    }
    out.append("\t{ NULL, NULL, NULL, NULL },\n};\n\n");
  }

  private void answers() {
    out.append(
        "/* What the model of each release allows at the end of a schedule: version as major *");
    out.append(
        " 1000 + minor,\n   from the first on, before the second. Stable releases can have fixes");
    out.append(" of later ones. */\n");
    out.append("#define WITH_ANSWERS ").append(withAnswers ? 1 : 0).append('\n');
    out.append(
        "static const struct { int from, before, schedule; const char *outcome; } KNOWN[] = {\n");
    for (KnownAnswers.Row row : known) {
      out.append(
          "\t{ %d, %d, %d, %s },\n"
              .formatted(row.from(), row.before(), row.schedule(), quote(row.outcome())));
    }
    out.append("\t{ 0, 0, 0, NULL },\n};\n\n");
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append(' ');
        case '?' -> quoted.append("\\?");
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
