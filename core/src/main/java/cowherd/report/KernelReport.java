package cowherd.report;

import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.kernel.GupUser;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelChange;
import cowherd.kernel.KernelChange.ClaimChange;
import cowherd.kernel.KernelChange.RuleChange;
import cowherd.kernel.KernelChange.UserChange;
import cowherd.kernel.Rule;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Kernels for people: what there is, and where two differ. */
public final class KernelReport {
  private KernelReport() {}

  // ---- the list

  /** A table: name, base, number of rules of its own, story. */
  public static String list(List<Kernel> kernels, Look look) {
    List<List<String>> rows = new ArrayList<>();
    for (Kernel kernel : kernels) {
      rows.add(
          List.of(
              kernel.name(),
              kernel.base().orElse(""),
              Integer.toString(ownRules(kernel)),
              Lines.visible(kernel.story())));
    }
    return Tables.text(List.of("kernel", "extends", "rules", "story"), rows, look, Ink.HEADING);
  }

  /** The list as JSON lines. */
  public static String listJson(List<Kernel> kernels) {
    StringBuilder out = new StringBuilder();
    for (Kernel kernel : kernels) {
      Json json = new Json().open('{').field("kernel", kernel.name());
      json.field("story", kernel.story()).field("extends", kernel.base());
      json.field("release", kernel.release()).field("ownRules", ownRules(kernel));
      json.field("claims", kernel.claims().stream().map(Enum::name).toList());
      json.field("sources", kernel.sources());
      out.append(json.close('}')).append('\n');
    }
    return out.toString();
  }

  /** Rules, and rows of users of get_user_pages, that the kernel's own file states. */
  static int ownRules(Kernel kernel) {
    int own = 0;
    for (DecisionPoint point : DecisionPoint.values()) {
      Decision decision = kernel.decision(point);
      own += decision.kernel().equals(kernel.name()) ? Math.max(1, decision.size()) : 0;
    }
    for (GupUser user : kernel.users().values()) {
      own += user.kernel().equals(kernel.name()) ? 1 : 0;
    }
    return own;
  }

  /** A resolved kernel as a JSON line; the rules are its text in the rule language. */
  public static String showJson(KernelColumn kernel) {
    Json json = new Json().open('{').field("kernel", kernel.label());
    json.field("resolved", kernel.file()).field("text", kernel.kernel().text());
    return json.close('}') + "\n";
  }

  // ---- differences

  /** Where two kernels differ, decision by decision. */
  public static String diff(KernelColumn before, KernelColumn after, Look look) {
    StringBuilder out = new StringBuilder();
    List<KernelChange> changes = before.kernel().diff(after.kernel());
    out.append(look.paint(Ink.BAD, Lines.visible("--- " + title(before)))).append('\n');
    out.append(look.paint(Ink.GOOD, Lines.visible("+++ " + title(after)))).append('\n');
    String heading = "";
    for (KernelChange change : changes) {
      String next = heading(change, after.kernel());
      if (!next.equals(heading)) {
        out.append('\n').append(look.paint(Ink.HEADING, next)).append('\n');
        heading = next;
      }
      change(out, change, look);
    }
    out.append(changes.isEmpty() ? "" : "\n").append(summary(changes)).append('\n');
    return out.toString();
  }

  private static String title(KernelColumn kernel) {
    String story = kernel.kernel().story();
    String rules = kernel.note().isEmpty() ? "" : " (the rules of " + kernel.file() + ")";
    return kernel.label() + rules + (story.isEmpty() ? "" : "  " + story);
  }

  private static String heading(KernelChange change, Kernel kernel) {
    return switch (change) {
      case ClaimChange _ -> "claims:";
      case UserChange _ -> "users:";
      case RuleChange rule -> {
        Decision block = kernel.decision(rule.decision());
        yield "on " + block.point().phrase() + notes(block.function(), block.commit()) + ":";
      }
    };
  }

  private static String notes(String function, String commit) {
    return (function.isEmpty() ? "" : " in " + function)
        + (commit.isEmpty() ? "" : " by " + commit);
  }

  private static void change(StringBuilder out, KernelChange change, Look look) {
    switch (change) {
      case RuleChange(DecisionPoint _, Optional<Rule> before, Optional<Rule> after) -> {
        before.ifPresent(rule -> line(out, look, "- ", rule.text(), rule.because()));
        after.ifPresent(rule -> line(out, look, "+ ", rule.text(), rule.because()));
      }
      case UserChange(String user, Optional<GupUser> before, Optional<GupUser> after) -> {
        before.ifPresent(row -> line(out, look, "- ", user + ": " + row.text(), row.because()));
        after.ifPresent(row -> line(out, look, "+ ", user + ": " + row.text(), row.because()));
      }
      case ClaimChange(var invariant, boolean added) ->
          line(out, look, added ? "+ " : "- ", invariant.name(), invariant.meaning());
    }
  }

  private static void line(StringBuilder out, Look look, String sign, String text, String because) {
    String quoted = because.isEmpty() || text.contains(because) ? "" : "  \"" + because + "\"";
    StringBuilder lines = new StringBuilder();
    Lines.paragraph(
        lines, "    " + sign, "          ", Lines.visible(text + quoted), look.columns());
    Ink ink = sign.startsWith("+") ? Ink.GOOD : Ink.BAD;
    out.append(look.paint(ink, lines.toString().stripTrailing())).append('\n');
  }

  private static String summary(List<KernelChange> changes) {
    long rules = changes.stream().filter(RuleChange.class::isInstance).count();
    long users = changes.stream().filter(UserChange.class::isInstance).count();
    long claims = changes.stream().filter(ClaimChange.class::isInstance).count();
    if (changes.isEmpty()) {
      return "no difference";
    }
    List<String> parts = new ArrayList<>();
    add(parts, rules, "rule");
    add(parts, users, "user");
    add(parts, claims, "claim");
    String verb = changes.size() == 1 ? " differs" : " differ";
    return String.join(", ", parts) + verb;
  }

  private static void add(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(Words.count(count, what));
    }
  }

  /** The differences as JSON lines. */
  public static String diffJson(KernelColumn before, KernelColumn after) {
    StringBuilder out = new StringBuilder();
    for (KernelChange change : before.kernel().diff(after.kernel())) {
      Json json = new Json().open('{');
      switch (change) {
        case RuleChange(DecisionPoint point, Optional<Rule> old, Optional<Rule> current) -> {
          json.field("decision", point.phrase());
          json.field("before", old.map(Rule::text)).field("after", current.map(Rule::text));
        }
        case UserChange(String user, Optional<GupUser> old, Optional<GupUser> current) -> {
          json.field("user", user);
          json.field("before", old.map(GupUser::text));
          json.field("after", current.map(GupUser::text));
        }
        case ClaimChange(var invariant, boolean added) ->
            json.field("claim", invariant.name()).field("added", added);
      }
      out.append(json.close('}')).append('\n');
    }
    return out.toString();
  }
}
