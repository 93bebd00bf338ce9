package dev.crossfade.sqlite;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * A JSON text (RFC 8259) with an array of texts, of numbers or of truths, read from its beginning
 * to its end. For one text.
 */
final class JsonList {
  private static final int HEX_DIGITS = 4;
  private static final int HEX = 16;
  private static final String SIMPLE = "\"\\/bfnrt";
  private static final String MEANT = "\"\\/\b\f\n\r\t";

  /** How elements are read that are no texts there, and those that are. */
  private static final Map<Class<?>, Function<String, ?>> BARE =
      Map.of(
          Short.class, Short::valueOf,
          Integer.class, Integer::valueOf,
          Long.class, Long::valueOf,
          Double.class, JsonList::exact,
          Boolean.class, JsonList::truth);

  private static final Map<Class<?>, Function<String, ?>> QUOTED =
      Map.of(String.class, text -> text, UUID.class, JsonList::uuid);

  private final String text;
  private int at;

  private JsonList(String text) {
    this.text = text;
  }

  static boolean canBeOf(Class<?> element) {
    return BARE.containsKey(element) || QUOTED.containsKey(element);
  }

  /**
   * The elements.
   *
   * @throws IllegalArgumentException if it is something else, or one of them is
   */
  static <E> List<E> read(String text, Class<E> element) {
    try {
      return new JsonList(text).elements(element);
    } catch (StringIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("expected is a whole JSON array", e);
    }
  }

  /** The text, without blanks. */
  static String write(List<?> list) {
    StringBuilder json = new StringBuilder("[");
    for (Object element : list) {
      if (json.length() > 1) {
        json.append(',');
      }
      write(json, element);
    }
    return json.append(']').toString();
  }

  private static void write(StringBuilder json, Object element) {
    if (element instanceof String || element instanceof UUID) {
      quote(json, element.toString());
    } else if (element instanceof Double number && (number.isNaN() || number.isInfinite())) {
      throw new IllegalArgumentException("expected are numbers that JSON has, not " + number);
    } else {
      json.append(element);
    }
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int special = c == '/' ? -1 : MEANT.indexOf(c);
      if (special >= 0) {
        json.append('\\').append(SIMPLE.charAt(special));
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  private <E> List<E> elements(Class<E> element) {
    List<E> elements = new ArrayList<>();
    expect('[');
    if (!comes(']')) {
      do {
        elements.add(element.cast(element(element)));
      } while (comes(','));
      expect(']');
    }
    skipBlanks();
    if (at < text.length()) {
      throw new IllegalArgumentException("expected is a JSON array and nothing behind it");
    }
    return List.copyOf(elements);
  }

  private Object element(Class<?> type) {
    skipBlanks();
    boolean quoted = text.charAt(at) == '"';
    String found = quoted ? quoted() : bare();
    Function<String, ?> read = (quoted ? QUOTED : BARE).get(type);
    if (read == null) {
      throw new IllegalArgumentException("expected is a JSON array of " + type.getSimpleName());
    }
    return read.apply(found);
  }

  private String bare() {
    int begin = at;
    while (",]} \t\n\r[{\"".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(begin, at);
  }

  private String quoted() {
    StringBuilder found = new StringBuilder();
    for (char c = text.charAt(++at); c != '"'; c = text.charAt(++at)) {
      if (c < ' ') {
        throw new IllegalArgumentException("expected is JSON, which escapes control characters");
      }
      found.append(c == '\\' ? escaped() : c);
    }
    at++;
    return found.toString();
  }

  private char escaped() {
    char c = text.charAt(++at);
    if (c == 'u') {
      String digits = text.substring(at + 1, at + 1 + HEX_DIGITS);
      at += HEX_DIGITS;
      return (char) Integer.parseUnsignedInt(digits, HEX);
    }
    return MEANT.charAt(SIMPLE.indexOf(c));
  }

  private boolean comes(char expected) {
    skipBlanks();
    boolean comes = text.charAt(at) == expected;
    at += comes ? 1 : 0;
    return comes;
  }

  private void expect(char expected) {
    if (!comes(expected)) {
      throw new IllegalArgumentException("expected is a JSON array of one dimension");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** Not rounded: what has more digits than a double is refused. */
  private static Double exact(String number) {
    double nearest = Double.parseDouble(number);
    if (new BigDecimal(number).compareTo(BigDecimal.valueOf(nearest)) != 0) {
      throw new IllegalArgumentException("expected are numbers that 8 bytes hold");
    }
    return nearest;
  }

  private static Boolean truth(String word) {
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("expected is true or false");
    };
  }

  /** {@code UUID.fromString} reads shorter ones, too. */
  private static UUID uuid(String text) {
    UUID uuid = UUID.fromString(text);
    if (!uuid.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("expected are UUIDs of 36 characters");
    }
    return uuid;
  }
}
