package dev.crossfade.sqlite;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forms of time that are common in files, digit by digit, a tenth of what a formatter
 * takes: {@code 2024-05-01T10:00:00}, with a blank for the {@code T}, with up to nine digits of the
 * second, with {@code Z}. All others are none of its business.
 */
final class TimeDigits {
  private static final int SECONDS_END = 19;
  private static final int NANO_DIGITS = 9;

  /** So far below zero that no sum with it is above. */
  private static final int NONE = -100_000;

  private TimeDigits() {}

  /** The instant, in UTC if the text knows no zone; null if the form is another one. */
  static @Nullable Instant instantOrNull(String text) {
    int end = text.endsWith("Z") ? text.length() - 1 : text.length();
    LocalDateTime time = timeOrNull(text, end);
    return time == null ? null : time.toInstant(ZoneOffset.UTC);
  }

  /** The time; null if the form is another one. */
  static @Nullable LocalDateTime localDateTimeOrNull(String text) {
    return timeOrNull(text, text.length());
  }

  private static @Nullable LocalDateTime timeOrNull(String text, int end) {
    if (end < SECONDS_END
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || (text.charAt(10) != 'T' && text.charAt(10) != ' ')
        || text.charAt(13) != ':'
        || text.charAt(16) != ':') {
      return null;
    }
    int year = 100 * two(text, 0) + two(text, 2);
    int month = two(text, 5);
    int day = two(text, 8);
    int hour = two(text, 11);
    int minute = two(text, 14);
    int second = two(text, 17);
    int nanos = end == SECONDS_END ? 0 : nanos(text, end);
    if ((year | month | day | hour | minute | second | nanos) < 0) {
      return null;
    }
    try {
      return LocalDateTime.of(year, month, day, hour, minute, second, nanos);
    } catch (DateTimeException e) {
      return null; // whoever reads all forms says what is wrong
    }
  }

  /** Far below zero if one of them is another char. */
  private static int two(String text, int at) {
    int tens = text.charAt(at) - '0';
    int ones = text.charAt(at + 1) - '0';
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? NONE : 10 * tens + ones;
  }

  private static int nanos(String text, int end) {
    int digits = end - SECONDS_END - 1;
    if (text.charAt(SECONDS_END) != '.' || digits < 1 || digits > NANO_DIGITS) {
      return -1;
    }
    int nanos = 0;
    for (int i = 0; i < NANO_DIGITS; i++) {
      int digit = i < digits ? text.charAt(SECONDS_END + 1 + i) - '0' : 0;
      if (digit < 0 || digit > 9) {
        return -1;
      }
      nanos = 10 * nanos + digit;
    }
    return nanos;
  }
}
