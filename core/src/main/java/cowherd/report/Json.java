package cowherd.report;

import java.util.List;
import java.util.Optional;

/**
 * Writes JSON on one line. Names and values follow each other in the order of the calls; commas are
 * added where they belong.
 */
public final class Json {
  private final StringBuilder out = new StringBuilder();
  private boolean needsComma;

  public Json open(char bracket) {
    comma();
    out.append(bracket);
    needsComma = false;
    return this;
  }

  public Json close(char bracket) {
    out.append(bracket);
    needsComma = true;
    return this;
  }

  public Json name(String name) {
    comma();
    quote(name);
    out.append(':');
    needsComma = false;
    return this;
  }

  public Json value(String text) {
    comma();
    quote(text);
    needsComma = true;
    return this;
  }

  public Json value(long number) {
    return raw(Long.toString(number));
  }

  public Json value(boolean truth) {
    return raw(Boolean.toString(truth));
  }

  public Json nothing() {
    return raw("null");
  }

  /** A number or word that needs no quotes. */
  public Json raw(String text) {
    comma();
    out.append(text);
    needsComma = true;
    return this;
  }

  public Json field(String name, String text) {
    return name(name).value(text);
  }

  public Json field(String name, long number) {
    return name(name).value(number);
  }

  public Json field(String name, boolean truth) {
    return name(name).value(truth);
  }

  public Json field(String name, Optional<String> text) {
    return text.isPresent() ? field(name, text.get()) : name(name).nothing();
  }

  public Json field(String name, List<String> texts) {
    name(name).open('[');
    texts.forEach(this::value);
    return close(']');
  }

  private void comma() {
    if (needsComma) {
      out.append(',');
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || Character.isSurrogate(c) && !isPaired(text, i)) {
            out.append("\\u").append(HEX.toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static final java.util.HexFormat HEX = java.util.HexFormat.of();

  private static boolean isPaired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
