package cowherd.cli;

import cowherd.explore.Grader;
import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a campaign of checks: every {@code of}-th test, on all kernels. Which machine does
 * which part does not matter: the parts joined are the whole, line by line.
 *
 * @param number which part, from 1
 * @param of how many parts there are
 */
record Shard(int number, int of) {
  private static final int OF_MAX = 100_000;
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})");
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\"shard\":(\\d+),\"of\":(\\d+),\"tests\":(\\d+),\"kernels\":(\\d+),\"campaign\":\"(\\w+)\"}");

  /** What the first line of a part says. */
  record Header(Shard shard, int tests, int kernels, String campaign) {}

  /** Reads {@code 2/8}. */
  static Shard parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (matcher.matches()) {
      Shard shard =
          new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
      if (shard.number >= 1 && shard.number <= shard.of && shard.of <= OF_MAX) {
        return shard;
      }
    }
    throw new UserError("--shard takes a part, and `" + text + "` is none", "as in --shard 2/8");
  }

  /** Whether a test, by its place in the campaign, belongs to this part. */
  boolean has(int test) {
    return test % of == number - 1;
  }

  /** The work of this part. */
  CheckJobs.Work of(CheckJobs.Work all) {
    List<LitmusTest> tests = new ArrayList<>();
    List<Grader> graders = new ArrayList<>();
    for (int i = 0; i < all.tests().size(); i++) {
      if (has(i)) {
        tests.add(all.tests().get(i));
        graders.add(all.graders().get(i));
      }
    }
    return new CheckJobs.Work(tests, graders, all.kernels());
  }

  /** The first line of a part: which one it is, and of which campaign. */
  String header(CheckJobs.Work all) {
    StringBuilder what = new StringBuilder();
    all.tests().forEach(t -> what.append(t.file()).append(t.name()).append(t.sourceText()));
    all.kernels().forEach(k -> what.append(k.label()).append(k.kernel().text()));
    return String.format(
        "{\"shard\":%d,\"of\":%d,\"tests\":%d,\"kernels\":%d,\"campaign\":\"%08x\"}%n",
        number, of, all.tests().size(), all.kernels().size(), what.toString().hashCode());
  }

  /** Reads {@link #header}. */
  static Header header(String file, String line) {
    Matcher m = HEADER.matcher(line);
    if (!m.matches()) {
      throw new UserError(
          "`" + file + "` is no part of a campaign",
          "name files that `cowherd check --json --shard K/N` wrote");
    }
    Shard shard = new Shard(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    return new Header(
        shard, Integer.parseInt(m.group(3)), Integer.parseInt(m.group(4)), m.group(5));
  }
}
