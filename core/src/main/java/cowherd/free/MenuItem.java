package cowherd.free;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call of a menu: a statement with its page, word, reference slot, child and value chosen.
 *
 * @param statement as in {@link Operations#calls()}
 * @param page a page, or {@link #NONE}
 * @param word a word, or {@link #NONE} for all
 * @param slot a reference slot, or {@link #NONE}
 * @param child a process that a fork makes, or {@link #NONE}
 * @param value what is stored, or {@link #NONE}
 */
record MenuItem(String statement, int page, int word, int slot, int child, int value) {
  static final int NONE = -1;

  private static final Pattern NAME = Pattern.compile("\\b[A-Za-z_]\\w*\\b");

  /** What the names of a statement stand for. */
  interface Names {
    String page(int page);

    String reference(int slot);

    String process(int child);

    String value(int value);
  }

  boolean takesReference() {
    return slot != NONE && (statement.startsWith("k =") || statement.startsWith("vmsplice("));
  }

  boolean dropsReference() {
    return statement.startsWith("put(");
  }

  boolean usesReference() {
    return slot != NONE;
  }

  boolean forks() {
    return child != NONE;
  }

  boolean stores() {
    return value != NONE;
  }

  /** The statement with its names replaced. */
  String text(Names names) {
    Matcher matcher = NAME.matcher(statement);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(out, Matcher.quoteReplacement(replaced(matcher.group(), names)));
    }
    return matcher.appendTail(out).toString();
  }

  private String replaced(String name, Names names) {
    return switch (name) {
      case "x" -> names.page(page) + (word == NONE ? "" : "[" + word + "]");
      case "k" -> names.reference(slot);
      case "B" -> names.process(child);
      case "v" -> names.value(value);
      default -> name;
    };
  }
}
