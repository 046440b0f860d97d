package cowherd.free;

import cowherd.free.Contrast.Parting;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelChange;
import cowherd.kernel.Rule;
import cowherd.machine.State;
import cowherd.operation.Machine;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the decision that makes two kernels part, by experiment: with the rules of the other kernel
 * for that one decision, they no longer do. When no single decision is enough, the first one that
 * came out otherwise is named.
 *
 * @param first the rule of the one kernel; empty when it does not ask there
 * @param second the rule of the other
 * @param alone whether that decision alone makes the difference
 */
public record Cause(Optional<Rule> first, Optional<Rule> second, boolean alone) {

  /** Where the machines of an experiment come from. */
  interface Machines {
    /** A comparison of two kernels on the same programs. */
    Contrast contrast(Kernel one, Kernel two);
  }

  static Cause of(Parting parting, List<Kernel> kernels, Machines machines) {
    Kernel one = kernels.get(0);
    Kernel two = kernels.get(1);
    for (DecisionPoint point : candidates(parting, one, two)) {
      boolean here = joins(parting, machines, one.withDecisionOf(two, point), two);
      if (here || joins(parting, machines, one, two.withDecisionOf(one, point))) {
        return at(parting, point);
      }
    }
    int at = firstDifference(parting.first(), parting.second());
    return new Cause(get(parting.first(), at), get(parting.second(), at), false);
  }

  /** Decisions that were asked and that the kernels word otherwise, the first ones first. */
  private static List<DecisionPoint> candidates(Parting parting, Kernel one, Kernel two) {
    Set<DecisionPoint> changed = EnumSet.noneOf(DecisionPoint.class);
    for (KernelChange change : one.diff(two)) {
      if (change instanceof KernelChange.RuleChange rule) {
        changed.add(rule.decision());
      }
    }
    List<DecisionPoint> asked = new ArrayList<>();
    List<Rule> all = new ArrayList<>(parting.first());
    all.addAll(parting.second());
    for (Rule rule : all) {
      if (changed.contains(rule.decision()) && !asked.contains(rule.decision())) {
        asked.add(rule.decision());
      }
    }
    return asked;
  }

  private static boolean joins(Parting parting, Machines machines, Kernel one, Kernel two) {
    try {
      return machines.contrast(one, two).along(parting.moves()).isEmpty();
    } catch (Machine.OutOfModel | State.OutOfCounter | State.BrokenMachine e) {
      return false; // rules that were never meant to stand together
    }
  }

  /** The first time that the kernels answered a decision otherwise. */
  private static Cause at(Parting parting, DecisionPoint point) {
    List<Rule> first = parting.first().stream().filter(r -> r.decision() == point).toList();
    List<Rule> second = parting.second().stream().filter(r -> r.decision() == point).toList();
    int at = firstDifference(first, second);
    return new Cause(get(first, at), get(second, at), true);
  }

  private static Optional<Rule> get(List<Rule> rules, int at) {
    return at < rules.size() ? Optional.of(rules.get(at)) : Optional.empty();
  }

  private static int firstDifference(List<Rule> a, List<Rule> b) {
    int at = 0;
    while (at < a.size()
        && at < b.size()
        && a.get(at).decision() == b.get(at).decision()
        && a.get(at).action() == b.get(at).action()) {
      at++;
    }
    return at;
  }
}
