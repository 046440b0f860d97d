package cowherd.report;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;

/** A rule that fired, as a trace tells it. */
public final class RuleLine {
  private RuleLine() {}

  /**
   * Whether a rule is worth a line: it made something of the page or of the request. What only lets
   * things go on, and the bits of a PTE that follow from what was decided before, are not.
   */
  public static boolean decides(Rule rule) {
    boolean bitsOnly =
        switch (rule.decision()) {
          case REUSING, INSTALLING, FRESH, FORK_COPY -> true;
          default -> false;
        };
    boolean goesOn =
        switch (rule.action()) {
          case AS_ASKED, GO, KEEP, ACCEPT -> true;
          default -> !rule.action().terminal() && rule.unconditional();
        };
    return !bitsOnly && !goesOn;
  }

  /** The kernel function of a rule, else that of its block; or empty. */
  static String function(Kernel kernel, Rule rule) {
    String own = rule.function();
    return own.isEmpty() ? kernel.decision(rule.decision()).function() : own;
  }

  /** The commit of a rule, else that of its block; or empty. */
  static String commit(Kernel kernel, Rule rule) {
    String own = rule.commit();
    return own.isEmpty() ? kernel.decision(rule.decision()).commit() : own;
  }

  /** {@code v5.9 do_wp_page 09854ba94c6a: copy when refcount != 1: somebody else uses it}. */
  public static String text(Kernel kernel, Rule rule) {
    Decision block = kernel.decision(rule.decision());
    StringBuilder out = new StringBuilder(rule.kernel());
    String function = function(kernel, rule);
    String commit = commit(kernel, rule);
    out.append(function.isEmpty() ? "" : " " + function);
    out.append(commit.isEmpty() ? "" : " (" + commit + ")");
    out.append(": ").append(rule.text());
    String because = rule.because().isEmpty() ? block.contract() : rule.because();
    if (!because.isEmpty() && rule.action() != Action.OUT_OF_MODEL) {
      out.append(" -- ").append(because);
    }
    return Lines.visible(out.toString());
  }
}
