package dev.crossfade.store;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Times as keys, or as parts of one: which types there are, and which of their values can be a key.
 * For adapters, whose stores must neither cut such a value nor read two forms as one.
 *
 * <p>A key is exact to the microsecond, as PostgreSQL is, and from the year 1 to 9999, in which
 * texts with four digits have the order of the years. {@code OffsetDateTime} is no type of a key: a
 * moment would have as many keys as there are offsets.
 */
public final class TimeKeys {
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");
  private static final int NANOS_PER_MICRO = 1_000;
  private static final long MICROS_PER_SECOND = 1_000_000;

  private TimeKeys() {}

  /** Whether values of that type are times that can be keys. */
  public static boolean have(Class<?> type) {
    return type == Instant.class || type == LocalDateTime.class || type == LocalDate.class;
  }

  /** Why a value of such a type cannot be a key; null if it can. */
  public static @Nullable String problem(Object value) {
    Instant moment = moment(value);
    if (moment.isBefore(FIRST) || !moment.isBefore(END)) {
      return "the time of a key is in the years 1 to 9999";
    }
    return moment.equals(moment.truncatedTo(ChronoUnit.MICROS))
        ? null
        : "the time of a key has nothing below the microsecond, which PostgreSQL would not keep;"
            + " cut it with truncatedTo(ChronoUnit.MICROS)";
  }

  /**
   * The number that orders a value: microseconds or, of dates, days since 1970.
   *
   * @throws IllegalArgumentException if it cannot be a key
   */
  static long number(Object value) {
    String problem = problem(value);
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    if (value instanceof LocalDate date) {
      return date.toEpochDay();
    }
    Instant moment = moment(value);
    return moment.getEpochSecond() * MICROS_PER_SECOND + moment.getNano() / NANOS_PER_MICRO;
  }

  static Instant instant(long number) {
    return Instant.EPOCH.plus(number, ChronoUnit.MICROS);
  }

  static LocalDateTime localDateTime(long number) {
    return LocalDateTime.ofInstant(instant(number), ZoneOffset.UTC);
  }

  /** Of a time that knows no zone the moment when UTC shows it. */
  private static Instant moment(Object value) {
    if (value instanceof LocalDate date) {
      return date.atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    return value instanceof LocalDateTime time ? time.toInstant(ZoneOffset.UTC) : (Instant) value;
  }
}
