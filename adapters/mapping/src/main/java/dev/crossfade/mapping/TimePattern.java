package dev.crossfade.mapping;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a pattern of {@link DateTimeFormatter} can hold, found by writing and reading with it. */
final class TimePattern {
  /** The letters of a pattern whose texts are in the order of time. */
  private static final Pattern ORDERED =
      Pattern.compile("(yyyy|uuuu) MM dd( HH( mm( ss( S{1,9})?)?)?)?");

  private static final Pattern LITERAL = Pattern.compile("'[^']*'|[^\\p{Alpha}'\\[\\]{}#]+");

  /** What order its texts have, by their bytes. */
  enum Order {
    /** That of time. */
    TIME,
    /** That of time, as long as nothing takes the digits, of which they consist, for a number. */
    DIGITS,
    /** Another one, or it is not known. */
    OTHER
  }

  private static final LocalDateTime SAMPLE = LocalDateTime.of(2001, 12, 23, 14, 35, 46, 123456789);
  private static final List<ChronoUnit> UNITS =
      List.of(
          ChronoUnit.NANOS,
          ChronoUnit.MICROS,
          ChronoUnit.MILLIS,
          ChronoUnit.SECONDS,
          ChronoUnit.MINUTES,
          ChronoUnit.HOURS,
          ChronoUnit.DAYS);

  private TimePattern() {}

  /** What is wrong with it; null if nothing is. */
  static @Nullable String problem(String pattern, boolean dateAlone) {
    DateTimeFormatter format;
    try {
      format = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "is none: " + e.getMessage();
    }
    try {
      if (dateAlone) {
        LocalDate date = SAMPLE.toLocalDate();
        return LocalDate.parse(format.format(date), format).equals(date) ? null : unreadable();
      }
      return unit(format) == null ? unreadable() : null;
    } catch (DateTimeException e) {
      return dateAlone
          ? "does not hold a date, or holds more; write it like dd.MM.yyyy"
          : "does not hold a date and a time; write it like yyyy-MM-dd HH:mm:ss";
    }
  }

  /** From the year down, each number with all its digits, is the order of time. */
  static Order order(String pattern) {
    String letters = LITERAL.matcher(pattern).replaceAll("").replaceAll("(.)(?!\\1|$)", "$1 ");
    if (!ORDERED.matcher(letters).matches()) {
      return Order.OTHER;
    }
    return LITERAL.matcher(pattern).find() ? Order.TIME : Order.DIGITS;
  }

  /** The same of a time of day without a date. */
  static @Nullable String timeProblem(String pattern) {
    try {
      return timeUnit(DateTimeFormatter.ofPattern(pattern, Locale.ROOT)) == null
          ? unreadable()
          : null;
    } catch (IllegalArgumentException e) {
      return "is none: " + e.getMessage();
    } catch (DateTimeException e) {
      return "does not hold a time of day, or holds more; write it like HH:mm:ss";
    }
  }

  /** The finest unit that one of a time of day holds. */
  static ChronoUnit timeUnit(String pattern) {
    ChronoUnit unit = timeUnit(DateTimeFormatter.ofPattern(pattern, Locale.ROOT));
    return unit == null ? ChronoUnit.SECONDS : unit;
  }

  private static @Nullable ChronoUnit timeUnit(DateTimeFormatter format) {
    LocalTime sample = SAMPLE.toLocalTime();
    LocalTime read = LocalTime.parse(format.format(sample), format);
    return UNITS.stream()
        .filter(unit -> unit != ChronoUnit.DAYS && sample.truncatedTo(unit).equals(read))
        .findFirst()
        .orElse(null);
  }

  private static String unreadable() {
    return "does not read what it writes; a second's fraction has 3, 6 or 9 digits";
  }

  /** The finest unit that it holds. */
  static ChronoUnit unit(String pattern) {
    ChronoUnit unit = unit(DateTimeFormatter.ofPattern(pattern, Locale.ROOT));
    return unit == null ? ChronoUnit.SECONDS : unit;
  }

  private static @Nullable ChronoUnit unit(DateTimeFormatter format) {
    LocalDateTime read = LocalDateTime.parse(format.format(SAMPLE), format);
    for (ChronoUnit unit : UNITS) {
      if (SAMPLE.truncatedTo(unit).equals(read)) {
        return unit;
      }
    }
    return null;
  }
}
