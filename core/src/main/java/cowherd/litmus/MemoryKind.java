package cowherd.litmus;

import java.util.List;

/**
 * A kind of memory that a test can be written for: how it is declared, and how its owner prepares
 * it. Both are text of the test language about a memory called {@code x} with the first content
 * {@code value}; further names begin with {@code x_}.
 *
 * @param name its name, as in {@code for base}
 * @param meaning what it is
 * @param range pages that a test means by the name alone, 0 for all
 * @param text the text that the tokens are cut from
 * @param declarations memory, files and processes
 * @param preparation a block, in which {@code assert} says what must hold before the test begins
 */
record MemoryKind(
    String name,
    String meaning,
    int range,
    String text,
    List<Token> declarations,
    List<Token> preparation) {
  private static final String MEMORY = "x";
  private static final String VALUE = "value";

  MemoryKind {
    declarations = List.copyOf(declarations);
    preparation = List.copyOf(preparation);
  }

  /** What a test calls the memory, and how it declares it. */
  record Use(String name, String words, String value) {}

  /** The declarations for a use. */
  String declarations(Use use) {
    return instance(declarations, use, use.words());
  }

  /** The statements of the preparation for a use, without braces. */
  String preparation(Use use) {
    return instance(preparation.subList(1, preparation.size() - 1), use, "");
  }

  private String instance(List<Token> tokens, Use use, String words) {
    StringBuilder out = new StringBuilder();
    int last = tokens.isEmpty() ? 0 : tokens.getFirst().span().start();
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean isNew = ofMemory(token) && i + 1 < tokens.size() && endsName(tokens.get(i + 1));
      out.append(text, last, token.span().start());
      out.append(replaced(token, use)).append(isNew ? words : "");
      last = token.span().end();
    }
    return out.append('\n').toString();
  }

  private String replaced(Token token, Use use) {
    if (token.isWord(VALUE)) {
      return use.value();
    }
    return ofMemory(token)
        ? use.name() + token.text().substring(MEMORY.length())
        : text.substring(token.span().start(), token.span().end());
  }

  private static boolean ofMemory(Token token) {
    return token.isWord(MEMORY)
        || token.kind() == Token.Kind.WORD && token.text().startsWith(MEMORY + "_");
  }

  /** What stands behind a name that is declared: there the words of a page have their place. */
  private static boolean endsName(Token token) {
    return token.is("=") || token.is(";") || token.isWord("pages");
  }
}
