package cowherd.reality;

import cowherd.emit.Trial;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.KernelNames;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.reality.Conformance.Executor;
import cowherd.reality.Conformance.Plan;
import cowherd.reality.Conformance.Result;
import cowherd.reality.Conformance.Tried;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which kernel of the library speaks for the kernel at hand: by its release, and by what it does.
 */
public final class HostModel {
  private static final Pattern RELEASE = Pattern.compile("kernel (\\d+\\.\\d+)(\\S*),");
  private static final String PROBES = "probes.litmus";
  private static final String STABLE = "-stable";

  private HostModel() {}

  /**
   * What was chosen.
   *
   * @param name the kernel of the library
   * @param release the release of the kernel at hand, as uname gives it
   * @param because why
   */
  public record Choice(String name, String release, String because) {}

  /** Runs the probes and chooses. */
  public static Choice choose(Executor executor) throws IOException {
    KernelLibrary library = KernelLibrary.builtIn();
    List<LitmusTest> probes = LitmusParser.parse(PROBES, Resources.text(PROBES)).tests();
    Kernel newest = library.get(library.releases().getLast());
    List<Plan> plans = probes.stream().map(test -> Conformance.plan(test, newest, 1)).toList();
    List<Result> results = Conformance.run(plans, newest, executor);
    String machine =
        results.stream()
            .flatMap(r -> r.tried().stream())
            .map(Tried::kernelLine)
            .findFirst()
            .orElse("");
    Matcher matcher = RELEASE.matcher(machine);
    String release = matcher.find() ? matcher.group(1) : "";
    String whole = release.isEmpty() ? "unknown" : release + matcher.group(2);
    List<String> candidates = candidates(library, release);
    String byRelease = candidates.getFirst();
    int tried = (int) results.stream().flatMap(r -> r.tried().stream()).count();
    String best = byRelease;
    int most = -1;
    for (String candidate : candidates) {
      int agree = agreeing(results, library.get(candidate));
      if (agree > most) {
        most = agree;
        best = candidate;
      }
      if (agree == tried) {
        break;
      }
    }
    String because =
        best.equals(byRelease)
            ? "by its release; " + most + " of " + tried + " probes agree"
            : "by what it does, not by its release ("
                + byRelease
                + "); "
                + most
                + " of "
                + tried
                + " probes agree";
    return new Choice(best, whole, because);
  }

  /** By release first, then what is nearest. */
  private static List<String> candidates(KernelLibrary library, String release) {
    List<String> releases = library.releases();
    String named = releases.getLast();
    if (!release.isEmpty()
        && library.lookup("v" + release) instanceof KernelNames.Known(List<String> names)) {
      named = names.getFirst();
    }
    int at = Math.max(0, releases.indexOf(named));
    List<String> candidates = new ArrayList<>();
    stable(library, release, named).ifPresent(candidates::add);
    releases.stream()
        .sorted(Comparator.comparingInt(name -> Math.abs(releases.indexOf(name) - at)))
        .forEach(candidates::add);
    return candidates;
  }

  /**
   * The kernel of a stable release that speaks for a release: its own, or, when it is younger than
   * all mainline kernels of the library, the one before it.
   */
  private static Optional<String> stable(KernelLibrary library, String release, String named) {
    String own = "v" + release + STABLE;
    if (library.names().contains(own) || library.stable().contains(own)) {
      return Optional.of(own);
    }
    return release.isEmpty()
        ? Optional.empty()
        : library.stable().stream()
            .filter(name -> name.endsWith(STABLE))
            .map(name -> name.substring(0, name.length() - STABLE.length()))
            .filter(name -> order(name) <= order("v" + release) && order(name) > order(named))
            .max(Comparator.comparingInt(HostModel::order))
            .map(name -> name + STABLE);
  }

  /** Of releases, as v6.18. */
  private static int order(String release) {
    String[] parts = release.substring(1).split("\\.", -1);
    return Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
  }

  private static int agreeing(List<Result> results, Kernel kernel) {
    int agree = 0;
    for (Result result : results) {
      for (Tried tried : result.tried()) {
        boolean agrees =
            Conformance.again(result.plan(), tried, kernel) instanceof Trial.Answer.Agrees;
        agree += agrees ? 1 : 0;
      }
    }
    return agree;
  }
}
