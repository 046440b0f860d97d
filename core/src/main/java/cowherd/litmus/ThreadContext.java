package cowherd.litmus;

import cowherd.operation.Expr;
import cowherd.operation.Op;

/** What is known and collected while one thread is compiled. */
final class ThreadContext {
  final TestContext test;
  final Survey survey;
  final Survey.ThreadPlan plan;
  final int thread;
  final Scope scope;
  final Code code;
  private Span statement = new Span(0, 0);
  private int hidden;

  ThreadContext(TestContext test, Survey survey, int thread, Scope scope) {
    this.test = test;
    this.survey = survey;
    this.thread = thread;
    this.plan = survey.threads.get(thread);
    this.scope = scope;
    this.code = new Code(test.problems);
  }

  Problems problems() {
    return test.problems;
  }

  int process() {
    return plan.process();
  }

  /** Begins a statement; hidden registers of the one before are free again. */
  void begin(Span span) {
    code.statement(span);
    statement = span;
    hidden = 0;
  }

  Span statement() {
    return statement;
  }

  /** An instruction of the current statement, in the thread's own process. */
  Draft draft(Op op) {
    Draft draft = new Draft(op, statement);
    draft.process = process();
    return draft;
  }

  Draft emit(Draft draft) {
    return code.add(draft);
  }

  /** A register that no name of the source stands for, free again in the next statement. */
  int hiddenRegister() {
    return test.register(plan.name() + ".$" + ++hidden, statement);
  }

  /** The register of a variable of this thread. */
  int register(String name, Span span) {
    return test.register(plan.name() + "." + name, span);
  }

  void assign(int register, Expr value) {
    Draft draft = draft(Op.ASSIGN);
    draft.result = register;
    draft.value = value;
    emit(draft);
  }
}
