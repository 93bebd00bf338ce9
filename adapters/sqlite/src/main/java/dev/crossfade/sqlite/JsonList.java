package dev.crossfade.sqlite;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * A JSON text (RFC 8259) with an array of texts, of numbers or of truths, read from its beginning
 * to its end. Times are texts, decimals numbers with all their digits. For one text.
 */
final class JsonList {
  private static final int HEX_DIGITS = 4;
  private static final int HEX = 16;
  private static final int MICRO = 1_000;

  /** Of a numeric: before the point, and behind it. */
  private static final int MOST_DIGITS = 131_072;

  private static final int MOST_PLACES = 16_383;
  private static final String SIMPLE = "\"\\/bfnrt";
  private static final String MEANT = "\"\\/\b\f\n\r\t";

  /** How elements are read that are no texts there, and those that are. */
  private static final Map<Class<?>, Function<String, ?>> BARE =
      Map.of(
          Short.class, Short::valueOf,
          Integer.class, Integer::valueOf,
          Long.class, Long::valueOf,
          Double.class, JsonList::exact,
          Float.class, JsonList::exactFloat,
          BigDecimal.class, JsonList::decimal,
          Boolean.class, JsonList::truth);

  private static final Map<Class<?>, Function<String, ?>> QUOTED =
      Map.of(
          String.class, text -> text,
          UUID.class, JsonList::uuid,
          LocalDate.class, LocalDate::parse,
          LocalDateTime.class, text -> toTheMicrosecond(TimeText.localDateTime(text)),
          Instant.class, text -> toTheMicrosecond(TimeText.instant(text)));

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
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expected are dates or times in ISO 8601", e);
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
    if (element instanceof String || element instanceof UUID || element instanceof LocalDate) {
      quote(json, element.toString());
    } else if (element instanceof Instant time) {
      quote(json, TimeText.write(toTheMicrosecond(time)));
    } else if (element instanceof LocalDateTime time) {
      quote(json, TimeText.write(toTheMicrosecond(time)));
    } else {
      json.append(element instanceof Number number ? written(number) : element);
    }
  }

  private static Object written(Number number) {
    boolean real = number instanceof Double || number instanceof Float;
    if (real && !Double.isFinite(number.doubleValue())) {
      throw new IllegalArgumentException("expected are numbers that JSON has, not " + number);
    }
    return number instanceof BigDecimal decimal ? canonical(decimal).toPlainString() : number;
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

  private static Float exactFloat(String number) {
    float nearest = Float.parseFloat(number);
    if (new BigDecimal(number).compareTo(new BigDecimal(Float.toString(nearest))) != 0) {
      throw new IllegalArgumentException("expected are numbers that 4 bytes hold");
    }
    return nearest;
  }

  private static BigDecimal decimal(String number) {
    return canonical(new BigDecimal(number));
  }

  /** 1.50 and 1.5 are one number, and lists are equal only if their elements are. */
  private static BigDecimal canonical(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    if (stripped.scale() > MOST_PLACES || stripped.precision() - stripped.scale() > MOST_DIGITS) {
      throw new IllegalArgumentException("expected are numbers that PostgreSQL holds");
    }
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /** Not cut: within a list nothing says how much of an element counts. */
  private static <X extends Temporal> X toTheMicrosecond(X time) {
    if (time.get(ChronoField.NANO_OF_SECOND) % MICRO != 0) {
      throw new IllegalArgumentException("expected are times to the microsecond");
    }
    return time;
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
