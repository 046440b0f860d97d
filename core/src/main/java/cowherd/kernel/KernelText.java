package cowherd.kernel;

import java.util.stream.Collectors;

/** Writes a resolved kernel as a file of the rule language; reading it gives the same rules. */
final class KernelText {
  private final Kernel kernel;
  private final StringBuilder out = new StringBuilder();

  private KernelText(Kernel kernel) {
    this.kernel = kernel;
  }

  static String of(Kernel kernel) {
    KernelText text = new KernelText(kernel);
    text.header();
    text.users();
    for (DecisionPoint point : DecisionPoint.values()) {
      text.block(kernel.decision(point));
    }
    return text.out.toString();
  }

  private void header() {
    out.append("kernel ").append(kernel.name());
    kernel.base().ifPresent(base -> out.append("  // extends ").append(base));
    out.append('\n');
    if (!kernel.story().isEmpty()) {
      out.append("  \"").append(kernel.story()).append("\"\n");
    }
    for (String source : kernel.sources()) {
      out.append("  from \"").append(source).append("\"\n");
    }
    String claims = kernel.claims().stream().map(Enum::name).collect(Collectors.joining(", "));
    out.append("  claims ").append(claims.isEmpty() ? "nothing" : claims).append(";\n");
  }

  private void users() {
    out.append("\nusers:\n");
    String from = "";
    for (GupUser user : kernel.users().values()) {
      if (!user.kernel().equals(from)) {
        from = user.kernel();
        out.append("    // ").append(from).append('\n');
      }
      out.append("    ").append(user.name()).append(": ").append(user.text());
      quoted(user.because());
      out.append(";\n");
    }
  }

  private void block(Decision decision) {
    out.append("\n// ").append(decision.kernel()).append('\n');
    out.append("on ").append(decision.point().phrase());
    notes(decision.function(), decision.commit());
    quoted(decision.contract());
    out.append(":\n");
    if (decision.size() == 0) {
      out.append("    none;\n");
    }
    for (Rule rule : decision.rules()) {
      out.append("    ").append(rule.text());
      if (rule.action() != Action.OUT_OF_MODEL) {
        quoted(rule.because());
      }
      notes(rule.function(), rule.commit());
      out.append(";\n");
    }
  }

  private void notes(String function, String commit) {
    if (!function.isEmpty()) {
      out.append(" in ").append(function);
    }
    if (!commit.isEmpty()) {
      boolean words =
          commit.matches("[A-Za-z0-9_][A-Za-z0-9_.'-]*(, [A-Za-z0-9_][A-Za-z0-9_.'-]*)*");
      out.append(" by ").append(words ? commit : "\"" + commit + "\"");
    }
  }

  private void quoted(String text) {
    if (!text.isEmpty()) {
      out.append(" \"").append(text).append('"');
    }
  }
}
