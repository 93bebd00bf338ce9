package dev.crossfade.mapping;

import dev.crossfade.Conversion;
import dev.crossfade.Conversions;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a pattern of {@link DateTimeFormatter} can hold, found by writing and reading with it as the
 * stores do.
 */
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
    return dateAlone
        ? problem(
            () -> Conversions.dateAsText(pattern),
            form -> SAMPLE.toLocalDate().equals(read(form, SAMPLE.toLocalDate())),
            "does not hold a date, or holds more; write it like dd.MM.yyyy")
        : problem(
            () -> Conversions.localDateTimeAsText(pattern),
            form -> unit(form) != null,
            "does not hold a date and a time; write it like yyyy-MM-dd HH:mm:ss");
  }

  private static <T> @Nullable String problem(
      Supplier<Conversion<T, String>> of, Predicate<Conversion<T, String>> reads, String example) {
    Conversion<T, String> form;
    try {
      form = of.get();
    } catch (IllegalArgumentException e) {
      return "is none: " + e.getMessage();
    }
    try {
      return reads.test(form)
          ? null
          : "does not read what it writes; a second's fraction has 3, 6 or 9 digits";
    } catch (DateTimeException | IllegalArgumentException e) {
      return example;
    }
  }

  private static <T> T read(Conversion<T, String> form, T value) {
    return form.load(form.store(value));
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
    return problem(
        () -> Conversions.timeAsText(pattern),
        form -> timeUnit(form) != null,
        "does not hold a time of day, or holds more; write it like HH:mm:ss");
  }

  /** The finest unit that one of a time of day holds. */
  static ChronoUnit timeUnit(String pattern) {
    ChronoUnit unit = timeUnit(Conversions.timeAsText(pattern));
    return unit == null ? ChronoUnit.SECONDS : unit;
  }

  private static @Nullable ChronoUnit timeUnit(Conversion<LocalTime, String> form) {
    LocalTime sample = SAMPLE.toLocalTime();
    LocalTime read = read(form, sample);
    return UNITS.stream()
        .filter(unit -> unit != ChronoUnit.DAYS && sample.truncatedTo(unit).equals(read))
        .findFirst()
        .orElse(null);
  }

  /** The finest unit that it holds. */
  static ChronoUnit unit(String pattern) {
    ChronoUnit unit = unit(Conversions.localDateTimeAsText(pattern));
    return unit == null ? ChronoUnit.SECONDS : unit;
  }

  private static @Nullable ChronoUnit unit(Conversion<LocalDateTime, String> form) {
    LocalDateTime read = read(form, SAMPLE);
    for (ChronoUnit unit : UNITS) {
      if (SAMPLE.truncatedTo(unit).equals(read)) {
        return unit;
      }
    }
    return null;
  }
}
