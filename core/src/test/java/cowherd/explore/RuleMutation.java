package cowherd.explore;

import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.Kernel;
import cowherd.kernel.Mutant;
import cowherd.kernel.Rule;
import cowherd.library.Library;
import cowherd.litmus.Expectation;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Which rules of the built-in kernels the test library fires, and which changes of a rule it
 * notices. A mutant of a rule is killed when the grade of some test of the library is no longer as
 * expected, on the kernel whose file states the rule or on one that inherits it.
 *
 * <p>{@link #main} runs all mutants and prints a table of those that survive: {@code java -cp
 * core/target/test-classes:core/target/classes cowherd.explore.RuleMutation}. It takes minutes.
 */
final class RuleMutation {
  private static final int THREADS = 2;

  /** A mutant that makes the state space grow beyond this is noticed. */
  private static final Bounds BOUNDS =
      new Bounds(300_000, 1L << 30, Duration.ofSeconds(60), () -> false);

  private RuleMutation() {}

  /** Every rule that a kernel file states, by name, in the order of kernels and decisions. */
  static Map<String, Rule> rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (String name : Library.kernels()) {
      for (DecisionPoint point : DecisionPoint.values()) {
        for (Rule rule : Library.kernel(name).decision(point).rules()) {
          rules.put(rule.name(), rule);
        }
      }
    }
    return rules;
  }

  /** The names of the rules that fire while some kernel is checked with some test. */
  static Set<String> fired() {
    Set<String> fired = new LinkedHashSet<>();
    List<Future<Set<String>>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (LitmusTest test : Library.tests()) {
        for (String kernel : Library.kernels()) {
          futures.add(
              threads.submit(
                  () -> Checker.firedRules(test, Library.kernel(kernel), Bounds.defaults())));
        }
      }
      for (Future<Set<String>> future : futures) {
        fired.addAll(future.get());
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return fired;
  }

  /** The mutants of the rules that a kernel's own file states. */
  static List<Mutant> mutants(String kernel) {
    Kernel original = Library.kernel(kernel);
    return original.mutants().stream()
        .filter(mutant -> rule(original, mutant).kernel().equals(kernel))
        .toList();
  }

  /** Every mutant, by the kernel whose file states the rule. */
  static Map<String, List<Mutant>> mutants() {
    Map<String, List<Mutant>> mutants = new LinkedHashMap<>();
    Library.kernels().forEach(kernel -> mutants.put(kernel, mutants(kernel)));
    return mutants;
  }

  private static Rule rule(Kernel original, Mutant mutant) {
    return original.decision(mutant.decision()).rule(mutant.ruleIndex());
  }

  /** A test and what it expects of one kernel. */
  private record Judge(LitmusTest test, Expectation expected, Set<DecisionPoint> asks) {}

  /** Kills mutants of one kernel; the tests are chosen once. */
  static final class Killer {
    private final List<Judge> judges;

    Killer(String kernel) {
      judges = judges(Library.kernel(kernel));
    }

    /** The test that notices a mutant first. */
    Optional<String> killerOf(Mutant mutant) {
      for (Judge judge : judges) {
        if (judge.asks.contains(mutant.decision()) && notices(judge, mutant.kernel())) {
          return Optional.of(judge.test.name());
        }
      }
      return Optional.empty();
    }
  }

  private static List<Judge> judges(Kernel kernel) {
    List<Judge> judges = new ArrayList<>();
    for (LitmusTest test : Library.tests()) {
      Grader grader = Library.grader(test);
      Optional<Expectation> expected = grader.expectation(kernel);
      boolean judged = expected.filter(e -> e.verdict() != Verdict.UNDEFINED).isPresent();
      if (judged && !notices(test, kernel, expected.get())) {
        judges.add(new Judge(test, expected.get(), asked(test, kernel)));
      }
    }
    judges.sort(Comparator.comparingInt(judge -> judge.test.program().threads().size()));
    return judges;
  }

  private static Set<DecisionPoint> asked(LitmusTest test, Kernel kernel) {
    return Checker.askedDecisions(test, kernel, Bounds.defaults());
  }

  private static boolean notices(Judge judge, Kernel mutant) {
    return notices(judge.test, mutant, judge.expected);
  }

  /** Whether the grade is not as expected, or the machine breaks. */
  private static boolean notices(LitmusTest test, Kernel kernel, Expectation expected) {
    try {
      CheckResult result =
          expected.inRace()
              ? Checker.check(test, kernel, Options.DEFAULT, BOUNDS)
              : Checker.verdict(test, kernel, Options.DEFAULT, BOUNDS);
      return Grader.grade(result, Optional.of(expected)) != Grade.AS_EXPECTED;
    } catch (RuntimeException broken) {
      return true;
    }
  }

  /** Kills mutants; what a kernel's tests are is found when it is first needed. */
  static final class Campaign {
    private final Map<String, Killer> killers = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Mutant>> inherited = new ConcurrentHashMap<>();

    /** The test that notices a mutant of a rule of a kernel, and where. */
    Optional<String> killerOf(String kernel, Mutant mutant) {
      for (String heir : heirs(kernel, mutant)) {
        Mutant there = mutantsOf(heir).get(mutant.description());
        Optional<String> test =
            there == null
                ? Optional.empty()
                : killers.computeIfAbsent(heir, Killer::new).killerOf(there);
        if (test.isPresent()) {
          return Optional.of(test.get() + " on " + heir);
        }
      }
      return Optional.empty();
    }

    private Map<String, Mutant> mutantsOf(String kernel) {
      return inherited.computeIfAbsent(
          kernel,
          name -> {
            Map<String, Mutant> byDescription = new LinkedHashMap<>();
            Library.kernel(name).mutants().forEach(m -> byDescription.put(m.description(), m));
            return byDescription;
          });
    }

    /** The kernel itself, then those that inherit the rule. */
    private static List<String> heirs(String kernel, Mutant mutant) {
      String rule = rule(Library.kernel(kernel), mutant).name();
      List<String> heirs = new ArrayList<>(List.of(kernel));
      for (String other : Library.kernels()) {
        Decision decision = Library.kernel(other).decision(mutant.decision());
        boolean has = decision.rules().stream().anyMatch(r -> r.name().equals(rule));
        if (has && !other.equals(kernel)) {
          heirs.add(other);
        }
      }
      return heirs;
    }

    /** The descriptions of those mutants that survive, in their order, found by several threads. */
    List<String> survivors(Map<String, List<Mutant>> mutants) {
      Map<String, Future<Optional<String>>> futures = new LinkedHashMap<>();
      List<String> survivors = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        mutants.forEach((kernel, list) -> {
          for (Mutant mutant : list) {
            futures.put(mutant.description(), threads.submit(() -> killerOf(kernel, mutant)));
          }
        });
        for (Map.Entry<String, Future<Optional<String>>> future : futures.entrySet()) {
          if (future.getValue().get().isEmpty()) {
            survivors.add(future.getKey());
          }
        }
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
      return survivors;
    }
  }

  /**
   * Runs the whole campaign and prints what is never fired and what survives.
   *
   * @param args names of the decisions whose mutants are tried; all when there is none
   */
  public static void main(String[] args) {
    long begin = System.nanoTime();
    Set<String> only = Set.of(args);
    Set<String> unfired = new LinkedHashSet<>(rules().keySet());
    unfired.removeAll(fired());
    System.out.println(unfired.size() + " of " + rules().size() + " rules are never fired");
    unfired.forEach(System.out::println);
    Map<String, List<Mutant>> mutants = new LinkedHashMap<>();
    mutants()
        .forEach((kernel, list) ->
            mutants.put(
                kernel,
                list.stream()
                    .filter(m -> only.isEmpty() || only.contains(m.decision().name()))
                    .toList()));
    List<String> survivors = new Campaign().survivors(mutants);
    long all = mutants.values().stream().mapToInt(List::size).sum();
    System.out.printf(
        "%d mutants, %d survive, %d s%n",
        all, survivors.size(), (System.nanoTime() - begin) / 1_000_000_000);
    survivors.forEach(System.out::println);
  }
}
