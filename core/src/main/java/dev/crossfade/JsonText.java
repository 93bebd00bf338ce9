package dev.crossfade;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares JSON texts by structure (RFC 8259). Members in any order, of a name given twice the last
 * counts, as jsonb has it; numbers by value. Reads only as much as comparing needs: no JSON library
 * is a dependency of the core.
 */
final class JsonText {
  private static final int DEEPEST = 512;

  private final String text;
  private int at;
  private int depth;

  private JsonText(String text) {
    this.text = text;
  }

  /** Whether two texts are the same JSON; false if one is none. */
  static boolean same(String a, String b) {
    try {
      return Objects.equals(new JsonText(a).document(), new JsonText(b).document());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private @Nullable Object document() {
    Object value = value();
    skipSpace();
    if (at < text.length()) {
      throw unexpected();
    }
    return value;
  }

  private @Nullable Object value() {
    skipSpace();
    return switch (peek()) {
      case '{' -> nested(this::object);
      case '[' -> nested(this::array);
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", null);
      default -> number();
    };
  }

  private Object nested(Supplier<Object> container) {
    if (++depth > DEEPEST) {
      throw new IllegalArgumentException("nested deeper than " + DEEPEST);
    }
    at++;
    Object value = container.get();
    depth--;
    return value;
  }

  private Object object() {
    Map<String, @Nullable Object> members = new HashMap<>();
    for (boolean more = !closes('}'); more; more = separated('}')) {
      skipSpace();
      String name = string();
      skipSpace();
      expect(':');
      members.put(name, value());
    }
    return members;
  }

  private Object array() {
    List<@Nullable Object> elements = new ArrayList<>();
    for (boolean more = !closes(']'); more; more = separated(']')) {
      elements.add(value());
    }
    return elements;
  }

  private boolean closes(char end) {
    skipSpace();
    if (peek() == end) {
      at++;
      return true;
    }
    return false;
  }

  private boolean separated(char end) {
    if (closes(end)) {
      return false;
    }
    expect(',');
    return true;
  }

  private String string() {
    expect('"');
    StringBuilder value = new StringBuilder();
    for (char c = next(); c != '"'; c = next()) {
      if (c < ' ') {
        throw unexpected();
      }
      value.append(c == '\\' ? escaped() : c);
    }
    return value.toString();
  }

  private char escaped() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw unexpected();
    };
  }

  private char unicode() {
    if (at + 4 > text.length()) {
      throw unexpected();
    }
    char c = (char) Integer.parseInt(text, at, at + 4, 16);
    at += 4;
    return c;
  }

  /** Numbers are equal by value: stripped of trailing zeros, so that equals and hashCode agree. */
  private Object number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (start == at) {
      throw unexpected();
    }
    return new BigDecimal(text.substring(start, at)).stripTrailingZeros();
  }

  private @Nullable Object literal(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private void expect(char c) {
    if (next() != c) {
      throw unexpected();
    }
  }

  private char next() {
    char c = peek();
    at++;
    return c;
  }

  private char peek() {
    if (at >= text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("no JSON at character " + at);
  }
}
