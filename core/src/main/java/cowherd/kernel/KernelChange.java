package cowherd.kernel;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One difference between two kernels. */
public sealed interface KernelChange {
  /** A rule that was removed (no {@code after}), added (no {@code before}) or changed. */
  record RuleChange(DecisionPoint decision, Optional<Rule> before, Optional<Rule> after)
      implements KernelChange {}

  /** The row of a user of get_user_pages. */
  record UserChange(String user, Optional<GupUser> before, Optional<GupUser> after)
      implements KernelChange {}

  /** An invariant that only one of them claims. */
  record ClaimChange(Invariant invariant, boolean added) implements KernelChange {}

  /** The change in one or two lines, {@code -} before and {@code +} after, without a newline. */
  default String text() {
    return switch (this) {
      case RuleChange(DecisionPoint _, Optional<Rule> before, Optional<Rule> after) ->
          lines(before.map(Rule::text), after.map(Rule::text));
      case UserChange(String user, Optional<GupUser> before, Optional<GupUser> after) ->
          lines(
              before.map(row -> user + ": " + row.text()),
              after.map(row -> user + ": " + row.text()));
      case ClaimChange(Invariant invariant, boolean added) ->
          (added ? "+ claims " : "- claims ") + invariant;
    };
  }

  private static String lines(Optional<String> before, Optional<String> after) {
    List<String> lines = new ArrayList<>();
    before.ifPresent(text -> lines.add("- " + text));
    after.ifPresent(text -> lines.add("+ " + text));
    return String.join("\n", lines);
  }

  /** All differences: claims, then users, then decisions in their order. */
  static List<KernelChange> between(Kernel before, Kernel after) {
    List<KernelChange> changes = new ArrayList<>();
    Set<Invariant> claims = EnumSet.noneOf(Invariant.class);
    claims.addAll(before.claims());
    claims.addAll(after.claims());
    for (Invariant claim : claims) {
      if (before.claims().contains(claim) != after.claims().contains(claim)) {
        changes.add(new ClaimChange(claim, after.claims().contains(claim)));
      }
    }
    Set<String> users = new LinkedHashSet<>(before.users().keySet());
    users.addAll(after.users().keySet());
    for (String user : users) {
      Optional<GupUser> old = Optional.ofNullable(before.users().get(user));
      Optional<GupUser> current = Optional.ofNullable(after.users().get(user));
      if (!old.map(GupUser::attempts).equals(current.map(GupUser::attempts))) {
        changes.add(new UserChange(user, old, current));
      }
    }
    for (DecisionPoint point : DecisionPoint.values()) {
      align(before.decision(point), after.decision(point), changes);
    }
    return changes;
  }

  /**
   * Aligns the rules of two blocks by a longest common subsequence. Between two rules that both
   * have, the removed and the added ones are paired in order: those are the changed ones.
   */
  private static void align(Decision before, Decision after, List<KernelChange> changes) {
    int[][] common = commonLengths(before.rules(), after.rules());
    List<Rule> removed = new ArrayList<>();
    List<Rule> added = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < before.size() || j < after.size()) {
      boolean both = i < before.size() && j < after.size();
      if (both && before.rule(i).sameAs(after.rule(j))) {
        pair(before.point(), removed, added, changes);
        i++;
        j++;
      } else if (j == after.size() || (both && common[i + 1][j] >= common[i][j + 1])) {
        removed.add(before.rule(i++));
      } else {
        added.add(after.rule(j++));
      }
    }
    pair(before.point(), removed, added, changes);
  }

  private static void pair(
      DecisionPoint point, List<Rule> removed, List<Rule> added, List<KernelChange> changes) {
    for (int k = 0; k < Math.max(removed.size(), added.size()); k++) {
      changes.add(
          new RuleChange(
              point,
              k < removed.size() ? Optional.of(removed.get(k)) : Optional.empty(),
              k < added.size() ? Optional.of(added.get(k)) : Optional.empty()));
    }
    removed.clear();
    added.clear();
  }

  private static int[][] commonLengths(List<Rule> before, List<Rule> after) {
    int[][] common = new int[before.size() + 1][after.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = after.size() - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).sameAs(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }
}
