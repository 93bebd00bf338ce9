package dev.crossfade.jooq;

import dev.crossfade.store.TimeKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the order in which a column holds the times of a key is that of time. A conversion says
 * nothing of its order, so it is tried: with times on both sides of each place where a number gets
 * one more digit, or begins anew.
 *
 * <p>Times that a column cannot hold are left out, as no key there has them.
 */
final class TimeKeyOrder {
  private static final List<LocalDateTime> TIMES = times();

  private TimeKeyOrder() {}

  /** What is wrong; null if nothing is. */
  static @Nullable String problem(MappedColumn column, Dialect dialect) {
    if (TimeKeys.have(column.stored())) {
      return dialect.ordersTimes(column.stored()) ? null : noForm(column);
    }
    Object earlier = null;
    for (Object time : times(column.component().type())) {
      Object form = column.formOrNull(time);
      if (form != null && earlier != null && !isBefore(earlier, form)) {
        return shown(column) + " would be held as " + earlier + ", and later as " + form + fix();
      }
      earlier = form == null ? earlier : form;
    }
    return earlier == null ? shown(column) + " has a conversion that holds no time as it is" : null;
  }

  private static String noForm(MappedColumn column) {
    return shown(column)
        + " is held in several forms, whose order is not that of time"
        + "; give it convert(\""
        + column.component()
        + "\", …) with a number, or a text like yyyy-MM-dd HH:mm:ss";
  }

  private static String shown(MappedColumn column) {
    return "component " + column.component() + " belongs to the key and";
  }

  private static String fix() {
    return ", which is not the order of time; take a number, or a text like yyyy-MM-dd HH:mm:ss";
  }

  private static List<Object> times(Class<?> type) {
    return TIMES.stream().map(time -> of(type, time)).distinct().toList();
  }

  private static Object of(Class<?> type, LocalDateTime time) {
    if (type == LocalDate.class) {
      return time.toLocalDate();
    }
    return type == Instant.class ? time.toInstant(ZoneOffset.UTC) : time;
  }

  /** As a store compares them: numbers by value, text by its bytes. */
  private static boolean isBefore(Object one, Object other) {
    if (one instanceof String a && other instanceof String b) {
      return Arrays.compareUnsigned(utf8(a), utf8(b)) < 0;
    }
    return one instanceof Number a
        && other instanceof Number b
        && Double.compare(a.doubleValue(), b.doubleValue()) < 0;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<LocalDateTime> times() {
    List<LocalDateTime> times = new ArrayList<>();
    for (int year : new int[] {1, 9, 10, 99, 100, 999, 1000, 1969, 1970, 1999, 2000, 2024, 9999}) {
      for (int month : new int[] {1, 2, 9, 10, 12}) {
        YearMonth in = YearMonth.of(year, month);
        for (int day : new int[] {1, 2, 9, 10, in.lengthOfMonth()}) {
          ofDay().forEach(time -> times.add(in.atDay(day).atTime(time)));
        }
      }
    }
    return List.copyOf(times);
  }

  private static Stream<LocalTime> ofDay() {
    return Stream.of(
            "00:00", "00:00:09", "00:00:10", "00:09", "00:10", "09:00", "13:00", "23:59:59")
        .map(LocalTime::parse);
  }
}
