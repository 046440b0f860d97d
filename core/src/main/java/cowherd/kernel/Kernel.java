package cowherd.kernel;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of one kernel, joined with those of the kernels that it extends: one {@link Decision}
 * for every {@link DecisionPoint}, and a row for every user of get_user_pages. Immutable.
 */
public final class Kernel {
  private final Identity identity;
  private final Set<Invariant> claims;
  private final Map<DecisionPoint, Decision> decisions;
  private final Map<String, GupUser> users;
  private final Set<Fact> facts = EnumSet.noneOf(Fact.class);

  /**
   * What a kernel is called and where it comes from.
   *
   * @param base the kernel that the file extends
   * @param release whether it is a built-in kernel named after a release of Linux
   */
  record Identity(
      String name, String story, List<String> sources, Optional<String> base, boolean release) {
    Identity {
      sources = List.copyOf(sources);
    }
  }

  Kernel(
      Identity identity,
      Set<Invariant> claims,
      Map<DecisionPoint, Decision> decisions,
      Map<String, GupUser> users) {
    this.identity = identity;
    Set<Invariant> copy = EnumSet.noneOf(Invariant.class);
    copy.addAll(claims);
    this.claims = Collections.unmodifiableSet(copy);
    this.decisions = new EnumMap<>(decisions);
    this.users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
    for (DecisionPoint point : DecisionPoint.values()) {
      decision(point).rules().forEach(rule -> rule.condition().collectFacts(facts));
    }
  }

  /** The name in the file's first line. */
  public String name() {
    return identity.name();
  }

  /** What the kernel is, in a sentence, or empty. */
  public String story() {
    return identity.story();
  }

  /** The mails and commits that the file was written from; not those of the base. */
  public List<String> sources() {
    return identity.sources();
  }

  /** The name of the kernel that the file extends. */
  public Optional<String> base() {
    return identity.base();
  }

  /** Whether it is a built-in kernel named after a release of Linux. */
  public boolean release() {
    return identity.release();
  }

  /** The invariants that a checker asserts. */
  public Set<Invariant> claims() {
    return claims;
  }

  /** The rules of a decision. */
  public Decision decision(DecisionPoint point) {
    Decision decision = decisions.get(point);
    if (decision == null) {
      throw new IllegalStateException("Kernel.decision: no rules for " + point);
    }
    return decision;
  }

  /** The users of get_user_pages by the name of their row, in the order of the table. */
  public Map<String, GupUser> users() {
    return users;
  }

  /**
   * The row of a user of get_user_pages.
   *
   * @throws IllegalArgumentException if {@link GupUser#NAMES} does not have the name
   */
  public GupUser user(String name) {
    GupUser user = users.get(name);
    if (user == null) {
      throw new IllegalArgumentException("Kernel.user: no row " + name);
    }
    return user;
  }

  /** Whether any rule asks this fact. */
  public boolean usesFact(Fact fact) {
    return facts.contains(fact);
  }

  /** The whole kernel as one file of the rule language, each part with the kernel it is from. */
  public String text() {
    return KernelText.of(this);
  }

  /**
   * What changes from this kernel to another: per decision the rules, aligned; per user the row;
   * the claims. Explanations and spelling are not compared.
   */
  public List<KernelChange> diff(Kernel other) {
    return KernelChange.between(this, other);
  }

  /** Every kernel that differs from this one by one small change of one rule. */
  public List<Mutant> mutants() {
    return Mutant.of(this);
  }

  /** The same kernel with the rules that another one has for a decision. */
  public Kernel withDecisionOf(Kernel other, DecisionPoint point) {
    return with(other.decision(point));
  }

  Kernel with(Decision decision) {
    Map<DecisionPoint, Decision> changed = new EnumMap<>(decisions);
    changed.put(decision.point(), decision);
    return new Kernel(identity, claims, changed, users);
  }

  @Override
  public String toString() {
    return name();
  }
}
