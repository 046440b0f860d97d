package cowherd.litmus;

import cowherd.operation.Value;

/** Numbers as they are written. */
final class Literals {
  private final Problems problems;

  Literals(Problems problems) {
    this.problems = problems;
  }

  /** The value of a number, or 0 after a mistake. */
  int value(Tree.Number number) {
    int value = parse(number);
    if (value > Value.MAX) {
      problems.error(
          number.span(),
          "`" + number.text() + "` is too large: values are 0 to " + Value.MAX,
          "errors are named: -EFAULT");
      return 0;
    }
    return value;
  }

  /** A count between 1 and {@code most}, or 1 after a mistake. */
  int count(Tree.Expression expression, int most, String what) {
    int value = expression instanceof Tree.Number number ? parse(number) : 0;
    if (value < 1 || value > most) {
      problems.error(expression.span(), what + " must be 1 to " + most, "");
      return 1;
    }
    return value;
  }

  /** Decimal or hexadecimal; something above every limit when it is longer than an int. */
  private int parse(Tree.Number number) {
    String text = number.text();
    boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
    try {
      return hexadecimal ? Integer.parseInt(text.substring(2), 16) : Integer.parseInt(text);
    } catch (NumberFormatException _) {
      boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
      if (!digits) {
        problems.error(number.span(), "`" + text + "` is not a number", "write 10 or 0x0a");
        return 0;
      }
      return Integer.MAX_VALUE;
    }
  }
}
