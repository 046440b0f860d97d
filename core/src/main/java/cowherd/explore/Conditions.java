package cowherd.explore;

import cowherd.kernel.Invariant;
import cowherd.litmus.Assertion;
import cowherd.litmus.LitmusTest;
import cowherd.machine.State;
import cowherd.operation.Evaluator;
import cowherd.operation.PropertyName;
import cowherd.property.Properties;
import java.util.ArrayList;
import java.util.List;

/**
 * The conditions of one test as bits: the named properties, the invariants of the kernel, and the
 * test's own ones from bit {@link #OWN} in the order of the test.
 */
final class Conditions {
  /** Bit of the first condition of the test itself. */
  static final int OWN = 16;

  /** Most conditions of a test. */
  static final int OWN_MAX = 15;

  private final LitmusTest test;
  private final List<Assertion> own;

  Conditions(LitmusTest test) {
    this.test = test;
    this.own = test.assertions();
  }

  /** Own conditions that are broken in a state. */
  int brokenIn(State s, boolean complete) {
    int broken = 0;
    for (int i = 0; i < own.size(); i++) {
      Assertion a = own.get(i);
      boolean judged =
          switch (a.kind()) {
            case NEVER, ALWAYS, ALLOWED -> complete;
            case INVARIANT, ASSERT, PREPARED -> true;
            case SOMETIMES, TERMINATES -> false;
          };
      if (judged) {
        boolean holds = Evaluator.evaluate(a.condition(), s) != 0;
        if (holds == (a.kind() == Assertion.Kind.NEVER)) {
          broken |= 1 << OWN + i;
        }
      }
    }
    return broken;
  }

  /** The {@code sometimes} conditions that a complete state fulfils. */
  int reachedIn(State s) {
    int reached = 0;
    for (int i = 0; i < own.size(); i++) {
      if (own.get(i).kind() == Assertion.Kind.SOMETIMES
          && Evaluator.evaluate(own.get(i).condition(), s) != 0) {
        reached |= 1 << OWN + i;
      }
    }
    return reached;
  }

  /** All {@code sometimes} conditions. */
  int sometimes() {
    int mask = 0;
    for (int i = 0; i < own.size(); i++) {
      mask |= own.get(i).kind() == Assertion.Kind.SOMETIMES ? 1 << OWN + i : 0;
    }
    return mask;
  }

  /** The conditions of some bits, in the order of the bits. */
  List<Condition> of(int bits) {
    List<Condition> result = new ArrayList<>();
    for (int bit = 0; bit < OWN + own.size(); bit++) {
      if ((bits >> bit & 1) != 0) {
        result.add(condition(bit));
      }
    }
    return result;
  }

  private Condition condition(int bit) {
    if (bit >= OWN) {
      Assertion a = own.get(bit - OWN);
      return new Condition(bit, a.kind().word(), a.text(), a.because());
    }
    if (bit >= Properties.INVARIANTS) {
      Invariant invariant = Invariant.values()[bit - Properties.INVARIANTS];
      return new Condition(bit, invariant.name(), invariant.name(), invariant.meaning());
    }
    PropertyName name = PropertyName.values()[bit];
    return new Condition(bit, name.word(), name.word(), name.meaning());
  }

  LitmusTest test() {
    return test;
  }
}
