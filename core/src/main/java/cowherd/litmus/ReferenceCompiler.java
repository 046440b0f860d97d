package cowherd.litmus;

import cowherd.kernel.GupFlags;
import cowherd.litmus.Operation.Modelled;

/** Calls that take, use and drop references. */
final class ReferenceCompiler {
  private static final String GET = "get_user_pages";
  private static final String PIN = "pin_user_pages";

  private final ThreadContext thread;

  ReferenceCompiler(ThreadContext thread) {
    this.thread = thread;
  }

  /** A GUP: its row, its flags, and the variable that holds the pages. */
  void take(
      Draft draft,
      Tree.Call call,
      CallMatcher.Match match,
      Modelled modelled,
      Destination destination) {
    String user = modelled.user();
    boolean function = Variables.taker(user).endsWith("_user_pages");
    int flags = 0;
    if (function) {
      flags = draft.flags | modelled.flags();
      checkKind(call, draft.flags, Variables.taker(user));
      user = row(user, draft.flags);
      flags = user.startsWith(PIN) ? flags & ~GupFlags.FOLL_GET : flags;
    }
    draft.flags = flags;
    draft.user = thread.test.user(user);
    if (destination instanceof Destination.Named(Tree.Name name) && isFree(name)) {
      Variable.Reference variable =
          new Variables(thread)
              .reference(
                  name,
                  draft.pages,
                  function ? Variables.taker(user) : match.operation().name(),
                  Variables.isWritable(user, flags));
      draft.handle = variable.handle();
      draft.result = variable.register();
    }
  }

  private boolean isFree(Tree.Name name) {
    return thread
        .test
        .names
        .find(name.text())
        .map(symbol -> {
          thread
              .problems()
              .error(
                  name.span(),
                  "`" + name.text() + "` is " + symbol.what() + ", not a variable",
                  "take another name");
          return false;
        })
        .orElse(true);
  }

  private void checkKind(Tree.Call call, int written, String family) {
    boolean get = (written & GupFlags.FOLL_GET) != 0;
    boolean pin = (written & GupFlags.FOLL_PIN) != 0;
    Span flags = call.arguments().getLast().span();
    if (get && pin) {
      thread
          .problems()
          .error(flags, "FOLL_GET and FOLL_PIN exclude each other", "write one of them");
    } else if (get && family.equals(PIN)) {
      thread
          .problems()
          .error(
              flags,
              "`" + call.name().text() + "` takes FOLL_PIN, not FOLL_GET",
              "call `" + call.name().text().replace(PIN, GET) + "`");
    }
  }

  /** The row of the table of users: FOLL_PIN and FOLL_FAST_ONLY choose it as the name does. */
  private static String row(String name, int written) {
    String row = (written & GupFlags.FOLL_PIN) != 0 ? name.replace(GET, PIN) : name;
    boolean fastOnly = (written & GupFlags.FOLL_FAST_ONLY) != 0;
    return fastOnly && row.endsWith("_fast") ? row + "_only" : row;
  }

  /** A reference is dropped by the call that belongs to the one that took it. */
  void checkDrop(Tree.Call call, CallMatcher.Match match, Modelled modelled) {
    Variable.Reference reference = ((Argument.Handle) match.arguments().getFirst()).reference();
    if (!reference.taker().isEmpty() && !reference.taker().equals(modelled.drops())) {
      thread
          .problems()
          .error(
              call.name().span(),
              "the reference was taken by `" + reference.taker() + "`",
              "drop it with `" + dropper(reference.taker()) + "`");
    }
  }

  private static String dropper(String taker) {
    return OperationTable.all().stream()
        .filter(o -> o.support() instanceof Modelled m && m.drops().equals(taker))
        .map(Operation::name)
        .findFirst()
        .orElse("");
  }

  void checkFixed(Tree.Call call, CallMatcher.Match match) {
    Variable.Reference reference = ((Argument.Handle) match.arguments().getFirst()).reference();
    if (!reference.taker().isEmpty() && !reference.taker().equals("io_uring_register")) {
      thread
          .problems()
          .error(
              call.arguments().getFirst().span(),
              "this reference is no fixed buffer: it was taken by `" + reference.taker() + "`",
              "take it with `io_uring_register`, or read it with `*`");
    }
  }
}
