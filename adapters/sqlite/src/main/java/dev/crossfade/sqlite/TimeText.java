package dev.crossfade.sqlite;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/**
 * The ISO forms of time that SQLite files hold. Many are read; one is written: with {@code T}, in
 * UTC with {@code Z}, with as many digits of the second as there are.
 */
final class TimeText {
  /** {@code 2024-05-01T10:00:00}. */
  private static final int PLAIN = 19;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm")
          .optionalStart()
          .appendPattern(":ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);
  private static final DateTimeFormatter LOCAL =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(TIME)
          .toFormatter(Locale.ROOT);
  private static final DateTimeFormatter ZONED =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(LOCAL)
          .appendPattern("[' '][XXX][XX][X]")
          .toFormatter(Locale.ROOT);
  private static final DateTimeFormatter WRITTEN_TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);

  private TimeText() {}

  static Instant instant(String text) {
    if (isPlain(text)) {
      try {
        return plain(text);
      } catch (DateTimeException e) {
        return anyForm(text); // which knows what to make of a 30th of February
      }
    }
    return anyForm(text);
  }

  private static Instant anyForm(String text) {
    TemporalAccessor parsed = ZONED.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
    return parsed instanceof OffsetDateTime time
        ? time.toInstant()
        : ((LocalDateTime) parsed).toInstant(ZoneOffset.UTC);
  }

  /**
   * Whether it is {@code 2024-05-01T10:00:00Z} or {@code 2024-05-01 10:00:00}, as most are: a
   * formatter takes as long as all the rest of a row.
   */
  private static boolean isPlain(String text) {
    int length = text.length();
    if (length != PLAIN && !(length == PLAIN + 1 && text.charAt(PLAIN) == 'Z')) {
      return false;
    }
    for (int i = 0; i < PLAIN; i++) {
      char c = text.charAt(i);
      boolean fits =
          switch (i) {
            case 4, 7 -> c == '-';
            case 10 -> c == 'T' || c == ' ';
            case 13, 16 -> c == ':';
            default -> c >= '0' && c <= '9';
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static Instant plain(String text) {
    return LocalDateTime.of(
            100 * two(text, 0) + two(text, 2),
            two(text, 5),
            two(text, 8),
            two(text, 11),
            two(text, 14),
            two(text, 17))
        .toInstant(ZoneOffset.UTC);
  }

  private static int two(String text, int at) {
    return 10 * (text.charAt(at) - '0') + text.charAt(at + 1) - '0';
  }

  static LocalDateTime localDateTime(String text) {
    return LocalDateTime.parse(text, LOCAL);
  }

  static LocalTime localTime(String text) {
    return LocalTime.parse(text, TIME);
  }

  static String write(Instant time) {
    return write(LocalDateTime.ofInstant(time, ZoneOffset.UTC)) + "Z";
  }

  static String write(LocalDateTime time) {
    return time.toLocalDate() + "T" + write(time.toLocalTime());
  }

  static String write(LocalTime time) {
    return WRITTEN_TIME.format(time);
  }
}
