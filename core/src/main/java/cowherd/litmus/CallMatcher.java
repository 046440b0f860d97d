package cowherd.litmus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the form of an operation that a call means. */
final class CallMatcher {
  /** A form and its arguments, one for each argument that is written. */
  record Match(Operation operation, List<Argument> arguments) {}

  /** How far a form fits. */
  private record Attempt(
      Operation operation,
      List<Argument> arguments,
      Optional<ArgumentBinder.Unbound> failure,
      boolean wrongCount) {
    boolean fits() {
      return failure.isEmpty();
    }

    int rank() {
      return 2 * arguments.size() + (wrongCount ? 0 : 1);
    }
  }

  /** Most forms that a message shows. */
  private static final int FORMS_MAX = 3;

  private final ThreadContext thread;
  private final ArgumentBinder binder;

  CallMatcher(ThreadContext thread) {
    this.thread = thread;
    this.binder = new ArgumentBinder(thread);
  }

  /** The form that is meant; a call that fits none is reported. */
  Optional<Match> match(Tree.Call call) {
    List<Operation> forms = OperationTable.named(call.name().text());
    if (forms.isEmpty()) {
      thread
          .problems()
          .error(
              call.name().span(),
              "there is no operation `" + call.name().text() + "`",
              Hints.didYouMean(call.name().text(), OperationTable.names()));
      return Optional.empty();
    }
    List<Attempt> attempts = forms.stream().map(form -> attempt(form, call)).toList();
    Optional<Attempt> fitting = attempts.stream().filter(Attempt::fits).findFirst();
    if (fitting.isEmpty()) {
      report(attempts);
    }
    return fitting.map(a -> new Match(a.operation, a.arguments));
  }

  private Attempt attempt(Operation form, Tree.Call call) {
    List<Argument> arguments = new ArrayList<>();
    List<Tree.Expression> written = call.arguments();
    int most = form.parameters().size();
    for (int i = 0; i < Math.min(written.size(), most); i++) {
      switch (binder.bind(form.parameters().get(i), written.get(i))) {
        case ArgumentBinder.Bound(Argument argument) -> arguments.add(argument);
        case ArgumentBinder.Unbound unbound -> {
          return new Attempt(form, arguments, Optional.of(unbound), false);
        }
      }
    }
    if (written.size() > most) {
      return tooMany(form, written.get(most), arguments);
    }
    if (written.size() < form.arguments()) {
      return tooFew(form, call, arguments);
    }
    return new Attempt(form, arguments, Optional.empty(), false);
  }

  private static Attempt tooMany(
      Operation form, Tree.Expression surplus, List<Argument> arguments) {
    return new Attempt(
        form,
        arguments,
        Optional.of(
            new ArgumentBinder.Unbound(
                surplus.span(),
                "`" + form.name() + "` takes no such argument",
                "write `" + form.example() + "`")),
        true);
  }

  private static Attempt tooFew(Operation form, Tree.Call call, List<Argument> arguments) {
    Span close = new Span(call.span().end() - 1, call.span().end());
    String wanted = form.parameters().get(call.arguments().size()).wanted();
    return new Attempt(
        form,
        arguments,
        Optional.of(
            new ArgumentBinder.Unbound(
                close,
                "`" + form.name() + "` needs another argument: " + wanted,
                "write `" + form.example() + "`")),
        true);
  }

  /** The mistake in the form that fits best; among forms that differ by a word, their words. */
  private void report(List<Attempt> attempts) {
    int best = attempts.stream().mapToInt(Attempt::rank).max().orElseThrow();
    List<Attempt> closest = attempts.stream().filter(a -> a.rank() == best).toList();
    Attempt first =
        closest.stream().max(Comparator.comparingInt(CallMatcher::specific)).orElseThrow();
    ArgumentBinder.Unbound failure = first.failure.orElseThrow();
    List<String> words = closest.stream().flatMap(a -> word(a).stream()).distinct().toList();
    if (words.size() == closest.size() && words.size() > 1) {
      String written = thread.test.source.folded(failure.span());
      thread
          .problems()
          .error(
              failure.span(),
              "`" + first.operation.name() + "` knows no `" + written + "`",
              Hints.didYouMeanOr(written, words, "it knows: "));
      return;
    }
    String fix = failure.fix().isEmpty() ? forms(closest) : failure.fix();
    thread.problems().error(failure.span(), failure.message(), fix);
  }

  /** How the call is written, when there are not too many ways. */
  private static String forms(List<Attempt> attempts) {
    List<String> forms =
        attempts.stream().map(a -> "`" + a.operation.example() + "`").distinct().toList();
    return forms.size() > FORMS_MAX ? "" : "write " + String.join(" or ", forms);
  }

  /** A failure with a suggestion says more than one without. */
  private static int specific(Attempt attempt) {
    String fix = attempt.failure.map(ArgumentBinder.Unbound::fix).orElse("");
    boolean near = attempt.failure.map(ArgumentBinder.Unbound::near).orElse(false);
    return near ? 3 : fix.startsWith("did you mean") ? 2 : fix.isEmpty() ? 0 : 1;
  }

  /** The word that a form wanted where it failed. */
  private static Optional<String> word(Attempt attempt) {
    int at = attempt.arguments.size();
    List<Parameter> parameters = attempt.operation.parameters();
    return !attempt.wrongCount
            && at < parameters.size()
            && parameters.get(at).kind() == Parameter.Kind.WORD
        ? Optional.of(parameters.get(at).shown())
        : Optional.empty();
  }
}
