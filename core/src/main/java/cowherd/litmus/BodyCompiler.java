package cowherd.litmus;

import cowherd.operation.Expr;
import cowherd.operation.Op;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles the statements of a thread, and of the threads that it starts. */
final class BodyCompiler {
  private final TestContext test;
  private final ThreadContext thread;
  private final Operands operands;
  private final CallCompiler calls;
  private final Variables variables;
  private final Map<Integer, ThreadInfo> done;
  private final int spawnAt;
  private List<Draft> breaks = new ArrayList<>();
  private int loops;

  private BodyCompiler(ThreadContext thread, Map<Integer, ThreadInfo> done, int spawnAt) {
    this.test = thread.test;
    this.thread = thread;
    this.operands = new Operands(thread);
    this.calls = new CallCompiler(thread, operands);
    this.variables = new Variables(thread);
    this.done = done;
    this.spawnAt = spawnAt;
  }

  /** Compiles a thread that starts by itself. */
  static void compile(TestContext test, Survey survey, int thread, Map<Integer, ThreadInfo> done) {
    new BodyCompiler(new ThreadContext(test, survey, thread, Scope.empty()), done, 0).run();
  }

  private void run() {
    try {
      block(thread.plan.body());
      thread.begin(thread.plan.body().span().after());
      thread.emit(thread.draft(Op.END));
      checkLoops();
    } catch (Code.TooLong _) {
      // Reported; the test is not run.
    }
    Survey.ThreadPlan plan = thread.plan;
    done.put(
        thread.thread,
        new ThreadInfo(
            plan.name(),
            plan.process(),
            plan.spawner(),
            spawnAt,
            plan.daemon(),
            thread.code.finish(test.source)));
  }

  /** Calls out of the model leave no instruction, so then nothing can be said. */
  private void checkLoops() {
    if (test.outOfModel().isEmpty()) {
      thread
          .code
          .endlessLoop()
          .ifPresent(draft ->
              test.problems.error(
                  draft.span,
                  "this loop can go round without a call, a load or a store, for ever",
                  "put what it waits for into it: `wait(s)`, or a load"));
    }
  }

  private void block(Tree.Block block) {
    block.statements().forEach(this::statement);
  }

  private void statement(Tree.Statement statement) {
    thread.begin(statement.span());
    switch (statement) {
      case Tree.Assign assign -> assign(assign);
      case Tree.CallStatement call -> call(call.call());
      case Tree.Assert check -> check(check);
      case Tree.If branch -> branch(branch);
      case Tree.While loop -> whileLoop(loop);
      case Tree.Loop loop -> loop(loop.body());
      case Tree.Repeat repeat -> repeat(repeat);
      case Tree.Break _ -> breakLoop(statement.span());
      case Tree.ThreadBlock block -> start(block);
    }
  }

  private void start(Tree.ThreadBlock block) {
    int index = thread.survey.index(block);
    if (index >= 0) {
      ThreadContext inner = new ThreadContext(test, thread.survey, index, thread.scope.inner());
      new BodyCompiler(inner, done, thread.code.size()).run();
    }
  }

  // ---- assignments ---------------------------------------------------------------------------

  private void assign(Tree.Assign assign) {
    switch (assign.target()) {
      case Tree.Dereference dereference ->
          write(operands.through(Op.REFERENCE_WRITE, dereference.path(), true), assign.value());
      case Tree.Path path -> assign(path, assign.value());
      default -> throw new IllegalStateException("BodyCompiler.assign: not a target");
    }
  }

  private void assign(Tree.Path target, Tree.Expression value) {
    String name = target.first().text();
    Optional<Symbol> symbol = test.names.find(name);
    if (makesSymbol(target, value)) {
      calls.compile((Tree.Call) value, new Destination.Named(target.first()));
    } else if (symbol.isPresent()) {
      assignSymbol(target, symbol.get(), value);
    } else if (target.isWord()) {
      assignVariable(target.first(), value);
    } else if (thread.scope.find(name).isPresent()) {
      assignPart(target, value);
    } else {
      operands.memory(Op.STORE, target);
    }
  }

  private static boolean makesSymbol(Tree.Path target, Tree.Expression value) {
    return target.isWord()
        && value instanceof Tree.Call call
        && OperationTable.named(call.name().text()).stream()
            .anyMatch(o ->
                o.result() == Operation.Result.REGION
                    || o.result() == Operation.Result.USERFAULTFD);
  }

  private void assignSymbol(Tree.Path target, Symbol symbol, Tree.Expression value) {
    if (symbol instanceof Symbol.Memory) {
      write(operands.memory(Op.STORE, target), value);
      return;
    }
    String name = target.first().text();
    String fix =
        switch (symbol) {
          case Symbol.FileObject _ -> "write memory to it: `write(" + name + ", x)`";
          case Symbol.Pipe _ -> "put memory into it: `vmsplice(" + name + ", x)`";
          case Symbol.ProcessName _ -> "a process stores into its own memory only";
          default -> "take another name";
        };
    test.problems.error(
        target.span(), "`" + name + "` is " + symbol.what() + "; nothing can be stored there", fix);
  }

  /** {@code k[1] = 5}, {@code k.1 = 5}. */
  private void assignPart(Tree.Path target, Tree.Expression value) {
    if (thread.scope.find(target.first().text()).orElseThrow() instanceof Variable.Reference
        && target.index().isEmpty()) {
      test.problems.error(
          target.span(), "this is a part of a reference", "write `*" + target.text() + " = ...`");
      return;
    }
    write(operands.through(Op.REFERENCE_WRITE, target, true), value);
  }

  private void write(Optional<Draft> draft, Tree.Expression value) {
    draft.ifPresent(d -> {
      d.value = operands.value(value);
      thread.emit(d);
    });
  }

  private void assignVariable(Tree.Name name, Tree.Expression value) {
    if (Constants.of(name.text()).isPresent()) {
      test.problems.error(name.span(), "`" + name.text() + "` is a constant", "take another name");
    } else if (value instanceof Tree.Call call) {
      calls.compile(call, new Destination.Named(name));
    } else if (operands.isRead(value)) {
      operands.read(value, variables.plain(name).register());
    } else {
      Expr result = operands.value(value);
      thread.assign(variables.plain(name).register(), result);
    }
  }

  private void call(Tree.Call call) {
    calls.compile(call, new Destination.Nowhere());
  }

  /** {@code assert}: a register that is 0 when it fails, and a condition about it. */
  private void check(Tree.Assert check) {
    int line = test.source.line(check.span());
    Expr condition = operands.value(check.condition());
    int register =
        test.register(thread.plan.name() + ".assert" + test.assertions.size(), check.span());
    thread.assign(register, Fold.binary("&&", condition, Fold.TRUE));
    Expr failed = Fold.binary("==", new Expr.Register(register), Fold.FALSE);
    Source source = test.source;
    test.assertions.add(
        source.isAnnexed(check.span())
            ? new Assertion(
                Assertion.Kind.PREPARED,
                Fold.not(failed),
                "the memory is not of the kind `" + source.annex().kind() + "`",
                source.folded(check.condition().span()),
                line)
            : new Assertion(
                Assertion.Kind.ASSERT, Fold.not(failed), "", source.folded(check.span()), line));
  }

  // ---- control -------------------------------------------------------------------------------

  private void branch(Tree.If branch) {
    Draft skip = branchUnless(branch.condition());
    block(branch.then());
    if (branch.otherwise().statements().isEmpty()) {
      skip.flags = thread.code.size();
      return;
    }
    thread.begin(branch.span());
    Draft over = thread.emit(thread.draft(Op.JUMP));
    skip.flags = thread.code.size();
    block(branch.otherwise());
    over.flags = thread.code.size();
  }

  private Draft branchUnless(Tree.Expression condition) {
    Expr value = operands.value(condition);
    Draft draft = thread.draft(Op.BRANCH_UNLESS);
    draft.value = value;
    return thread.emit(draft);
  }

  private void whileLoop(Tree.While loop) {
    declareAll(loop.body());
    int top = thread.code.size();
    Expr condition = operands.value(loop.condition());
    boolean endless = condition.equals(Fold.TRUE);
    List<Draft> outer = enterLoop();
    if (!endless) {
      Draft exit = thread.draft(Op.BRANCH_UNLESS);
      exit.value = condition;
      breaks.add(thread.emit(exit));
    }
    block(loop.body());
    jumpTo(top, loop.span());
    leaveLoop(outer);
  }

  private void loop(Tree.Block body) {
    Span span = thread.statement();
    declareAll(body);
    int top = thread.code.size();
    List<Draft> outer = enterLoop();
    block(body);
    jumpTo(top, span);
    leaveLoop(outer);
  }

  private void repeat(Tree.Repeat repeat) {
    int times = new Literals(test.problems).count(repeat.times(), Limits.REPEAT_MAX, "rounds");
    List<Draft> outer = enterLoop();
    for (int i = 0; i < times; i++) {
      thread.begin(repeat.span());
      block(repeat.body());
    }
    leaveLoop(outer);
  }

  private void jumpTo(int target, Span span) {
    thread.begin(span);
    Draft jump = thread.draft(Op.JUMP);
    jump.flags = target;
    thread.emit(jump);
  }

  private List<Draft> enterLoop() {
    List<Draft> outer = breaks;
    breaks = new ArrayList<>();
    loops++;
    return outer;
  }

  private void leaveLoop(List<Draft> outer) {
    breaks.forEach(draft -> draft.flags = thread.code.size());
    breaks = outer;
    loops--;
  }

  private void breakLoop(Span span) {
    if (loops == 0) {
      test.problems.error(span, "`break` stands outside of a loop", "");
      return;
    }
    breaks.add(thread.emit(thread.draft(Op.JUMP)));
  }

  /**
   * Variables that a loop assigns may be read above the assignment, in a later round. Their kinds
   * must be known there.
   */
  private void declareAll(Tree.Block body) {
    for (Tree.Statement statement : body.statements()) {
      switch (statement) {
        case Tree.Assign(var _, Tree.Path target, var value) when target.isWord() ->
            declare(target.first(), value);
        case Tree.If branch -> {
          declareAll(branch.then());
          declareAll(branch.otherwise());
        }
        case Tree.While loop -> declareAll(loop.body());
        case Tree.Loop loop -> declareAll(loop.body());
        case Tree.Repeat repeat -> declareAll(repeat.body());
        default -> {}
      }
    }
  }

  private void declare(Tree.Name name, Tree.Expression value) {
    if (test.names.find(name.text()).isPresent()
        || thread.scope.find(name.text()).isPresent()
        || Constants.of(name.text()).isPresent()) {
      return;
    }
    if (!(value instanceof Tree.Call call)) {
      variables.plain(name);
    } else if (call.arguments().stream().anyMatch(this::namesUserfaultfd)
        && call.name().text().equals("read")) {
      variables.event(name);
    } else if (!OperationTable.named(call.name().text()).stream()
        .allMatch(o -> o.result() == Operation.Result.REFERENCE)) {
      variables.plain(name);
    }
  }

  private boolean namesUserfaultfd(Tree.Expression expression) {
    return expression instanceof Tree.Path path
        && test.names.find(path.first().text(), Symbol.Userfaultfd.class).isPresent();
  }
}
