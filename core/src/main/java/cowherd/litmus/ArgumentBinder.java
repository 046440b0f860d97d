package cowherd.litmus;

import cowherd.litmus.Constants.Constant;
import cowherd.operation.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Understands an argument as what a parameter wants; without side effects. */
final class ArgumentBinder {
  /** An argument, or what is wrong with it. */
  sealed interface Binding {}

  record Bound(Argument argument) implements Binding {}

  /** {@code near}: the argument is of the kind that the parameter wants, and still wrong. */
  record Unbound(Span span, String message, String fix, boolean near) implements Binding {
    Unbound(Span span, String message, String fix) {
      this(span, message, fix, false);
    }
  }

  private final ThreadContext thread;
  private final PageResolver pages;

  ArgumentBinder(ThreadContext thread) {
    this.thread = thread;
    this.pages = new PageResolver(thread.test);
  }

  Binding bind(Parameter parameter, Tree.Expression expression) {
    Tree.Expression argument =
        expression instanceof Tree.Parentheses(var _, var inner) ? inner : expression;
    return switch (parameter.kind()) {
      case FLAGS -> flags(parameter.family(), argument);
      case VALUE -> new Bound(new Argument.Value(argument));
      case NUMBER -> number(argument);
      default ->
          argument instanceof Tree.Path path
              ? path(parameter, path)
              : parameter.kind() == Parameter.Kind.ANYTHING
                  ? new Bound(new Argument.Word(""))
                  : unbound(argument.span(), parameter);
    };
  }

  private Binding path(Parameter parameter, Tree.Path path) {
    return switch (parameter.kind()) {
      case PAGES -> wholePages(path);
      case PAGE -> onePage(path);
      case ANY_PAGE -> resolved(pages.pageOfAny(path, thread.process()));
      case FILE -> symbol(parameter, path, Symbol.FileObject.class);
      case PIPE -> symbol(parameter, path, Symbol.Pipe.class);
      case USERFAULTFD -> userfaultfd(parameter, path);
      case REFERENCE -> reference(path, true);
      case REFERENCE_PAGE -> reference(path, false);
      case MEMORY_OF, PROCESS -> process(parameter, path);
      case THREAD -> thread(path);
      case SIGNAL -> symbol(parameter, path, Symbol.Signal.class);
      case BARRIER -> symbol(parameter, path, Symbol.Barrier.class);
      case WORD -> word(parameter, path);
      case ANYTHING -> anything(path);
      case VALUE, NUMBER, FLAGS -> unbound(path.span(), parameter);
    };
  }

  private static Unbound unbound(Span span, Parameter parameter) {
    return new Unbound(span, "here should be " + parameter.wanted(), "");
  }

  // ---- memory --------------------------------------------------------------------------------

  private static Binding resolved(PageResolver.Result result) {
    return switch (result) {
      case PageResolver.Found(PageRange range) -> new Bound(new Argument.Pages(range));
      case PageResolver.Wrong wrong ->
          new Unbound(wrong.span(), wrong.message(), wrong.fix(), wrong.isMemory());
    };
  }

  private Binding wholePages(Tree.Path path) {
    Optional<PageRange> address = address(path);
    if (address.isPresent()) {
      return new Bound(new Argument.Pages(address.get()));
    }
    if (path.index().isPresent()) {
      return new Unbound(
          path.index().get().span(), "the call takes whole pages", "write `" + path.text() + "`");
    }
    Optional<Binding> remote = otherProcess(path);
    return remote.orElseGet(() -> resolved(pages.pages(path, thread.process())));
  }

  private Binding onePage(Tree.Path path) {
    return otherProcess(path).orElseGet(() -> resolved(pages.page(path, thread.process())));
  }

  private Optional<Binding> otherProcess(Tree.Path path) {
    boolean remote =
        path.parts().size() > 1
            && thread.test.names.find(path.first().text(), Symbol.ProcessName.class).isPresent();
    return remote
        ? Optional.of(
            new Unbound(
                path.first().span(),
                "this call works on the memory of its own process",
                "leave `" + path.first().text() + ".` out"))
        : Optional.empty();
  }

  /** {@code e.address}. */
  private Optional<PageRange> address(Tree.Path path) {
    boolean shaped =
        path.parts().size() == 2
            && path.index().isEmpty()
            && path.parts().get(1).text().equals("address");
    if (!shaped) {
      return Optional.empty();
    }
    return switch (thread.scope.find(path.first().text()).orElse(none())) {
      case Variable.Event event ->
          Optional.of(PageRange.inRegister(thread.process(), event.address()));
      case Variable.Broken(int register) ->
          Optional.of(PageRange.inRegister(thread.process(), register));
      case Variable.Plain _, Variable.Reference _ -> Optional.empty();
    };
  }

  private static Variable none() {
    return new Variable.Plain(Instruction.NONE);
  }

  // ---- names ---------------------------------------------------------------------------------

  private Binding symbol(Parameter parameter, Tree.Path path, Class<? extends Symbol> type) {
    Optional<Symbol> symbol = thread.test.names.find(path.first().text());
    if (symbol.isPresent() && type.isInstance(symbol.get()) && path.isWord()) {
      return new Bound(new Argument.Target(index(symbol.get())));
    }
    return wrongName(parameter, path, thread.test.names.names(type));
  }

  private static int index(Symbol symbol) {
    return switch (symbol) {
      case Symbol.FileObject file -> file.index();
      case Symbol.Pipe pipe -> pipe.index();
      case Symbol.Userfaultfd userfaultfd -> userfaultfd.index();
      case Symbol.ProcessName process -> process.index();
      case Symbol.Signal signal -> signal.index();
      case Symbol.Barrier barrier -> barrier.index();
      case Symbol.Memory memory -> memory.firstPage();
      case Symbol.KernelThread _ -> Instruction.NONE;
    };
  }

  private Unbound wrongName(Parameter parameter, Tree.Path path, List<String> known) {
    String name = path.first().text();
    String found =
        thread
            .test
            .names
            .find(name)
            .map(Symbol::what)
            .or(() -> thread.scope.find(name).map(Variable::what))
            .map(what -> "`" + path.text() + "` is " + what + "; ")
            .orElse("");
    String message =
        found.isEmpty()
            ? "there is no `" + path.text() + "`; here should be " + parameter.wanted()
            : found + "here should be " + parameter.wanted();
    String fix = found.isEmpty() ? Hints.didYouMeanOr(name, known, "there are: ") : "";
    return new Unbound(path.span(), message, fix);
  }

  private Binding process(Parameter parameter, Tree.Path path) {
    return symbol(parameter, path, Symbol.ProcessName.class)
            instanceof Bound(Argument.Target target)
        ? new Bound(
            parameter.kind() == Parameter.Kind.MEMORY_OF
                ? new Argument.MemoryOf(target.index())
                : target)
        : wrongName(parameter, path, thread.test.names.names(Symbol.ProcessName.class));
  }

  private Binding thread(Tree.Path path) {
    int index = path.isWord() ? thread.survey.thread(thread.process(), path.text()) : -1;
    if (index == thread.thread) {
      return new Unbound(path.span(), "a thread cannot wait for its own end", "", true);
    }
    if (index >= 0) {
      return new Bound(new Argument.Target(index));
    }
    List<String> known = thread.survey.threadNames(thread.process());
    return new Unbound(
        path.span(),
        "this process has no thread `" + path.text() + "`",
        Hints.didYouMeanOr(path.text(), known, "its threads are: "));
  }

  private Binding userfaultfd(Parameter parameter, Tree.Path path) {
    Optional<Symbol.Userfaultfd> found =
        thread.test.names.find(path.first().text(), Symbol.Userfaultfd.class);
    if (found.isEmpty() || path.parts().size() > 2 || path.index().isPresent()) {
      return wrongName(parameter, path, thread.test.names.names(Symbol.Userfaultfd.class));
    }
    Symbol.Userfaultfd symbol = found.get();
    if (path.parts().size() == 2) {
      Tree.Name child = path.parts().get(1);
      return thread
          .test
          .names
          .find(child.text(), Symbol.ProcessName.class)
          .<Binding>map(p -> new Bound(new Argument.Userfaultfd(symbol.index(), p.index())))
          .orElseGet(() ->
              new Unbound(
                  child.span(),
                  "there is no process `" + child.text() + "`",
                  thread.test.names.suggest(child.text(), Symbol.ProcessName.class)));
    }
    if (!symbol.creators().contains(thread.process())) {
      return new Unbound(
          path.span(),
          "this process has not created `" + path.text() + "`",
          "the creator names the context of a forked child with `" + path.text() + ".B`",
          true);
    }
    return new Bound(new Argument.Userfaultfd(symbol.index(), thread.process()));
  }

  // ---- references ----------------------------------------------------------------------------

  private Binding reference(Tree.Path path, boolean whole) {
    Variable variable = thread.scope.find(path.first().text()).orElse(none());
    if (variable instanceof Variable.Broken(int register)) {
      Variable.Reference any = new Variable.Reference(register, 0, 1, "", true);
      return new Bound(new Argument.Handle(any, 0, 1, Instruction.NONE));
    }
    if (!(variable instanceof Variable.Reference reference)) {
      return wrongName(Parameter.of(Parameter.Kind.REFERENCE, "k"), path, thread.scope.names());
    }
    return handle(reference, path, whole);
  }

  /** {@code k}, {@code k.1}, {@code k[1]}. */
  Binding handle(Variable.Reference reference, Tree.Path path, boolean whole) {
    int first = reference.handle();
    int count = reference.pages();
    if (path.parts().size() > 1) {
      int page = PageResolver.smallNumber(path.parts().get(1).text());
      if (page < 0 || page >= count || path.parts().size() > 2) {
        return new Unbound(
            path.parts().getLast().span(),
            "`" + path.first().text() + "` holds no page `" + path.text() + "`",
            count == 1 ? "it holds one page" : "its pages are 0 to " + (count - 1));
      }
      first += page;
      count = 1;
    }
    if (whole && path.index().isPresent()) {
      return new Unbound(path.index().get().span(), "the whole reference is meant", "");
    }
    if (!whole && count > 1 && thread.test.source.annex().memories().isEmpty()) {
      return new Unbound(
          path.span(),
          "`" + path.text() + "` holds " + count + " pages; one is meant here",
          "write `" + path.text() + ".0`");
    }
    int taken = whole ? count : 1; // of memory of a kind, the first page
    return handleWord(new Argument.Handle(reference, first, taken, Instruction.NONE), path);
  }

  private Binding handleWord(Argument.Handle handle, Tree.Path path) {
    if (path.index().isEmpty()) {
      return new Bound(handle);
    }
    Tree.Expression index = path.index().get();
    int word = index instanceof Tree.Number n ? PageResolver.smallNumber(n.text()) : -1;
    if (word < 0 || word >= thread.test.words) {
      return new Unbound(
          index.span(), "a word of this test is a number, 0 to " + (thread.test.words - 1), "");
    }
    return new Bound(new Argument.Handle(handle.reference(), handle.first(), handle.count(), word));
  }

  // ---- words and flags -----------------------------------------------------------------------

  private static Binding word(Parameter parameter, Tree.Path path) {
    return path.isWord() && path.text().equals(parameter.shown())
        ? new Bound(new Argument.Word(path.text()))
        : unbound(path.span(), parameter);
  }

  private Binding anything(Tree.Path path) {
    String name = path.first().text();
    boolean known =
        thread.test.names.find(name).isPresent()
            || thread.scope.find(name).isPresent()
            || Constants.of(name).isPresent();
    return known
        ? new Bound(new Argument.Word(name))
        : new Unbound(
            path.span(),
            "there is no `" + name + "`",
            Hints.didYouMean(name, thread.test.names.names()));
  }

  private Binding number(Tree.Expression expression) {
    int value =
        expression instanceof Tree.Number number ? PageResolver.smallNumber(number.text()) : -1;
    return value < 0
        ? new Unbound(expression.span(), "here should be a number", "")
        : new Bound(new Argument.Number(value));
  }

  private Binding flags(Constants.Family family, Tree.Expression expression) {
    List<Tree.Expression> words = new ArrayList<>();
    split(expression, words);
    int bits = 0;
    List<Constant> outOfModel = new ArrayList<>();
    for (Tree.Expression word : words) {
      if (word instanceof Tree.Number number && number.text().equals("0")) {
        continue;
      }
      Optional<Constant> constant =
          word instanceof Tree.Path path && path.isWord()
              ? Constants.of(path.text()).filter(c -> c.family() == family)
              : Optional.empty();
      if (constant.isEmpty()) {
        return unknownFlag(family, word);
      }
      bits |= constant.get().value();
      if (!constant.get().outOfModel().isEmpty()) {
        outOfModel.add(constant.get());
      }
    }
    return new Bound(new Argument.Flags(bits, outOfModel, expression.span()));
  }

  /** The operands of {@code |}. */
  private static void split(Tree.Expression expression, List<Tree.Expression> out) {
    switch (expression) {
      case Tree.Binary binary when binary.operator().text().equals("|") -> {
        split(binary.left(), out);
        split(binary.right(), out);
      }
      case Tree.Parentheses parentheses -> split(parentheses.inner(), out);
      default -> out.add(expression);
    }
  }

  private Unbound unknownFlag(Constants.Family family, Tree.Expression word) {
    if (!(word instanceof Tree.Path path) || !path.isWord()) {
      return new Unbound(word.span(), "here should be " + family.meaning(), "");
    }
    String name = path.text();
    List<String> known = Constants.names(family);
    String wanted = "; here should be " + family.meaning();
    String message =
        Constants.of(name)
            .map(other -> "`" + name + "` belongs to the " + other.family().meaning() + wanted)
            .or(() ->
                thread
                    .test
                    .names
                    .find(name)
                    .map(symbol -> "`" + name + "` is " + symbol.what() + wanted))
            .orElse("there is no `" + name + "` among the " + family.meaning());
    return new Unbound(word.span(), message, Hints.didYouMeanOr(name, known, "they are: "));
  }
}
