package cowherd.litmus;

import java.util.List;
import java.util.Optional;

/** The tree of a file, as it is written. Nothing in it is checked beyond the grammar. */
final class Tree {
  private Tree() {}

  /** A name and where it stands. */
  record Name(String text, Span span) {}

  /** One test; {@code kinds} are those of its header, {@code for base, thp}. */
  record Test(
      Span span,
      Name name,
      String story,
      List<String> sources,
      List<Name> kinds,
      List<Item> items) {}

  // ---- items ---------------------------------------------------------------------------------

  /** What stands at the top of a test. */
  sealed interface Item {
    Span span();
  }

  /** How memory or a file begins: nothing said, the same value in all words, or each word. */
  record Initial(List<Expression> values, boolean eachWord) {
    static final Initial NONE = new Initial(List.of(), false);
  }

  /** {@code anon shared x[2] pages 3 = 1;} */
  record Memory(
      Span span,
      Name kind,
      List<Name> modifiers,
      Name name,
      Optional<Expression> words,
      Optional<Expression> pages,
      Initial initial)
      implements Item {}

  /** {@code file tmpfs f[2] = 3;} */
  record FileItem(
      Span span, List<Name> modifiers, Name name, Optional<Expression> words, Initial initial)
      implements Item {}

  /** {@code pipe q, r;} */
  record Pipes(Span span, List<Name> names) implements Item {}

  /** {@code pool 2;}: huge pages of the machine. */
  record Pool(Span span, Expression pages) implements Item {}

  /** {@code background reclaim, lru;} */
  record Background(Span span, List<Name> actors) implements Item {}

  /** {@code tolerates no-foreign-data "reason";} */
  record Tolerates(Span span, Name what, String reason) implements Item {}

  /** A process. */
  record Process(Span span, Name name, Block body) implements Item {}

  /** A kernel thread. */
  record Kernel(Span span, Name name, boolean daemon, Block body) implements Item {}

  /** A condition; several only for {@code allowed}. */
  record Condition(Span span, Assertion.Kind kind, List<Expression> conditions, String because)
      implements Item {}

  /** Kernels of an expectation. */
  record Kernels(KernelRange range, Span span) {}

  /** {@code expect VERDICT ... for KINDS on KERNELS;} */
  record Expect(
      Span span,
      Verdict verdict,
      List<Name> properties,
      boolean inRace,
      List<Name> kinds,
      List<Kernels> kernels,
      boolean elsewhere)
      implements Item {}

  // ---- statements ----------------------------------------------------------------------------

  /** Statements between braces. */
  record Block(Span span, List<Statement> statements) {}

  /** A statement. */
  sealed interface Statement {
    Span span();
  }

  /** {@code target = value;} */
  record Assign(Span span, Expression target, Expression value) implements Statement {}

  /** A call for its effect. */
  record CallStatement(Span span, Call call) implements Statement {}

  /** {@code assert(condition);} */
  record Assert(Span span, Expression condition) implements Statement {}

  /** {@code if (condition) {...} else {...}}; the span ends with the condition. */
  record If(Span span, Expression condition, Block then, Block otherwise) implements Statement {}

  /** {@code while (condition) {...}}; the span ends with the condition. */
  record While(Span span, Expression condition, Block body) implements Statement {}

  /** {@code loop {...}}; the span is the word alone. */
  record Loop(Span span, Block body) implements Statement {}

  /** {@code repeat 3 {...}}; the span ends with the number. */
  record Repeat(Span span, Expression times, Block body) implements Statement {}

  /** {@code break;} */
  record Break(Span span) implements Statement {}

  /** {@code thread name daemon {...}}; the span ends before the block. */
  record ThreadBlock(Span span, Name name, boolean daemon, Block body) implements Statement {}

  // ---- expressions ---------------------------------------------------------------------------

  /** An expression. */
  sealed interface Expression {
    Span span();
  }

  /** A number, as it is written. */
  record Number(Span span, String text) implements Expression {}

  /** {@code name}, {@code big.1}, {@code A.x[1]}, {@code e.flags}; parts are words or numbers. */
  record Path(Span span, List<Name> parts, Optional<Expression> index) implements Expression {
    Name first() {
      return parts.getFirst();
    }

    /** A word alone. */
    boolean isWord() {
      return parts.size() == 1 && index.isEmpty();
    }

    /** The parts joined by dots. */
    String text() {
      return String.join(".", parts.stream().map(Name::text).toList());
    }
  }

  /** {@code *path}: through a reference. */
  record Dereference(Span span, Path path) implements Expression {}

  /** {@code &path}: the page of it. */
  record AddressOf(Span span, Path path) implements Expression {}

  /** {@code name(arguments)}. */
  record Call(Span span, Name name, List<Expression> arguments) implements Expression {}

  /** {@code !operand}, {@code -operand}. */
  record Unary(Span span, String operator, Expression operand) implements Expression {}

  /** {@code left operator right}. */
  record Binary(Span span, Name operator, Expression left, Expression right)
      implements Expression {}

  /** {@code (inner)}. */
  record Parentheses(Span span, Expression inner) implements Expression {}
}
