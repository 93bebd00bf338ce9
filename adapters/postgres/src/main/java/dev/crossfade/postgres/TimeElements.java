package dev.crossfade.postgres;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates and times as PostgreSQL shows them in an array: {@code 2024-05-01 10:00:00.5+02}, {@code
 * 0044-03-15 BC}. The driver asks for that style in every session.
 */
final class TimeElements {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4,6})-(\\d\\d)-(\\d\\d)"
              + "(?: (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?)([+-]\\d\\d(?::\\d\\d(?::\\d\\d)?)?)?)?( BC)?");
  private static final int TIME = 4;
  private static final int OFFSET = 5;
  private static final int ERA = 6;
  private static final int MICRO = 1_000;

  private TimeElements() {}

  static LocalDate date(String text) {
    return date(matched(text, false, false));
  }

  static LocalDateTime localDateTime(String text) {
    return time(matched(text, true, false));
  }

  static Instant instant(String text) {
    Matcher parts = matched(text, true, true);
    return time(parts).toInstant(ZoneOffset.of(parts.group(OFFSET)));
  }

  /**
   * What PostgreSQL takes for it.
   *
   * @throws IllegalArgumentException if it is finer than the microsecond, which would be rounded
   */
  static String write(Temporal value) {
    if (value instanceof Instant time) {
      LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
      return date(utc.toLocalDate()) + time(utc.toLocalTime()) + "+00" + era(utc.toLocalDate());
    } else if (value instanceof LocalDateTime time) {
      return date(time.toLocalDate()) + time(time.toLocalTime()) + era(time.toLocalDate());
    }
    return value instanceof LocalDate date ? date(date) + era(date) : value.toString();
  }

  /** There is no year 0: the one before the first is 1 BC. */
  private static String date(LocalDate date) {
    return String.format(
        Locale.ROOT,
        "%04d-%02d-%02d",
        date.get(ChronoField.YEAR_OF_ERA),
        date.getMonthValue(),
        date.getDayOfMonth());
  }

  private static String time(LocalTime time) {
    if (time.get(ChronoField.NANO_OF_SECOND) % MICRO != 0) {
      throw new IllegalArgumentException("expected are times to the microsecond");
    }
    return " " + time;
  }

  private static String era(LocalDate date) {
    return date.getYear() > 0 ? "" : " BC";
  }

  private static LocalDateTime time(Matcher parts) {
    return LocalDateTime.of(date(parts), LocalTime.parse(parts.group(TIME)));
  }

  private static LocalDate date(Matcher parts) {
    int year = Integer.parseInt(parts.group(1));
    return LocalDate.of(
        parts.group(ERA) == null ? year : 1 - year,
        Integer.parseInt(parts.group(2)),
        Integer.parseInt(parts.group(3)));
  }

  /** Not {@code infinity}, which no type of Java has. */
  private static Matcher matched(String text, boolean time, boolean offset) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()
        || (parts.group(TIME) != null) != time
        || (parts.group(OFFSET) != null) != offset) {
      throw new IllegalArgumentException("expected are dates or times of the array's type");
    }
    return parts;
  }
}
