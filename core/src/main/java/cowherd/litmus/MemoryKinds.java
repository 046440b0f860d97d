package cowherd.litmus;

import cowherd.kernel.source.SourceText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kinds of memory, read from the resource {@code memory.kinds}:
 *
 * <pre>
 * kind swapped "a base page that is swapped out" {
 *   anon x = value;
 *   prepare {
 *     swap_out(x);
 *     assert(swapped(x));
 *   }
 * }
 * </pre>
 */
final class MemoryKinds {
  private static final String RESOURCE = "memory.kinds";

  private static final class Loaded {
    private static final Map<String, MemoryKind> KINDS = load();
  }

  private MemoryKinds() {}

  /** All kinds by their names, in the order of the file. */
  static Map<String, MemoryKind> all() {
    return Loaded.KINDS;
  }

  /** The kind of a name that is known. */
  static MemoryKind named(String name) {
    MemoryKind kind = all().get(name);
    if (kind == null) {
      throw new IllegalStateException("MemoryKinds.named: no kind " + name);
    }
    return kind;
  }

  private static Map<String, MemoryKind> load() {
    try (InputStream in = MemoryKinds.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("MemoryKinds.load: no " + RESOURCE);
      }
      return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The kinds of a text; a mistake in it is one of Cowherd itself. */
  static Map<String, MemoryKind> read(String text) {
    SourceText source = new SourceText(RESOURCE, text);
    Problems problems = new Problems(source);
    TokenStream tokens =
        new TokenStream(LitmusParser.source(source, Lexer.tokens(text, problems)), problems);
    Map<String, MemoryKind> kinds = new LinkedHashMap<>();
    try {
      while (!tokens.atEnd()) {
        MemoryKind kind = kind(text, tokens);
        kinds.put(kind.name(), kind);
      }
    } catch (TokenStream.Bail _) {
      // Reported.
    }
    if (!problems.isEmpty()) {
      throw new IllegalStateException("MemoryKinds.read: " + problems.list());
    }
    return Collections.unmodifiableMap(kinds);
  }

  private static MemoryKind kind(String text, TokenStream tokens) {
    if (!tokens.acceptWord("kind")) {
      throw tokens.unexpected("`kind`", "");
    }
    String name = tokens.dashedName("the name of the kind", false).text();
    String meaning = tokens.string().orElseThrow(() -> tokens.unexpected("what it is", ""));
    tokens.expect("{", "`{`");
    int range = 0;
    if (tokens.acceptWord("range")) {
      range = PageResolver.smallNumber(tokens.next().text());
      tokens.semicolon();
    }
    List<Token> declarations = new ArrayList<>();
    List<Token> preparation = new ArrayList<>();
    while (!tokens.at("}")) {
      if (tokens.acceptWord("prepare")) {
        braces(tokens, preparation);
      } else if (tokens.at("{")) {
        braces(tokens, declarations);
      } else if (tokens.atEnd()) {
        throw tokens.unexpected("`}`", "");
      } else {
        declarations.add(tokens.next());
      }
    }
    tokens.next();
    return new MemoryKind(name, meaning, range, text, declarations, preparation);
  }

  /** The tokens of a block, braces included. */
  private static void braces(TokenStream tokens, List<Token> out) {
    int depth = 0;
    do {
      if (tokens.atEnd()) {
        throw tokens.unexpected("`}`", "");
      }
      depth += tokens.at("{") ? 1 : tokens.at("}") ? -1 : 0;
      out.add(tokens.next());
    } while (depth > 0);
  }
}
