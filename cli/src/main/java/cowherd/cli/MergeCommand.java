package cowherd.cli;

import cowherd.explore.Grade;
import cowherd.litmus.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd merge}: joins the parts of a campaign. */
final class MergeCommand implements Command {
  private static final Pattern GRADE = Pattern.compile("\"grade\":\"([^\"]*)\"");
  private static final Pattern VERDICT = Pattern.compile("\"verdict\":\"([^\"]*)\"");

  /** An observation that its model forbids; within a text of JSON the quotes would be escaped. */
  private static final String CONTRADICTION = "\"agrees\":false";

  @Override
  public CommandSpec spec() {
    return Usage.of(this, "merge", "Join the parts of a campaign")
        .description(
            "Joins what `cowherd check --json --shard K/N` has written, for all K, in any order. The"
                + " lines and the exit status are those of the check as a whole.")
        .parameters("FILE", "1..*", "The parts.")
        .footer(
            "",
            "Examples:",
            "  for k in 1 2 3; do cowherd check litmus --json --shard $k/3 > part$k.jsonl; done",
            "  cowherd merge part*.jsonl > all.jsonl",
            "",
            "Exit status: as that of `cowherd check`; 2 when a part is missing, or of another campaign.")
        .build();
  }

  /** A part: its first line, and the lines of its tests. */
  private record Part(String file, Shard.Header header, List<String> lines) {}

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    Map<Integer, Part> parts = new TreeMap<>();
    for (String file : arguments.parameters()) {
      Part part = read(file);
      Part twin = parts.putIfAbsent(part.header.shard().number(), part);
      if (twin != null) {
        throw new UserError(
            "`" + file + "` and `" + twin.file + "` are the same part", "name each part once");
      }
    }
    Part first = parts.values().iterator().next();
    checkTogether(first, parts);
    List<ExitStatus> statuses = new ArrayList<>();
    int of = first.header.shard().of();
    int kernels = first.header.kernels();
    StringBuilder out = new StringBuilder();
    for (int test = 0; test < first.header.tests(); test++) {
      List<String> lines = parts.getOrDefault(test % of + 1, first).lines;
      for (String line : lines.subList(test / of * kernels, (test / of + 1) * kernels)) {
        out.append(line).append('\n');
        statuses.add(status(line));
      }
    }
    terminal.print(out.toString());
    return ExitStatus.worst(statuses);
  }

  private static Part read(String file) {
    try {
      List<String> lines = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
      Shard.Header header = Shard.header(file, lines.isEmpty() ? "" : lines.getFirst());
      return new Part(file, header, lines.subList(1, lines.size()));
    } catch (IOException | InvalidPathException e) {
      throw new UserError("cannot read `" + file + "`", "name a file that exists");
    }
  }

  private static void checkTogether(Part first, Map<Integer, Part> parts) {
    Shard.Header h = first.header;
    for (Part part : parts.values()) {
      Shard.Header other = part.header;
      if (!other.campaign().equals(h.campaign()) || other.shard().of() != h.shard().of()) {
        throw new UserError(
            "`" + part.file + "` is of another campaign than `" + first.file + "`",
            "check the same tests on the same kernels, in the same number of parts");
      }
      int tests = 0;
      for (int test = 0; test < h.tests(); test++) {
        tests += other.shard().has(test) ? 1 : 0;
      }
      if (part.lines.size() != tests * h.kernels()) {
        throw new UserError(
            "`"
                + part.file
                + "` is not whole: "
                + part.lines.size()
                + " of "
                + tests * h.kernels()
                + " lines",
            "run that part again");
      }
    }
    for (int number = 1; number <= h.shard().of(); number++) {
      if (!parts.containsKey(number)) {
        String missing = number + "/" + h.shard().of();
        throw new UserError("part " + missing + " is missing", "run it: --shard " + missing);
      }
    }
  }

  private static ExitStatus status(String line) {
    if (line.contains(CONTRADICTION)) {
      return ExitStatus.NOT_AS_EXPECTED;
    }
    String word = find(GRADE, line);
    Grade grade =
        Arrays.stream(Grade.values())
            .filter(g -> g.word().equals(word))
            .findFirst()
            .orElse(Grade.UNKNOWN);
    return ExitStatus.of(grade, Verdict.of(find(VERDICT, line)).orElse(Verdict.UNKNOWN));
  }

  private static String find(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }
}
