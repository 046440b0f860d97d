package cowherd.emit;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.Grants.Node;
import cowherd.emit.Trial.Answer;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the model itself would show agrees; any change of it does not. */
class TrialTest {
  private static final String MACHINE = "# cowherd: kernel 6.18.0, root; sees frames flags wp ksm";
  private static final Kernel NEWEST = KernelLibrary.builtIn().get("v6.15");

  private static final String TEXT =
      """
      litmus two-processes
      anon x = 1;
      anon y;
      process A {
        u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
        s = ioctl(u, UFFDIO_REGISTER, x, UFFDIO_REGISTER_MODE_WP);
        fork(B);
        k = get_user_pages(x, FOLL_GET);
        ioctl(u, UFFDIO_WRITEPROTECT, x, UFFDIO_WRITEPROTECT_MODE_WP);
        x = 2;
      }
      process B { r = y; t = store(x, 3); }
      always (B.r == 0);
      """;

  private static final List<Integer> SCHEDULE = List.of(0, 0, 0, 0, 1, 1, 0, 0);

  @Test
  void theModelAgreesWithItself() {
    assertThat(compare(history())).isInstanceOf(Answer.Agrees.class);
    assertThat(history()).anySatisfy(line -> assertThat(line).contains("| b").contains("w"));
  }

  @Test
  void everyChangeOfAHistoryIsSeen() {
    List<String> history = history();
    int changes = 0;
    for (int n = 0; n < history.size(); n++) {
      for (String changed : changes(history.get(n))) {
        List<String> other = new ArrayList<>(history);
        other.set(n, changed);
        assertThat(compare(other))
            .as(history.get(n) + " as " + changed)
            .isInstanceOf(Answer.Disagrees.class);
        changes++;
      }
    }
    assertThat(changes).isGreaterThan(60);
  }

  @Test
  void aHistoryThatEndsEarlySaysNothing() {
    List<String> history = history();
    assertThat(compare(history.subList(0, 4))).isInstanceOf(Answer.Untried.class);
  }

  @Test
  void whatAKernelDoesNotTellIsNotCompared() {
    List<String> blind =
        history().stream().map(line -> line.replaceAll(":p\\d", ":p").replace("a", "")).toList();
    List<String> named = blind.stream().map(line -> line.replace("# finl", "# final")).toList();
    Answer answer =
        Trial.compare(
            test(), NEWEST, SCHEDULE, named, "# cowherd: kernel 6.18.0, no root; sees wp", true);
    assertThat(answer).isInstanceOf(Answer.Agrees.class);
  }

  private static List<String> changes(String line) {
    List<String> changes = new ArrayList<>();
    String[] parts = line.split("\\|", -1);
    String[] registers = parts[1].strip().split(" ");
    for (int r = 0; r < registers.length; r++) {
      String[] other = registers.clone();
      other[r] = other[r].equals("7") ? "8" : "7";
      changes.add(parts[0] + "| " + String.join(" ", other) + " |" + parts[2] + "|" + parts[3]);
    }
    String threads = parts[2].strip();
    changes.add(
        parts[0]
            + "|"
            + parts[1]
            + "| "
            + (threads.startsWith("i") ? "b" : "i")
            + threads.substring(1)
            + " |"
            + parts[3]);
    if (parts[3].contains(":p0")) {
      changes.add(line.replaceFirst(":p0", ":s0"));
      changes.add(line.replaceFirst(":p0", ":p9"));
    }
    if (parts[3].contains("w")) {
      changes.add(line.replace("w", ""));
    }
    return changes;
  }

  private static LitmusTest test() {
    LitmusTest test = LitmusParser.parse("test.litmus", TEXT).tests().getFirst();
    return ((Carried.Runnable) Carriers.carry(test)).test();
  }

  private static Answer compare(List<String> output) {
    return Trial.compare(test(), NEWEST, SCHEDULE, output, MACHINE, true);
  }

  /** What the runner would print if the kernel were the model. */
  private static List<String> history() {
    return Grants.with(
        test(),
        NEWEST,
        grants -> {
          List<String> lines = new ArrayList<>();
          Set<Node> states = grants.start();
          lines.add(line(grants.look(states.iterator().next())));
          for (int thread : SCHEDULE) {
            states = grants.grantAndWatch(states, thread);
            lines.add(line(grants.look(states.iterator().next())));
          }
          return lines;
        });
  }

  private static String line(Sighting sighting) {
    String registers =
        sighting.registers().stream().map(String::valueOf).collect(Collectors.joining(" "));
    String pages =
        sighting.pages().entrySet().stream()
            .map(e -> e.getKey() + ":" + e.getValue().told())
            .collect(Collectors.joining(" "));
    return "#> 0 returns | " + registers + " | " + sighting.threads() + " | " + pages;
  }
}
