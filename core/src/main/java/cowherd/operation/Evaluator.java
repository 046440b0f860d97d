package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.machine.State;
import cowherd.operation.Expr.Binary;
import cowherd.operation.Expr.Observe;
import cowherd.operation.Expr.PageWord;

/** The value of an expression in a state. */
public final class Evaluator {
  private Evaluator() {}

  /** The value: a {@link Value}; a condition has the value 0 or 1. */
  public static int evaluate(Expr expression, State s) {
    return switch (expression) {
      case Expr.Constant c -> c.value();
      case Expr.Register r -> s.register(r.index());
      case PageWord p -> content(p, Math.max(p.word(), 0), s);
      case Expr.FileWord f -> s.word(f.file() + 1, Math.max(f.word(), 0));
      case Observe o -> observe(o, s) ? 1 : 0;
      case Expr.FreeHugePages h -> HugetlbPool.free(s, h.pool());
      case Expr.Not n -> evaluate(n.operand(), s) == 0 ? 1 : 0;
      case Binary b -> binary(b, s);
    };
  }

  private static int binary(Binary b, State s) {
    return switch (b.operator()) {
      case AND -> evaluate(b.left(), s) != 0 && evaluate(b.right(), s) != 0 ? 1 : 0;
      case OR -> evaluate(b.left(), s) != 0 || evaluate(b.right(), s) != 0 ? 1 : 0;
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL -> compare(b, s) ? 1 : 0;
      case ADD -> number(evaluate(b.left(), s) + evaluate(b.right(), s));
      case SUBTRACT -> number(evaluate(b.left(), s) - evaluate(b.right(), s));
      case BIT_AND -> evaluate(b.left(), s) & evaluate(b.right(), s);
      case BIT_OR -> evaluate(b.left(), s) | evaluate(b.right(), s);
    };
  }

  private static int number(int value) {
    return Math.floorMod(value, Value.MAX + 1);
  }

  private static boolean compare(Binary b, State s) {
    if (b.left() instanceof PageWord p && p.word() < 0) {
      return everyWord(p, b, s, true);
    }
    if (b.right() instanceof PageWord p && p.word() < 0) {
      return everyWord(p, b, s, false);
    }
    if (b.left() instanceof Expr.FileWord f && f.word() < 0) {
      boolean all = true;
      for (int w = 0; w < s.layout().shape().words(); w++) {
        all &= compare(b.operator(), s.word(f.file() + 1, w), evaluate(b.right(), s));
      }
      return all;
    }
    return compare(b.operator(), evaluate(b.left(), s), evaluate(b.right(), s));
  }

  private static boolean everyWord(PageWord p, Binary b, State s, boolean left) {
    int other = evaluate(left ? b.right() : b.left(), s);
    for (int w = 0; w < s.layout().shape().words(); w++) {
      int word = content(p, w, s);
      if (!compare(b.operator(), left ? word : other, left ? other : word)) {
        return false;
      }
    }
    return true;
  }

  private static boolean compare(Expr.Operator operator, int left, int right) {
    if (left == Value.UNSET || right == Value.UNSET) {
      return false;
    }
    return switch (operator) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case LESS -> left < right;
      default -> left <= right;
    };
  }

  /** What the process would load, without a fault and without asking userfaultfd. */
  private static int content(PageWord p, int word, State s) {
    int vma = s.vma(p.process(), p.page());
    if ((vma & VMA) == 0) {
      return Value.UNSET;
    }
    if (s.guarded(p.process(), p.page())) {
      return Value.SIGSEGV;
    }
    if (s.poisoned(p.process(), p.page())) {
      return Value.SIGBUS;
    }
    int mapped = s.mappedWord(p.process(), p.page(), word);
    if (mapped >= 0) {
      return mapped;
    }
    int file = s.vmaFile(p.process(), p.page());
    return file < 0 ? 0 : s.word(file + 1, word);
  }

  private static boolean observe(Observe o, State s) {
    int bits = s.pteBits(o.process(), o.page());
    int kind = bits & KIND;
    int vma = s.vma(o.process(), o.page());
    int inHand = s.frameInHand(o.process(), o.page());
    int frame = kind == PRESENT ? s.pteTarget(o.process(), o.page()) : inHand;
    return switch (o.what()) {
      case PRESENT -> kind == PRESENT || inHand != 0;
      case SWAPPED -> kind == SWAP;
      case UFFD_WP -> s.uffdWp(o.process(), o.page());
      case FILE_PAGE -> s.frameFlag(frame, FILE);
      case GUARD -> s.guarded(o.process(), o.page());
      case SOFT_DIRTY ->
          (vma & VMA) != 0
              && ((vma & VM_SOFT_DIRTY_TRACKED) == 0
                  || (s.vmaMore(o.process(), o.page()) & VM_HUGETLB) == 0
                      && ((inHand == 0 ? bits : s.bitsInHand(o.process(), o.page())) & SOFT_DIRTY)
                          != 0);
      case WRITABLE -> (bits & W) != 0;
      case EXCLUSIVELY_MAPPED -> frame != 0 && frame < STALE && s.mapcount(frame) == 1;
      case ANON_EXCLUSIVE -> s.frameFlag(frame, EXCLUSIVE);
      case SAME_PAGE ->
          frame != 0
              && (s.pteBits(o.otherProcess(), o.otherPage()) & KIND) == PRESENT
              && s.pteTarget(o.otherProcess(), o.otherPage()) == frame;
      case ZERO_PAGE -> frame == ZERO_FRAME;
      case PMD_MAPPED -> HugeSteps.isPmd(bits);
      case LARGE_FOLIO -> frame != 0 && frame < STALE && s.large(frame);
      case SWAP_CACHED ->
          kind == SWAP
              && !isMigration(bits)
              && s.entryFrame(s.pteTarget(o.process(), o.page())) != 0;
      case KSM_PAGE -> s.frameFlag(frame, KSM);
    };
  }
}
