package dev.crossfade.postgres;

import dev.crossfade.jooq.MappedColumn;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The text form of a value in {@code COPY}, the same value that {@link PostgresDialect} binds:
 * times cut to microseconds, instants in UTC whatever the zone of the session.
 *
 * <p>Immutable and safe for use by many threads.
 */
@FunctionalInterface
interface CopyValue {
  /** Writes a value in its stored form. */
  void write(CopyBuffer buffer, Object value);

  /** Of the stored type of a column. */
  static CopyValue of(MappedColumn column) {
    if (column.stored() == String.class) {
      return (buffer, value) -> {
        PostgresDialect.checkHeld(column.component(), (String) value);
        buffer.text((String) value);
      };
    }
    CopyValue known = Forms.BY_TYPE.get(column.stored());
    if (known == null) {
      throw new IllegalStateException("no form in COPY for " + column.stored());
    }
    return known;
  }

  /** By the type that a codec holds. */
  final class Forms {
    private static final int NANOS_PER_MICRO = 1_000;
    private static final int MICROS_PER_MILLI = 1_000;
    private static final int FOUR_DIGITS = 9_999;
    private static final Map<Class<?>, CopyValue> BY_TYPE = new HashMap<>();

    static {
      CopyValue integer = (buffer, value) -> buffer.number(((Number) value).longValue());
      BY_TYPE.put(Long.class, integer);
      BY_TYPE.put(Integer.class, integer);
      BY_TYPE.put(Short.class, integer);
      BY_TYPE.put(Boolean.class, (buffer, value) -> buffer.plain((Boolean) value ? 't' : 'f'));
      CopyValue text = (buffer, value) -> buffer.plain(value.toString());
      BY_TYPE.put(Double.class, text); // NaN and Infinity, too
      BY_TYPE.put(Float.class, text);
      BY_TYPE.put(BigDecimal.class, text);
      BY_TYPE.put(UUID.class, text);
      BY_TYPE.put(byte[].class, (buffer, value) -> buffer.binary((byte[]) value));
      BY_TYPE.put(Instant.class, (buffer, value) -> instant(buffer, (Instant) value));
      BY_TYPE.put(
          OffsetDateTime.class,
          (buffer, value) -> instant(buffer, ((OffsetDateTime) value).toInstant()));
      BY_TYPE.put(
          LocalDateTime.class, (buffer, value) -> dateTime(buffer, (LocalDateTime) value, ""));
      BY_TYPE.put(
          LocalDate.class,
          (buffer, value) -> {
            date(buffer, (LocalDate) value);
            era(buffer, (LocalDate) value);
          });
      BY_TYPE.put(LocalTime.class, (buffer, value) -> time(buffer, (LocalTime) value));
    }

    private Forms() {}

    private static void instant(CopyBuffer buffer, Instant value) {
      dateTime(
          buffer,
          LocalDateTime.ofEpochSecond(value.getEpochSecond(), value.getNano(), ZoneOffset.UTC),
          "+00");
    }

    private static void dateTime(CopyBuffer buffer, LocalDateTime value, String zone) {
      date(buffer, value.toLocalDate());
      buffer.plain(' ');
      time(buffer, value.toLocalTime());
      buffer.plain(zone);
      era(buffer, value.toLocalDate());
    }

    /** Of the era, in which there is no year 0. */
    private static void date(CopyBuffer buffer, LocalDate value) {
      int year = value.getYear() > 0 ? value.getYear() : 1 - value.getYear();
      if (year > FOUR_DIGITS) {
        buffer.number(year);
      } else {
        buffer.padded(year, 4);
      }
      buffer.plain('-');
      buffer.padded(value.getMonthValue(), 2);
      buffer.plain('-');
      buffer.padded(value.getDayOfMonth(), 2);
    }

    private static void era(CopyBuffer buffer, LocalDate value) {
      if (value.getYear() <= 0) {
        buffer.plain(" BC");
      }
    }

    private static void time(CopyBuffer buffer, LocalTime value) {
      buffer.padded(value.getHour(), 2);
      buffer.plain(':');
      buffer.padded(value.getMinute(), 2);
      buffer.plain(':');
      buffer.padded(value.getSecond(), 2);
      int micros = value.getNano() / NANOS_PER_MICRO;
      if (micros != 0) {
        buffer.plain('.');
        buffer.padded(micros / MICROS_PER_MILLI, 3);
        buffer.padded(micros % MICROS_PER_MILLI, 3);
      }
    }
  }
}
