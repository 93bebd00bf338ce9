package dev.crossfade.sqlite;

import dev.crossfade.Conversion;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The forms in which SQLite files of many applications hold values, where they are not those that
 * {@link SqliteRepository} reads and writes by itself. Given to a column with {@code
 * columns.convert(component, …)}.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class SqliteConversions {
  private static final long MILLIS = 1_000;

  private SqliteConversions() {}

  /** Milliseconds since 1970-01-01T00:00:00Z, as an INTEGER; finer parts are cut off. */
  public static Conversion<Instant, Long> instantAsEpochMillis() {
    return Conversion.of(Instant.class, Long.class, Instant::toEpochMilli, Instant::ofEpochMilli);
  }

  /** Seconds since 1970-01-01T00:00:00Z, as an INTEGER; finer parts are cut off. */
  public static Conversion<Instant, Long> instantAsEpochSeconds() {
    return Conversion.of(
        Instant.class, Long.class, Instant::getEpochSecond, Instant::ofEpochSecond);
  }

  /** Seconds since 1970-01-01T00:00:00Z with a fraction, as a REAL; exact to the millisecond. */
  public static Conversion<Instant, Double> instantAsEpochReal() {
    return Conversion.of(
        Instant.class,
        Double.class,
        time -> (double) time.toEpochMilli() / MILLIS,
        seconds -> Instant.ofEpochMilli(Math.round(seconds * MILLIS)));
  }

  /**
   * A TEXT of this pattern, in UTC, such as {@code yyyy-MM-dd HH:mm:ss}; what the pattern does not
   * show is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}
   */
  public static Conversion<Instant, String> instantAsText(String pattern) {
    DateTimeFormatter format = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    return Conversion.of(
        Instant.class,
        String.class,
        time -> format.format(time.atOffset(ZoneOffset.UTC)),
        text -> LocalDateTime.parse(text, format).toInstant(ZoneOffset.UTC));
  }

  /** A TEXT with one word for true and one for false. */
  public static Conversion<Boolean, String> booleanAsText(String yes, String no) {
    return Conversion.of(
        Boolean.class,
        String.class,
        value -> value ? yes : no,
        text -> {
          if (!text.equals(yes) && !text.equals(no)) {
            throw new IllegalArgumentException("expected is '" + yes + "' or '" + no + "'");
          }
          return text.equals(yes);
        });
  }
}
