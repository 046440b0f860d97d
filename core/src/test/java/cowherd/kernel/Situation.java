package cowherd.kernel;

import java.util.Arrays;

/**
 * Facts for a test: everything is false and 0 but what is said. {@code Situation.of("anon
 * refcount=2 write")}.
 */
record Situation(int[] values) implements Facts {
  static Situation of(String text) {
    int[] values = new int[Fact.values().length];
    for (String word : text.isEmpty() ? new String[0] : text.split(" ")) {
      String[] parts = word.split("=");
      Fact fact =
          Arrays.stream(Fact.values())
              .filter(f -> f.word().equals(parts[0]))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("Situation: " + word));
      values[fact.ordinal()] = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
    }
    return new Situation(values);
  }

  @Override
  public int value(int fact) {
    return values[fact];
  }

  /** The words of the actions that a kernel takes here, until one ends the decision. */
  static String actions(Kernel kernel, DecisionPoint point, String situation) {
    Decision decision = kernel.decision(point);
    Facts facts = of(situation);
    StringBuilder taken = new StringBuilder();
    for (int r = decision.first(facts, 0); r >= 0; r = decision.first(facts, r + 1)) {
      taken.append(taken.isEmpty() ? "" : " ").append(decision.action(r).word());
      if (decision.action(r).terminal()) {
        break;
      }
    }
    return taken.toString();
  }
}
