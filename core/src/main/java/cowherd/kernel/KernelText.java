package cowherd.kernel;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes a resolved kernel as a file of the rule language; reading it gives the same rules. */
final class KernelText {
  private static final int COLUMNS_MAX = 100;
  private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.'-]*";
  private static final Pattern NAMES = Pattern.compile(NAME + "(, " + NAME + ")*");

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
      statement(user.name() + ": " + user.text(), quoted(user.because()));
    }
  }

  private void block(Decision decision) {
    out.append("\n// ").append(decision.kernel()).append('\n');
    out.append("on ").append(decision.point().phrase());
    out.append(notes(decision.function(), decision.commit()));
    if (!decision.contract().isEmpty()) {
      out.append("\n  \"").append(decision.contract()).append('"');
    }
    out.append(":\n");
    if (decision.size() == 0) {
      out.append("    none;\n");
    }
    decision.rules().forEach(this::rule);
  }

  private void rule(Rule rule) {
    String because = rule.action() == Action.OUT_OF_MODEL ? "" : quoted(rule.because());
    statement(rule.text(), because + notes(rule.function(), rule.commit()));
  }

  /** A statement and its explanation, on two lines when one would be too long. */
  private void statement(String statement, String explanation) {
    out.append("    ").append(statement);
    if (statement.length() + explanation.length() > COLUMNS_MAX - 5) {
      out.append("\n       ");
    }
    out.append(explanation).append(";\n");
  }

  private static String notes(String function, String commit) {
    String in = function.isEmpty() ? "" : " in " + function;
    if (commit.isEmpty()) {
      return in;
    }
    return in + " by " + (NAMES.matcher(commit).matches() ? commit : "\"" + commit + "\"");
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "" : " \"" + text + "\"";
  }
}
