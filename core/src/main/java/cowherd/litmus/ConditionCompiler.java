package cowherd.litmus;

import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Compiles conditions, which look at a state from outside: registers of every thread, memory of
 * every process, files, and observations.
 */
final class ConditionCompiler {
  private static final Expr AFTER_MISTAKE = new Expr.Constant(0);

  /** A value, or the words of a page or a file. */
  private record Operand(List<Expr> words) {
    static Operand of(Expr expr) {
      return new Operand(List.of(expr));
    }
  }

  private final TestContext test;
  private final Literals literals;
  private final PageResolver pages;
  private boolean looks;

  ConditionCompiler(TestContext test) {
    this.test = test;
    this.literals = new Literals(test.problems);
    this.pages = new PageResolver(test);
  }

  /** A condition, which must look at something. */
  Expr condition(Tree.Expression expression) {
    looks = false;
    boolean sound = !test.problems.within(expression.span());
    Expr result = scalar(expression);
    if (!looks && sound && !test.problems.within(expression.span())) {
      test.problems.error(
          expression.span(),
          "this condition looks at no register, page or file",
          "name one: `A.r == 1`, `A.x == 1`, `f == 1`");
    }
    return result;
  }

  private Expr scalar(Tree.Expression expression) {
    Operand operand = operand(expression);
    if (operand.words().size() > 1) {
      test.problems.error(
          expression.span(),
          "this has " + operand.words().size() + " words; which one?",
          "write `" + test.source.folded(expression.span()) + "[0]`, or compare all with `==`");
    }
    return operand.words().getFirst();
  }

  private Operand operand(Tree.Expression expression) {
    return switch (expression) {
      case Tree.Number number -> Operand.of(new Expr.Constant(literals.value(number)));
      case Tree.Path path -> path(path);
      case Tree.Dereference dereference ->
          mistake(
              dereference.span(),
              "a condition cannot read through a reference",
              "read it in the process, `r = *k;`, and compare `r`");
      case Tree.AddressOf address -> addressOf(address);
      case Tree.Call call -> Operand.of(observation(call));
      case Tree.Unary unary ->
          Operand.of(
              unary.operator().equals("!")
                  ? Fold.not(scalar(unary.operand()))
                  : Operands.errno(unary, test.problems));
      case Tree.Binary binary -> Operand.of(binary(binary));
      case Tree.Parentheses parentheses -> operand(parentheses.inner());
    };
  }

  /** A comparison of a page or a file without an index must hold for each word. */
  private Expr binary(Tree.Binary binary) {
    String operator = binary.operator().text();
    Operand left = operand(binary.left());
    Operand right = operand(binary.right());
    int words = Math.max(left.words().size(), right.words().size());
    if (words > 1 && !List.of("==", "!=", "<", "<=", ">", ">=").contains(operator)) {
      return Fold.binary(operator, scalar(binary.left()), scalar(binary.right()));
    }
    Expr all = Fold.TRUE;
    for (int word = 0; word < words; word++) {
      Expr one =
          Fold.binary(
              operator,
              left.words().get(Math.min(word, left.words().size() - 1)),
              right.words().get(Math.min(word, right.words().size() - 1)));
      all = word == 0 ? one : Fold.and(all, one);
    }
    return all;
  }

  private Operand addressOf(Tree.AddressOf address) {
    return switch (pages.page(address.path(), 0)) {
      case PageResolver.Found(PageRange range) -> Operand.of(new Expr.Constant(range.page()));
      case PageResolver.Wrong wrong -> mistake(wrong.span(), wrong.message(), wrong.fix());
    };
  }

  private Operand mistake(Span span, String message, String fix) {
    test.problems.error(span, message, fix);
    return Operand.of(AFTER_MISTAKE);
  }

  // ---- paths ---------------------------------------------------------------------------------

  private Operand path(Tree.Path path) {
    Optional<String> register = register(path);
    if (register.isPresent()) {
      looks = true;
      return Operand.of(new Expr.Register(test.registers.getOrDefault(register.get(), 0)));
    }
    Optional<Symbol> symbol = test.names.find(path.first().text());
    if (symbol.isPresent()) {
      return symbol(path, symbol.get());
    }
    Optional<Constants.Constant> constant =
        path.isWord() ? Constants.of(path.text()) : Optional.empty();
    return constant.isPresent() ? constant(path, constant.get()) : unknown(path);
  }

  private Operand constant(Tree.Path path, Constants.Constant constant) {
    return Operands.constantValue(constant)
        .map(Operand::of)
        .orElseGet(() ->
            mistake(
                path.span(),
                "`"
                    + path.text()
                    + "` is no value: it belongs to the "
                    + constant.family().meaning(),
                constant.family() == Constants.Family.ERRNO ? "write `-" + path.text() + "`" : ""));
  }

  private Operand symbol(Tree.Path path, Symbol symbol) {
    looks = true;
    return switch (symbol) {
      case Symbol.Memory memory ->
          memory(path, memory.mappedBy() >= 0 ? memory.mappedBy() : test.firstRoot());
      case Symbol.ProcessName process when path.parts().size() > 1 ->
          ofProcess(path, process.index());
      case Symbol.FileObject file when path.parts().size() == 1 -> file(path, file.index());
      default ->
          mistake(
              path.span(),
              "`" + path.text() + "` is " + symbol.what() + " and has no value",
              symbol instanceof Symbol.ProcessName
                  ? "write `"
                      + path.text()
                      + ".r` for a register, `"
                      + path.text()
                      + ".x` for memory"
                  : "");
    };
  }

  /** {@code A.x}, {@code A.big.1}; a register was looked for before. */
  private Operand ofProcess(Tree.Path path, int process) {
    List<Tree.Name> rest = path.parts().subList(1, path.parts().size());
    Tree.Path inner =
        new Tree.Path(rest.getFirst().span().to(path.span()), List.copyOf(rest), path.index());
    return pages.namesMemory(inner) ? memory(inner, process) : unknown(path);
  }

  private Operand memory(Tree.Path path, int process) {
    return switch (pages.page(path, process)) {
      case PageResolver.Found(PageRange range) -> {
        List<Expr> words = new ArrayList<>();
        for (int word = 0; word < test.words; word++) {
          if (range.word() == Instruction.NONE || range.word() == word) {
            words.add(new Expr.PageWord(process, range.page(), word));
          }
        }
        yield new Operand(words);
      }
      case PageResolver.Wrong wrong -> mistake(wrong.span(), wrong.message(), wrong.fix());
    };
  }

  private Operand file(Tree.Path path, int file) {
    List<Expr> words = new ArrayList<>();
    for (int word = 0; word < test.words; word++) {
      words.add(new Expr.FileWord(file, word));
    }
    if (path.index().isEmpty()) {
      return new Operand(words);
    }
    Tree.Expression index = path.index().get();
    int word = index instanceof Tree.Number n ? PageResolver.smallNumber(n.text()) : -1;
    return word >= 0 && word < words.size()
        ? Operand.of(words.get(word))
        : mistake(index.span(), "a word is a number, 0 to " + (test.words - 1), "");
  }

  /** The register that a path names: exactly, or as the only one that ends so. */
  private Optional<String> register(Tree.Path path) {
    String text = path.text();
    if (path.index().isPresent()) {
      return Optional.empty();
    }
    if (test.registers.containsKey(text)) {
      return Optional.of(text);
    }
    if (test.names.find(path.first().text()).isPresent()) {
      return Optional.empty();
    }
    List<String> found = endingWith(text);
    if (found.size() > 1) {
      test.problems.error(
          path.span(),
          "`" + text + "` may be any of: " + String.join(", ", found),
          "write the whole name");
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
  }

  private List<String> endingWith(String text) {
    return test.registers.keySet().stream()
        .filter(name -> name.endsWith("." + text) && !isHidden(name))
        .toList();
  }

  private static boolean isHidden(String register) {
    return register.contains("$");
  }

  private Operand unknown(Tree.Path path) {
    Collection<String> registers =
        test.registers.keySet().stream().filter(name -> !isHidden(name)).toList();
    List<String> known = new ArrayList<>(registers);
    registers.forEach(name -> known.add(name.substring(name.lastIndexOf('.') + 1)));
    known.addAll(test.names.names(Symbol.Memory.class));
    known.addAll(test.names.names(Symbol.FileObject.class));
    test.processes.forEach(p ->
        test.names
            .names(Symbol.Memory.class)
            .forEach(memory -> known.add(p.name() + "." + memory)));
    boolean process = test.names.find(path.first().text(), Symbol.ProcessName.class).isPresent();
    String message =
        path.parts().size() > 1 && !process
            ? "there is no process `" + path.first().text() + "`"
            : "there is no register, memory or file `" + path.text() + "`";
    return mistake(path.span(), message, Hints.didYouMean(path.text(), known));
  }

  // ---- observers -----------------------------------------------------------------------------

  private Expr observation(Tree.Call call) {
    List<Operation> forms =
        OperationTable.named(call.name().text()).stream()
            .filter(o -> o.result() == Operation.Result.VALUE)
            .filter(o -> o.parameters().stream().allMatch(ConditionCompiler::isPage))
            .toList();
    if (forms.isEmpty() || forms.getFirst().parameters().size() != call.arguments().size()) {
      String fix =
          forms.isEmpty()
              ? Hints.didYouMean(call.name().text(), observers())
              : "write `" + forms.getFirst().example() + "`";
      mistake(call.span(), "a condition can only observe: " + String.join(", ", observers()), fix);
      return AFTER_MISTAKE;
    }
    looks = true;
    Operation form = forms.getFirst();
    List<Argument> arguments = new ArrayList<>();
    for (Tree.Expression argument : call.arguments()) {
      page(argument).ifPresent(range -> arguments.add(new Argument.Pages(range)));
    }
    if (form.support() instanceof Operation.OutOfModel(String why)) {
      test.outOfModel(form.name() + "(): " + why, call.span());
      return AFTER_MISTAKE;
    }
    return arguments.size() == call.arguments().size()
        ? CallCompiler.observation(new CallMatcher.Match(form, arguments), test.hugePages)
        : AFTER_MISTAKE;
  }

  private static boolean isPage(Parameter parameter) {
    return parameter.kind() == Parameter.Kind.ANY_PAGE;
  }

  private static List<String> observers() {
    return OperationTable.all().stream()
        .filter(o -> o.support() instanceof Operation.Modelled m && m.op() == Op.OBSERVE)
        .map(Operation::name)
        .toList();
  }

  private Optional<PageRange> page(Tree.Expression expression) {
    if (!(expression instanceof Tree.Path path)) {
      test.problems.error(expression.span(), "here should be a page", "write `A.x`");
      return Optional.empty();
    }
    return switch (pages.pageOfAny(path, test.firstRoot())) {
      case PageResolver.Found(PageRange range) -> Optional.of(range);
      case PageResolver.Wrong wrong -> {
        test.problems.error(wrong.span(), wrong.message(), wrong.fix());
        yield Optional.empty();
      }
    };
  }
}
