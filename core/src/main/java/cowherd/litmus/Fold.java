package cowherd.litmus;

import cowherd.operation.Expr;
import cowherd.operation.Expr.Operator;
import cowherd.operation.Value;

/** Makes expressions, and evaluates them as far as they are constant. */
final class Fold {
  static final Expr TRUE = new Expr.Constant(1);
  static final Expr FALSE = new Expr.Constant(0);

  private Fold() {}

  static Expr not(Expr operand) {
    return operand instanceof Expr.Constant(int value) ? truth(value == 0) : new Expr.Not(operand);
  }

  /** {@code left operator right} in the language's operators. */
  static Expr binary(String operator, Expr left, Expr right) {
    return switch (operator) {
      case ">" -> binary(Operator.LESS, right, left);
      case ">=" -> binary(Operator.LESS_OR_EQUAL, right, left);
      default -> binary(operatorOf(operator), left, right);
    };
  }

  static Expr and(Expr left, Expr right) {
    return binary(Operator.AND, left, right);
  }

  static Expr or(Expr left, Expr right) {
    return binary(Operator.OR, left, right);
  }

  private static Operator operatorOf(String operator) {
    return switch (operator) {
      case "==" -> Operator.EQUAL;
      case "!=" -> Operator.NOT_EQUAL;
      case "<" -> Operator.LESS;
      case "<=" -> Operator.LESS_OR_EQUAL;
      case "&&" -> Operator.AND;
      case "||" -> Operator.OR;
      case "+" -> Operator.ADD;
      case "-" -> Operator.SUBTRACT;
      case "&" -> Operator.BIT_AND;
      case "|" -> Operator.BIT_OR;
      default -> throw new IllegalArgumentException("Fold: no operator " + operator);
    };
  }

  private static Expr binary(Operator operator, Expr left, Expr right) {
    if (left instanceof Expr.Constant(int a) && right instanceof Expr.Constant(int b)) {
      int value = evaluate(operator, a, b);
      if (Value.isNumber(a) && Value.isNumber(b) && value >= 0 && value <= Value.MAX) {
        return new Expr.Constant(value);
      }
    }
    return new Expr.Binary(operator, left, right);
  }

  private static int evaluate(Operator operator, int a, int b) {
    return switch (operator) {
      case EQUAL -> bit(a == b);
      case NOT_EQUAL -> bit(a != b);
      case LESS -> bit(a < b);
      case LESS_OR_EQUAL -> bit(a <= b);
      case AND -> bit(a != 0 && b != 0);
      case OR -> bit(a != 0 || b != 0);
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case BIT_AND -> a & b;
      case BIT_OR -> a | b;
    };
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  private static Expr truth(boolean value) {
    return value ? TRUE : FALSE;
  }
}
