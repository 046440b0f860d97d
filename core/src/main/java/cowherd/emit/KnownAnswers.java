package cowherd.emit;

import cowherd.emit.Grants.Node;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.KernelNames;
import cowherd.litmus.LitmusTest;
import cowherd.operation.Machine;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the models of all releases allow at the end of a schedule. */
public final class KnownAnswers {
  private static final Pattern VERSION = Pattern.compile("v(\\d+)\\.(\\d+)(-stable)?");
  private static final int MAJOR = 1000;

  /** No release is as new. */
  private static final int NEVER = 999_000;

  private KnownAnswers() {}

  /**
   * An outcome that is allowed.
   *
   * @param from the first version with it, major * 1000 + minor
   * @param before the first version without it
   * @param schedule the number of the schedule
   */
  public record Row(int from, int before, int schedule, String outcome) {}

  /** What is known of the schedules of a carried test; nothing where a model does not cover it. */
  public static List<Row> of(LitmusTest test, List<List<Integer>> schedules) {
    TreeMap<Integer, List<Kernel>> versions = versions();
    List<Row> rows = new ArrayList<>();
    for (int s = 0; s < schedules.size(); s++) {
      Optional<Set<String>> open = Optional.empty();
      int from = 0;
      for (Map.Entry<Integer, List<Kernel>> entry : versions.entrySet()) {
        int version = entry.getKey();
        Optional<Set<String>> here = outcomes(test, schedules.get(s), entry.getValue());
        if (!here.equals(open)) {
          add(rows, open, from, version, s);
          open = here;
          from = version;
        }
      }
      add(rows, open, from, NEVER, s);
    }
    return rows;
  }

  private static void add(
      List<Row> rows, Optional<Set<String>> outcomes, int from, int before, int schedule) {
    outcomes.ifPresent(all -> all.forEach(o -> rows.add(new Row(from, before, schedule, o))));
  }

  /** Every version that has a kernel of its own, with that, and the stable one beside it. */
  private static TreeMap<Integer, List<Kernel>> versions() {
    KernelLibrary library = KernelLibrary.builtIn();
    TreeSet<String> names = new TreeSet<>(library.releases());
    names.addAll(library.stable());
    names.addAll(library.names());
    TreeMap<Integer, List<Kernel>> versions = new TreeMap<>();
    for (String name : names) {
      Matcher m = VERSION.matcher(name);
      if (m.matches()) {
        int number = Integer.parseInt(m.group(1)) * MAJOR + Integer.parseInt(m.group(2));
        List<Kernel> kernels = versions.computeIfAbsent(number, _ -> new ArrayList<>());
        kernels.add(library.get(name));
        String release = "v" + m.group(1) + "." + m.group(2);
        if (m.group(3) != null && library.lookup(release) instanceof KernelNames.Known known) {
          kernels.add(library.get(known.names().getFirst()));
          // the next release has the rules of the one before it again, and not the stable one's
          int next = number + 1;
          if (library.lookup("v" + next / MAJOR + "." + next % MAJOR)
              instanceof KernelNames.Known after) {
            versions
                .computeIfAbsent(next, _ -> new ArrayList<>())
                .add(library.get(after.names().getFirst()));
          }
        }
      }
    }
    return versions;
  }

  private static Optional<Set<String>> outcomes(
      LitmusTest test, List<Integer> schedule, List<Kernel> kernels) {
    Set<String> all = new TreeSet<>();
    for (Kernel kernel : kernels) {
      try {
        all.addAll(Grants.with(test, kernel, grants -> ends(grants, schedule)));
      } catch (Machine.OutOfModel e) {
        return Optional.empty();
      }
    }
    return Optional.of(all);
  }

  private static Set<String> ends(Grants grants, List<Integer> schedule) {
    Set<Node> states = grants.start();
    for (int thread : schedule) {
      states = grants.grant(states, thread);
    }
    Set<String> outcomes = new LinkedHashSet<>();
    for (Node node : states) {
      outcomes.add(Trial.outcome(grants.look(node), grants.program()));
    }
    if (outcomes.isEmpty()) {
      throw new Machine.OutOfModel("a call that never returns");
    }
    return outcomes;
  }
}
