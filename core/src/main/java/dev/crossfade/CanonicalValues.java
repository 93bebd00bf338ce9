package dev.crossfade;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Values in an encoding of their own: two are written the same exactly if they are {@code equal},
 * of arrays if their contents are. Each kind has its tag.
 */
final class CanonicalValues {
  private static final int TEXT = 1;
  private static final int INTEGER = 2;
  private static final int FRACTION = 3;
  private static final int BOOL = 4;
  private static final int DECIMAL = 5;
  private static final int WHOLE = 6;
  private static final int IDENTIFIER = 7;
  private static final int INSTANT = 8;
  private static final int DATE_TIME = 9;
  private static final int DATE = 10;
  private static final int TIME = 11;
  private static final int CONSTANT = 12;
  private static final int BYTES = 13;
  private static final int CHARACTER = 14;

  private static final Map<Class<?>, Integer> INTEGERS =
      Map.of(Long.class, 0, Integer.class, 1, Short.class, 2, Byte.class, 3);

  private static final Set<Class<?>> OTHERS =
      Set.of(
          String.class,
          Double.class,
          Float.class,
          Boolean.class,
          Character.class,
          BigInteger.class,
          UUID.class,
          Instant.class,
          OffsetDateTime.class,
          ZonedDateTime.class,
          LocalDateTime.class,
          LocalDate.class,
          LocalTime.class,
          byte[].class);

  private CanonicalValues() {}

  /** Whether values of a type, boxed, can be written; times that have a zone are cut before. */
  static boolean have(Class<?> type) {
    return type.isEnum() || INTEGERS.containsKey(type) || OTHERS.contains(type);
  }

  /** By value, whatever the scale. */
  static void decimal(BigDecimal value, CanonicalOutput out) {
    out.tag(DECIMAL);
    out.decimal(value);
  }

  @SuppressWarnings({"JavaLocalDateTimeGetNano", "JavaLocalTimeGetNano"}) // beside the seconds
  static void write(Object value, CanonicalOutput out) {
    if (value instanceof String text) {
      out.tag(TEXT);
      out.text(text);
    } else if (value instanceof Number number) {
      number(number, out);
    } else if (value instanceof Instant time) {
      time(INSTANT, time.getEpochSecond(), time.getNano(), out);
    } else if (value instanceof LocalDateTime time) {
      time(DATE_TIME, time.toEpochSecond(ZoneOffset.UTC), time.getNano(), out);
    } else if (value instanceof LocalDate date) {
      time(DATE, date.toEpochDay(), 0, out);
    } else if (value instanceof LocalTime time) {
      time(TIME, time.toSecondOfDay(), time.getNano(), out);
    } else {
      other(value, out);
    }
  }

  private static void other(Object value, CanonicalOutput out) {
    if (value instanceof Boolean truth) {
      out.tag(BOOL);
      out.bool(truth);
    } else if (value instanceof UUID id) {
      out.tag(IDENTIFIER);
      out.number(id.getMostSignificantBits());
      out.number(id.getLeastSignificantBits());
    } else if (value instanceof byte[] bytes) {
      out.tag(BYTES);
      out.bytes(bytes);
    } else if (value instanceof Character character) {
      out.tag(CHARACTER);
      out.number(character);
    } else if (value instanceof Enum<?> constant) {
      out.tag(CONSTANT);
      out.text(constant.getDeclaringClass().getName());
      out.text(constant.name());
    } else {
      throw new IllegalArgumentException(value.getClass().getName() + " has no canonical form");
    }
  }

  private static void number(Number number, CanonicalOutput out) {
    Integer width = INTEGERS.get(number.getClass());
    if (width != null) {
      out.tag(INTEGER);
      out.tag(width);
      out.number(number.longValue());
    } else if (number instanceof Double || number instanceof Float) {
      out.tag(FRACTION);
      out.bool(number instanceof Double);
      out.number(Double.doubleToLongBits(number.doubleValue()));
    } else if (number instanceof BigInteger whole) {
      out.tag(WHOLE);
      out.bytes(whole.toByteArray());
    } else {
      throw new IllegalArgumentException(number.getClass().getName() + " has no canonical form");
    }
  }

  private static void time(int kind, long whole, int nanos, CanonicalOutput out) {
    out.tag(kind);
    out.number(whole);
    out.number(nanos);
  }
}
