package cowherd.litmus;

import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;

/** An instruction that is being put together. Fields are those of {@link Instruction}. */
final class Draft {
  private static final Expr NO_VALUE = new Expr.Constant(0);

  final Op op;
  final Span span;
  int result = Instruction.NONE;
  int process = Instruction.NONE;
  int page = Instruction.NONE;
  int pages = Instruction.NONE;
  int pageRegister = Instruction.NONE;
  int word = Instruction.NONE;
  int handle = Instruction.NONE;
  int object = Instruction.NONE;
  int flags = Instruction.NONE;
  int user = Instruction.NONE;
  Expr value = NO_VALUE;
  boolean captured;

  Draft(Op op, Span span) {
    this.op = op;
    this.span = span;
  }

  void at(PageRange range) {
    process = range.process();
    page = range.page();
    pages = range.pages();
    pageRegister = range.pageRegister();
    word = range.word();
  }

  /** Whether it is executed together with the instruction before. */
  boolean isLocal() {
    return finish(new SourcePosition("", 1)).isLocal();
  }

  /** The text and the line of an instruction. */
  record SourcePosition(String text, int line) {}

  Instruction finish(SourcePosition position) {
    return new Instruction(
        op,
        result,
        process,
        page,
        pages,
        pageRegister,
        word,
        handle,
        object,
        flags,
        user,
        value,
        captured,
        position.text(),
        position.line());
  }
}
