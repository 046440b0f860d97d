package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.Mutant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The test library fires every rule of every kernel, and notices when a rule is changed. What it
 * cannot notice stands in {@code survivors.txt}, under its reason.
 *
 * <p>A build tries a sample of the mutants; {@code -Dcowherd.mutants=all}, or {@code CI=true} in
 * the environment, tries all of them, and {@link RuleMutation#main} prints the table.
 */
class RuleCoverageTest {
  private static final boolean ALL =
      System.getProperty("cowherd.mutants", "").equals("all") || "true".equals(System.getenv("CI"));

  /** Mutants that a build tries. */
  private static final int SAMPLE = 150;

  private static final long SEED = 20200810;

  @Test
  void everyRuleFires() {
    Set<String> unfired = new TreeSet<>(RuleMutation.rules().keySet());
    unfired.removeAll(RuleMutation.fired());
    assertThat(unfired).allMatch(rule -> listed(Survivors.unfired(), rule));
  }

  @Test
  void noMutantSurvivesWithoutAReason() {
    Map<String, List<Mutant>> mutants = ALL ? RuleMutation.mutants() : sample();
    List<String> survivors = new RuleMutation.Campaign().survivors(mutants);
    survivors.removeIf(mutant -> listed(Survivors.mutants(), mutant));
    assertThat(survivors).isEmpty();
  }

  @Test
  void everySurvivorInTheListIsAMutant() {
    Set<String> names = new TreeSet<>();
    RuleMutation.mutants().values().forEach(list -> list.forEach(m -> names.add(m.description())));
    assertThat(names).containsAll(Survivors.mutants().keySet());
    assertThat(RuleMutation.rules().keySet()).containsAll(Survivors.unfired().keySet());
  }

  private static boolean listed(Map<String, String> reasons, String what) {
    return !reasons.getOrDefault(what, "").isEmpty();
  }

  private static Map<String, List<Mutant>> sample() {
    Map<String, List<Mutant>> all = RuleMutation.mutants();
    List<Mutant> shuffled = new ArrayList<>();
    all.values().forEach(shuffled::addAll);
    Collections.shuffle(shuffled, new Random(SEED));
    Set<Mutant> chosen = Set.copyOf(shuffled.subList(0, Math.min(SAMPLE, shuffled.size())));
    Map<String, List<Mutant>> sample = new LinkedHashMap<>();
    all.forEach(
        (kernel, list) -> sample.put(kernel, list.stream().filter(chosen::contains).toList()));
    return sample;
  }

  /** The committed list: {@code # reason}, then the mutants, or the rules, that it explains. */
  private static final class Survivors {
    private static final String FILE = "survivors.txt";

    /** Reason by mutant. */
    static Map<String, String> mutants() {
      return entries(true);
    }

    /** Reason by rule that never fires. */
    static Map<String, String> unfired() {
      return entries(false);
    }

    private static Map<String, String> entries(boolean mutants) {
      Map<String, String> reasons = new LinkedHashMap<>();
      String reason = "";
      for (String line : text().lines().toList()) {
        if (line.startsWith("#")) {
          reason = line.substring(1).strip();
        } else if (!line.isBlank() && line.contains(" -> ") == mutants) {
          reasons.put(line, reason);
        }
      }
      return reasons;
    }

    private static String text() {
      try (InputStream in = RuleCoverageTest.class.getResourceAsStream(FILE)) {
        if (in == null) {
          throw new IllegalStateException("Survivors.text: no " + FILE);
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
