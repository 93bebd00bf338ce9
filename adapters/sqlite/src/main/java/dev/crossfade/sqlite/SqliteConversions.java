package dev.crossfade.sqlite;

import dev.crossfade.Conversion;
import dev.crossfade.Conversions;
import dev.crossfade.jooq.PairConversion;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.EnumType;

/**
 * The forms in which SQLite files of many applications hold values, where they are not those that
 * {@link SqliteRepository} reads and writes by itself. Given to a column with {@code
 * columns.convert(component, …)}, and to two columns with {@code columns.pair(component, …)}.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class SqliteConversions {
  private SqliteConversions() {}

  /** Milliseconds since 1970-01-01T00:00:00Z, as an INTEGER; finer parts are cut off. */
  public static Conversion<Instant, Long> instantAsEpochMillis() {
    return Conversions.instantAsEpochMillis();
  }

  /** Seconds since 1970-01-01T00:00:00Z, as an INTEGER; finer parts are cut off. */
  public static Conversion<Instant, Long> instantAsEpochSeconds() {
    return Conversions.instantAsEpochSeconds();
  }

  /** Seconds since 1970-01-01T00:00:00Z with a fraction, as a REAL; exact to the millisecond. */
  public static Conversion<Instant, Double> instantAsEpochReal() {
    return Conversions.instantAsEpochReal();
  }

  /**
   * A TEXT of this pattern, in UTC, such as {@code yyyy-MM-dd HH:mm:ss}; what the pattern does not
   * show is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<Instant, String> instantAsText(String pattern) {
    return Conversions.instantAsText(pattern);
  }

  /**
   * As {@link #instantAsText(String)}, in a zone. In a zone that changes its clocks the hour that
   * is there twice each year is read as the first of the two, whichever was written, and the hour
   * that is left out is refused.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<Instant, String> instantAsText(String pattern, ZoneId zone) {
    return Conversions.instantAsText(pattern, zone);
  }

  /**
   * A TEXT of this pattern, with a date and a time without a zone; what the pattern does not show
   * is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<LocalDateTime, String> localDateTimeAsText(String pattern) {
    return Conversions.localDateTimeAsText(pattern);
  }

  /**
   * A TEXT of this pattern, with a date, such as {@code dd.MM.yyyy} or {@code yyyy-MM-dd
   * '00:00:00'}.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<LocalDate, String> dateAsText(String pattern) {
    return Conversions.dateAsText(pattern);
  }

  /**
   * A TEXT of this pattern, with a time of day, such as {@code HH:mm}; what the pattern does not
   * show is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<LocalTime, String> timeAsText(String pattern) {
    return Conversions.timeAsText(pattern);
  }

  /** A TEXT like 2024-05-01. */
  public static Conversion<LocalDate, LocalDate> isoDate() {
    return Conversion.of(LocalDate.class, LocalDate.class, date -> date, date -> date);
  }

  /** A TEXT like 10:00:00, with or without seconds and a fraction of them. */
  public static Conversion<LocalTime, LocalTime> isoTime() {
    return Conversion.of(LocalTime.class, LocalTime.class, time -> time, time -> time);
  }

  /**
   * A date in one column and a time of day in another, without a zone. Given to a component with
   * {@code columns.pair(component, …)}.
   *
   * @param date how the first column holds the date: {@link #isoDate()}, {@link #dateAsText}
   * @param time how the second column holds the time of day: {@link #isoTime()}, {@link
   *     #timeAsText}; what it does not show is cut off
   */
  public static <A, B> PairConversion<LocalDateTime, A, B> localDateTimeAsDateAndTime(
      Conversion<LocalDate, A> date, Conversion<LocalTime, B> time) {
    return PairConversion.of(
        LocalDateTime.class,
        date.stored(),
        time.stored(),
        value -> date.store(value.toLocalDate()),
        value -> time.store(value.toLocalTime()),
        (day, clock) -> LocalDateTime.of(date.load(day), time.load(clock)));
  }

  /**
   * As {@link #localDateTimeAsDateAndTime}, of what clocks in a zone have shown at a moment. In a
   * zone that changes its clocks the hour that is there twice each year is read as the first of the
   * two, whichever was written, and the hour that is left out is refused.
   */
  public static <A, B> PairConversion<Instant, A, B> instantAsDateAndTime(
      Conversion<LocalDate, A> date, Conversion<LocalTime, B> time, ZoneId zone) {
    PairConversion<LocalDateTime, A, B> local = localDateTimeAsDateAndTime(date, time);
    return PairConversion.of(
        Instant.class,
        local.firstStored(),
        local.secondStored(),
        value -> local.first(LocalDateTime.ofInstant(value, zone)),
        value -> local.second(LocalDateTime.ofInstant(value, zone)),
        (day, clock) -> Conversions.moment(local.load(day, clock), zone));
  }

  /**
   * An INTEGER, or a TEXT with one, or a REAL that is whole: what sloppy writers left. Written as
   * an INTEGER, wherever the column lets it.
   */
  public static Conversion<Long, BigDecimal> longAsAnyNumber() {
    return Conversion.of(
        Long.class, BigDecimal.class, BigDecimal::valueOf, SqliteConversions::whole);
  }

  /** As {@link #longAsAnyNumber}, of 32 bits. */
  public static Conversion<Integer, BigDecimal> integerAsAnyNumber() {
    return Conversion.of(
        Integer.class,
        BigDecimal.class,
        BigDecimal::valueOf,
        number -> narrowed(whole(number), Integer.MIN_VALUE, Integer.MAX_VALUE).intValue());
  }

  /** As {@link #longAsAnyNumber}, of 16 bits. */
  public static Conversion<Short, BigDecimal> shortAsAnyNumber() {
    return Conversion.of(
        Short.class,
        BigDecimal.class,
        BigDecimal::valueOf,
        number -> narrowed(whole(number), Short.MIN_VALUE, Short.MAX_VALUE).shortValue());
  }

  private static Long whole(BigDecimal number) {
    try {
      return number.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("expected is a whole number of 64 bits", e);
    }
  }

  private static Long narrowed(Long number, long least, long most) {
    if (number < least || number > most) {
      throw new IllegalArgumentException("expected is a number from " + least + " to " + most);
    }
    return number;
  }

  /**
   * A TEXT, or a number as its text: 42 is {@code '42'}, 0.5 is {@code '0.5'}. Written as a TEXT,
   * of which a column that is declared as a number makes one again.
   */
  public static Conversion<String, CharSequence> textOrNumber() {
    return Conversion.of(String.class, CharSequence.class, text -> text, CharSequence::toString);
  }

  /** A TEXT with one word for true and one for false. */
  public static Conversion<Boolean, String> booleanAsText(String yes, String no) {
    return Conversions.booleanAsText(yes, no);
  }

  /** A TEXT with a decimal number, never in exponential notation; all digits are kept. */
  public static Conversion<BigDecimal, String> decimalAsText() {
    return Conversions.decimalAsText();
  }

  /**
   * An INTEGER of the smallest unit, of which so many digits are decimal places: cents, for 2. A
   * value with more decimal places, or too large, is refused with {@link IllegalArgumentException}.
   */
  public static Conversion<BigDecimal, Long> decimalAsScaledInteger(int scale) {
    return Conversions.decimalAsScaledInteger(scale);
  }

  /** A BLOB with the 16 bytes of a UUID, the most significant first. */
  public static Conversion<UUID, byte[]> uuidAsBlob() {
    return Conversions.uuidAsBytes();
  }

  /** A TEXT with bytes in Base64, with padding and without line breaks. */
  public static Conversion<byte[], String> bytesAsBase64() {
    return Conversions.bytesAsBase64();
  }

  /**
   * A TEXT with a word for each constant of an enum.
   *
   * @param words by the literals of the enum in PostgreSQL; those not named are their own words
   * @throws IllegalArgumentException if a word stands for two constants, or for none
   */
  public static <E extends Enum<E> & EnumType> Conversion<E, String> enumAsText(
      Class<E> type, Map<String, String> words) {
    return Conversions.enumAsText(type, EnumType::getLiteral, words);
  }

  /**
   * An INTEGER for each constant of an enum.
   *
   * @param numbers by the literals of the enum in PostgreSQL, one for each
   * @throws IllegalArgumentException if a number stands for two constants or for none, or a
   *     constant has none
   */
  public static <E extends Enum<E> & EnumType> Conversion<E, Long> enumAsNumber(
      Class<E> type, Map<String, Long> numbers) {
    return Conversions.enumAsNumber(type, EnumType::getLiteral, numbers);
  }

  /**
   * A TEXT with another word for each of these texts; other texts are refused.
   *
   * @throws IllegalArgumentException if a word stands for two texts
   */
  public static Conversion<String, String> textAsWord(Map<String, String> words) {
    return Conversions.textAsWord(words);
  }

  /**
   * An INTEGER for each of these texts; other texts are refused.
   *
   * @throws IllegalArgumentException if a number stands for two texts
   */
  public static Conversion<String, Long> textAsNumber(Map<String, Long> numbers) {
    return Conversions.textAsNumber(numbers);
  }

  /**
   * A TEXT with the elements of a list and a separator between; an empty text is an empty list. A
   * list with an element that holds the separator, or with a single empty one, is refused with
   * {@link IllegalArgumentException}: it would be another list when it is read.
   */
  public static Conversion<List<String>, String> listAsText(String separator) {
    return Conversions.listAsText(separator);
  }

  /**
   * A TEXT with a JSON array of one dimension and without null, as a list that cannot be changed.
   *
   * @param element {@code String}, {@code Short}, {@code Integer}, {@code Long}, {@code Double} and
   *     {@code Float}, which JSON has no NaN and infinities for, {@code BigDecimal}, a number with
   *     all its digits, but for zeros at its end, {@code Boolean}, {@code UUID}, or {@code
   *     LocalDate}, {@code LocalDateTime} and {@code Instant}, texts in ISO 8601 to the microsecond
   * @throws IllegalArgumentException if {@code element} is none of these
   */
  @SuppressWarnings("unchecked") // there is no class of a list of something
  public static <E> Conversion<List<E>, String> listAsJson(Class<E> element) {
    if (!JsonList.canBeOf(element)) {
      throw new IllegalArgumentException(
          "a JSON array cannot be read as a list of " + element.getName());
    }
    return Conversion.of(
        (Class<List<E>>) (Class<?>) List.class,
        String.class,
        JsonList::write,
        text -> JsonList.read(text, element));
  }
}
