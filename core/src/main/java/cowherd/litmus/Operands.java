package cowherd.litmus;

import cowherd.litmus.Constants.Constant;
import cowherd.litmus.Constants.Family;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles expressions of a thread. Memory, references and calls within an expression become
 * instructions before it, from left to right, into hidden registers.
 */
final class Operands {
  private static final Expr AFTER_MISTAKE = new Expr.Constant(0);

  private final ThreadContext thread;
  private final Literals literals;
  private final PageResolver pages;

  Operands(ThreadContext thread) {
    this.thread = thread;
    this.literals = new Literals(thread.problems());
    this.pages = new PageResolver(thread.test);
  }

  Expr value(Tree.Expression expression) {
    return switch (expression) {
      case Tree.Number number -> new Expr.Constant(literals.value(number));
      case Tree.Path path -> path(path);
      case Tree.Dereference dereference -> intoHidden(dereference);
      case Tree.AddressOf address -> addressOf(address);
      case Tree.Call call -> {
        int register = thread.hiddenRegister();
        new CallCompiler(thread, this).compile(call, new Destination.Hidden(register));
        yield new Expr.Register(register);
      }
      case Tree.Unary unary -> unary(unary);
      case Tree.Binary binary -> {
        Expr left = value(binary.left());
        yield Fold.binary(binary.operator().text(), left, value(binary.right()));
      }
      case Tree.Parentheses parentheses -> value(parentheses.inner());
    };
  }

  private Expr unary(Tree.Unary unary) {
    if (unary.operator().equals("!")) {
      return Fold.not(value(unary.operand()));
    }
    return errno(unary, thread.problems());
  }

  /** {@code -EFAULT}. */
  static Expr errno(Tree.Unary unary, Problems problems) {
    Optional<Constant> constant =
        unary.operand() instanceof Tree.Path path && path.isWord()
            ? Constants.of(path.text()).filter(c -> c.family() == Family.ERRNO)
            : Optional.empty();
    if (constant.isEmpty()) {
      String fix =
          unary.operand() instanceof Tree.Path path
              ? Hints.didYouMean(path.text(), Constants.names(Family.ERRNO))
              : "values are 0 to 199";
      problems.error(unary.span(), "a minus stands only before an error code: -EFAULT", fix);
      return AFTER_MISTAKE;
    }
    return new Expr.Constant(constant.get().value());
  }

  private Expr addressOf(Tree.AddressOf address) {
    PageResolver.Result result = pages.page(address.path(), thread.process());
    return switch (result) {
      case PageResolver.Found(PageRange range) -> new Expr.Constant(range.page());
      case PageResolver.Wrong wrong -> mistake(wrong.span(), wrong.message(), wrong.fix());
    };
  }

  private Expr mistake(Span span, String message, String fix) {
    thread.problems().error(span, message, fix);
    return AFTER_MISTAKE;
  }

  // ---- paths ---------------------------------------------------------------------------------

  private Expr path(Tree.Path path) {
    Optional<Variable> variable = thread.scope.find(path.first().text());
    if (variable.isPresent()) {
      return variable(path, variable.get());
    }
    if (pages.namesMemory(path)) {
      return intoHidden(path);
    }
    Optional<Constant> constant = Constants.of(path.text());
    return constant.isPresent() && path.isWord() ? constant(path, constant.get()) : unknown(path);
  }

  private Expr variable(Tree.Path path, Variable variable) {
    String part = path.parts().size() == 2 ? path.parts().get(1).text() : "";
    return switch (variable) {
      case Variable.Event event when part.equals("flags") -> new Expr.Register(event.flags());
      case Variable.Event event when part.equals("address") -> new Expr.Register(event.address());
      case Variable.Reference _ when path.index().isPresent() -> intoHidden(path);
      case Variable.Broken _ -> AFTER_MISTAKE;
      default ->
          path.isWord()
              ? new Expr.Register(variable.register())
              : mistake(
                  path.span(),
                  "`" + path.first().text() + "` is " + variable.what() + " without such a part",
                  variable instanceof Variable.Reference
                      ? "write `*" + path.text() + "`"
                      : variable instanceof Variable.Event
                          ? "its parts are `.flags` and `.address`"
                          : "");
    };
  }

  static Optional<Expr> constantValue(Constant constant) {
    return switch (constant.family()) {
      case VALUE, BITS -> Optional.of(new Expr.Constant(constant.value()));
      default -> Optional.empty();
    };
  }

  private Expr constant(Tree.Path path, Constant constant) {
    return constantValue(constant)
        .orElseGet(() ->
            mistake(
                path.span(),
                "`"
                    + path.text()
                    + "` is no value: it belongs to the "
                    + constant.family().meaning(),
                constant.family() == Family.ERRNO ? "write `-" + path.text() + "`" : ""));
  }

  private Expr unknown(Tree.Path path) {
    String name = path.first().text();
    Optional<Symbol> symbol = thread.test.names.find(name);
    if (symbol.isPresent()) {
      return mistake(
          path.span(),
          "`" + path.text() + "` is no value: `" + name + "` is " + symbol.get().what(),
          symbolHint(symbol.get(), path));
    }
    List<String> known = new ArrayList<>(thread.scope.names());
    known.addAll(thread.test.names.names(Symbol.Memory.class));
    known.addAll(Constants.names(Family.VALUE));
    boolean elsewhere =
        thread.test.registers.keySet().stream()
            .anyMatch(r -> r.startsWith(processPrefix()) && r.endsWith("." + name));
    return mistake(
        path.first().span(),
        "`" + name + "` has no value here",
        elsewhere
            ? "it belongs to another thread; assign it before the threads begin and all see it"
            : hint(name, known));
  }

  private static String hint(String name, List<String> known) {
    String question = Hints.didYouMean(name, known);
    return question.isEmpty() ? "a variable is assigned before it is read" : question;
  }

  private String processPrefix() {
    return thread.process() < 0 ? "." : thread.test.processName(thread.process()) + ".";
  }

  private String symbolHint(Symbol symbol, Tree.Path path) {
    return switch (symbol) {
      case Symbol.FileObject _ -> "read it into memory: `read(" + path.text() + ", x)`";
      case Symbol.Pipe _ -> "write `read(" + path.text() + ")`";
      case Symbol.ProcessName _ ->
          "a process sees another's memory by `process_vm_readv("
              + path.first().text()
              + ", x)`; conditions below the processes see everything";
      case Symbol.Userfaultfd _ -> "write `e = read(" + path.text() + ");`";
      case Symbol.Memory _, Symbol.KernelThread _, Symbol.Signal _, Symbol.Barrier _ -> "";
    };
  }

  // ---- instructions that read ----------------------------------------------------------------

  private Expr intoHidden(Tree.Expression expression) {
    int register = thread.hiddenRegister();
    return read(expression, register) ? new Expr.Register(register) : AFTER_MISTAKE;
  }

  /** Whether an expression is one load or one read through a reference, and nothing else. */
  boolean isRead(Tree.Expression expression) {
    return switch (expression) {
      case Tree.Dereference _ -> true;
      case Tree.Path path ->
          thread
              .scope
              .find(path.first().text())
              .map(v -> v instanceof Variable.Reference && path.index().isPresent())
              .orElseGet(() -> pages.namesMemory(path));
      default -> false;
    };
  }

  /** Emits the load or the read; false after a mistake. */
  boolean read(Tree.Expression expression, int register) {
    Optional<Draft> draft =
        switch (expression) {
          case Tree.Dereference dereference ->
              through(Op.REFERENCE_READ, dereference.path(), false);
          case Tree.Path path when thread.scope.find(path.first().text()).isPresent() ->
              through(Op.REFERENCE_READ, path, false);
          case Tree.Path path -> memory(Op.LOAD, path);
          default -> throw new IllegalStateException("Operands.read: not a read");
        };
    draft.ifPresent(d -> {
      d.result = register;
      d.captured = d.op == Op.LOAD;
      d.word = d.word == Instruction.NONE ? 0 : d.word;
      thread.emit(d);
    });
    return draft.isPresent();
  }

  /** A load or a store of one page, not emitted yet; nothing after a mistake. */
  Optional<Draft> memory(Op op, Tree.Path path) {
    if (thread.process() < 0) {
      mistake(
          path.span(),
          "a kernel thread has no memory of its own",
          "observe it: `present(" + path.text() + ")`");
      return Optional.empty();
    }
    return switch (pages.page(path, thread.process())) {
      case PageResolver.Found(PageRange range) -> {
        Draft draft = thread.draft(op);
        draft.at(range);
        yield Optional.of(draft);
      }
      case PageResolver.Wrong wrong -> {
        mistake(wrong.span(), wrong.message(), wrong.fix());
        yield Optional.empty();
      }
    };
  }

  /** An access through a reference, not emitted yet; nothing after a mistake. */
  Optional<Draft> through(Op op, Tree.Path path, boolean writes) {
    Optional<Variable> variable = thread.scope.find(path.first().text());
    if (variable.isPresent() && variable.get() instanceof Variable.Broken) {
      return Optional.empty();
    }
    if (variable.isEmpty() || !(variable.get() instanceof Variable.Reference reference)) {
      mistake(path.span(), notReference(path, variable), "take one: `k = get_user_pages(x);`");
      return Optional.empty();
    }
    if (writes && !reference.writable()) {
      mistake(
          path.span(),
          "`" + path.first().text() + "` was taken for reading",
          "take it with FOLL_WRITE");
      return Optional.empty();
    }
    return switch (new ArgumentBinder(thread).handle(reference, path, false)) {
      case ArgumentBinder.Bound(Argument argument) -> {
        Argument.Handle handle = (Argument.Handle) argument;
        Draft draft = thread.draft(op);
        draft.handle = handle.first();
        draft.pages = 1;
        draft.word = handle.word();
        yield Optional.of(draft);
      }
      case ArgumentBinder.Unbound wrong -> {
        mistake(wrong.span(), wrong.message(), wrong.fix());
        yield Optional.empty();
      }
    };
  }

  private String notReference(Tree.Path path, Optional<Variable> variable) {
    String name = path.first().text();
    return variable
        .map(v -> "`" + name + "` is " + v.what() + ", not a reference")
        .or(() ->
            thread
                .test
                .names
                .find(name)
                .map(s -> "`" + name + "` is " + s.what() + ", not a reference"))
        .orElse("there is no reference `" + name + "` here");
  }
}
