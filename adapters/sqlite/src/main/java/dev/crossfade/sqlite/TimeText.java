package dev.crossfade.sqlite;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/**
 * The ISO forms of time that SQLite files hold. Many are read; one is written: with {@code T}, in
 * UTC with {@code Z}, with as many digits of the second as there are. A day that is not in the
 * calendar is none: the formatter's own leniency would make 29 February of 30 February.
 */
final class TimeText {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm")
          .optionalStart()
          .appendPattern(":ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter LOCAL =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(TIME)
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter ZONED =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(LOCAL)
          .appendPattern("[' '][XXX][XX][X]")
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter WRITTEN_TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);

  private TimeText() {}

  static Instant instant(String text) {
    Instant common = TimeDigits.instantOrNull(text);
    return common != null ? common : anyInstant(text);
  }

  private static Instant anyInstant(String text) {
    TemporalAccessor parsed = ZONED.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
    return parsed instanceof OffsetDateTime time
        ? time.toInstant()
        : ((LocalDateTime) parsed).toInstant(ZoneOffset.UTC);
  }

  static LocalDateTime localDateTime(String text) {
    LocalDateTime common = TimeDigits.localDateTimeOrNull(text);
    return common != null ? common : LocalDateTime.parse(text, LOCAL);
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
