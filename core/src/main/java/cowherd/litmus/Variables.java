package cowherd.litmus;

import cowherd.kernel.GupFlags;
import java.util.List;
import java.util.Optional;

/** Makes the variables of a thread. */
final class Variables {
  /** Users of get_user_pages whose holders may write. */
  private static final List<String> WRITABLE_USERS =
      List.of("io_uring-buffer", "rdma-mr", "vfio-dma", "i915-userptr");

  private final ThreadContext thread;

  Variables(ThreadContext thread) {
    this.thread = thread;
  }

  /** The variable of a name, made when it is new. Its kind may not change. */
  Variable plain(Tree.Name name) {
    return thread
        .scope
        .find(name.text())
        .map(known -> sameKind(name, known, known instanceof Variable.Plain, "a number"))
        .orElseGet(() -> make(name, new Variable.Plain(register(name, ""))));
  }

  Variable event(Tree.Name name) {
    return thread
        .scope
        .find(name.text())
        .map(known -> sameKind(name, known, known instanceof Variable.Event, "an event"))
        .orElseGet(() -> make(name, new Variable.Event(newEvent(name))));
  }

  private int newEvent(Tree.Name name) {
    int first = register(name, "");
    register(name, ".flags");
    register(name, ".address");
    return first;
  }

  Variable.Reference reference(Tree.Name name, int pages, String taker, boolean writable) {
    Optional<Variable> known = thread.scope.find(name.text());
    if (known.isEmpty()) {
      int slot = thread.test.handles(thread.plan.name() + "." + name.text(), pages, name.span());
      Variable.Reference made =
          new Variable.Reference(register(name, ""), slot, pages, taker, writable);
      thread.scope.put(name.text(), made);
      return made;
    }
    if (known.get() instanceof Variable.Reference reference
        && reference.pages() == pages
        && reference.taker().equals(taker)) {
      Variable.Reference both =
          new Variable.Reference(
              reference.register(),
              reference.handle(),
              pages,
              taker,
              reference.writable() || writable);
      thread.scope.put(name.text(), both);
      return both;
    }
    if (!(known.get() instanceof Variable.Broken)) {
      thread
          .problems()
          .error(
              name.span(),
              "`" + name.text() + "` is already " + described(known.get()),
              "take another name");
    }
    return new Variable.Reference(known.get().register(), 0, pages, taker, writable);
  }

  private static String described(Variable variable) {
    return variable instanceof Variable.Reference reference
        ? "a reference to "
            + reference.pages()
            + (reference.pages() == 1 ? " page" : " pages")
            + " by "
            + reference.taker()
        : variable.what();
  }

  private Variable sameKind(Tree.Name name, Variable known, boolean same, String wanted) {
    if (!same && !(known instanceof Variable.Broken)) {
      thread
          .problems()
          .error(
              name.span(),
              "`" + name.text() + "` is " + known.what() + ", and here becomes " + wanted,
              "take another name");
    }
    return known;
  }

  private Variable make(Tree.Name name, Variable variable) {
    thread.scope.put(name.text(), variable);
    return variable;
  }

  private int register(Tree.Name name, String part) {
    return thread.register(name.text() + part, name.span());
  }

  /** The name of the call that takes a reference, without its variants. */
  static String taker(String name) {
    for (String family : List.of("get_user_pages", "pin_user_pages")) {
      if (name.startsWith(family)) {
        return family;
      }
    }
    return name;
  }

  static boolean isWritable(String user, int flags) {
    return (flags & GupFlags.FOLL_WRITE) != 0 || WRITABLE_USERS.contains(user);
  }
}
