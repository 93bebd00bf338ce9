package dev.crossfade;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Forms in which applications have held values in stores that had no type for them: what they mean
 * does not depend on the store. Given to a column or a field with {@code convert(component, …)}.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Conversions {
  private static final long MILLIS = 1_000;
  private static final int UUID_BYTES = 16;
  private static final Pattern UUIDS =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[' '][XXX][XX][X]")
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT); // or 30 February were the 29th

  private Conversions() {}

  /** Milliseconds since 1970-01-01T00:00:00Z, as a whole number; finer parts are cut off. */
  public static Conversion<Instant, Long> instantAsEpochMillis() {
    return Conversion.of(Instant.class, Long.class, Instant::toEpochMilli, Instant::ofEpochMilli);
  }

  /** Seconds since 1970-01-01T00:00:00Z, as a whole number; finer parts are cut off. */
  public static Conversion<Instant, Long> instantAsEpochSeconds() {
    return Conversion.of(
        Instant.class, Long.class, Instant::getEpochSecond, Instant::ofEpochSecond);
  }

  /**
   * Seconds since 1970-01-01T00:00:00Z with a fraction, as a floating-point number; exact to the
   * millisecond.
   */
  public static Conversion<Instant, Double> instantAsEpochReal() {
    return Conversion.of(
        Instant.class,
        Double.class,
        time -> (double) time.toEpochMilli() / MILLIS,
        seconds -> Instant.ofEpochMilli(Math.round(seconds * MILLIS)));
  }

  /**
   * A text in ISO 8601, with {@code T} or a blank between date and time, in UTC where it names no
   * zone; written with {@code T} and {@code Z}, to the nanosecond.
   */
  public static Conversion<Instant, String> instantAsIsoText() {
    return isoText(Instant.class, Instant::toString, Conversions::isoInstant);
  }

  private static Instant isoInstant(String text) {
    TemporalAccessor read = ISO.parse(text);
    return read.isSupported(ChronoField.OFFSET_SECONDS)
        ? OffsetDateTime.from(read).toInstant()
        : LocalDateTime.from(read).toInstant(ZoneOffset.UTC);
  }

  /** The same of a time without a zone; one that names another zone than UTC is refused. */
  public static Conversion<LocalDateTime, String> localDateTimeAsIsoText() {
    return isoText(
        LocalDateTime.class,
        DateTimeFormatter.ISO_LOCAL_DATE_TIME::format,
        Conversions::isoLocalDateTime);
  }

  private static LocalDateTime isoLocalDateTime(String text) {
    TemporalAccessor read = ISO.parse(text);
    if (read.isSupported(ChronoField.OFFSET_SECONDS) && read.get(ChronoField.OFFSET_SECONDS) != 0) {
      throw new IllegalArgumentException("a time with a zone, for a column without one");
    }
    return LocalDateTime.from(read);
  }

  /** A text like {@code 2024-05-01}. */
  public static Conversion<LocalDate, String> dateAsIsoText() {
    return isoText(LocalDate.class, LocalDate::toString, LocalDate::parse);
  }

  /** A text like {@code 10:00:00}. */
  public static Conversion<LocalTime, String> timeAsIsoText() {
    return isoText(LocalTime.class, DateTimeFormatter.ISO_LOCAL_TIME::format, LocalTime::parse);
  }

  private static <J> Conversion<J, String> isoText(
      Class<J> type, Function<J, String> store, Function<String, J> load) {
    return Conversion.of(
        type,
        String.class,
        store,
        text -> {
          try {
            return load.apply(text);
          } catch (DateTimeException e) {
            throw new IllegalArgumentException("expected ISO text of a " + type.getSimpleName(), e);
          }
        });
  }

  /**
   * A text of this pattern, in UTC, such as {@code yyyy-MM-dd HH:mm:ss}; what the pattern does not
   * show is cut off. Words are English: {@code MMM} is {@code May}, {@code a} is {@code AM}.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<Instant, String> instantAsText(String pattern) {
    return instantAsText(pattern, ZoneOffset.UTC);
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
    DateTimeFormatter format = TextPattern.format(pattern);
    return Conversion.of(
        Instant.class,
        String.class,
        time -> format.format(time.atZone(zone)),
        text -> parsed(text, pattern, t -> momentOf(format.parse(t), zone)));
  }

  /** Where the text says the offset or the zone itself, that is the one it is of. */
  private static Instant momentOf(TemporalAccessor read, ZoneId zone) {
    ZoneId own = read.query(TemporalQueries.offset());
    if (own == null) {
      own = read.query(TemporalQueries.zoneId());
    }
    return moment(LocalDateTime.from(read), own == null ? zone : own);
  }

  /**
   * The first moment at which clocks in a zone have shown this.
   *
   * @throws IllegalArgumentException if they never have: it is in the hour that spring leaves out
   */
  public static Instant moment(LocalDateTime local, ZoneId zone) {
    ZonedDateTime time = local.atZone(zone);
    if (!time.toLocalDateTime().equals(local)) {
      throw new IllegalArgumentException("expected is a time that clocks have shown in " + zone);
    }
    return time.toInstant();
  }

  /**
   * A text of this pattern, with a date and a time without a zone; what the pattern does not show
   * is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<LocalDateTime, String> localDateTimeAsText(String pattern) {
    DateTimeFormatter format = TextPattern.format(pattern);
    return Conversion.of(
        LocalDateTime.class,
        String.class,
        format::format,
        text -> parsed(text, pattern, t -> LocalDateTime.parse(t, format)));
  }

  /**
   * A text of this pattern, with a date, such as {@code dd.MM.yyyy} or {@code yyyy-MM-dd
   * '00:00:00'}.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<LocalDate, String> dateAsText(String pattern) {
    DateTimeFormatter format = TextPattern.format(pattern);
    return Conversion.of(
        LocalDate.class,
        String.class,
        format::format,
        text -> parsed(text, pattern, t -> LocalDate.parse(t, format)));
  }

  /**
   * A text of this pattern, with a time of day, such as {@code HH:mm}; what the pattern does not
   * show is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}, or has a
   *     letter whose texts depend on the version of Java: {@code B}, {@code F}, {@code v}, {@code
   *     z}
   */
  public static Conversion<LocalTime, String> timeAsText(String pattern) {
    DateTimeFormatter format = TextPattern.format(pattern);
    return Conversion.of(
        LocalTime.class,
        String.class,
        format::format,
        text -> parsed(text, pattern, t -> LocalTime.parse(t, format)));
  }

  private static <T> T parsed(String text, String pattern, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expected is a text like " + pattern, e);
    }
  }

  /** 0 or 1. */
  public static Conversion<Boolean, Long> booleanAsNumber() {
    return Conversion.of(
        Boolean.class,
        Long.class,
        value -> value ? 1L : 0L,
        number -> {
          if (number != 0 && number != 1) {
            throw new IllegalArgumentException("expected 0 or 1");
          }
          return number == 1;
        });
  }

  /** A text with one word for true and one for false. */
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

  /** A text with a decimal number, never in exponential notation; all digits are kept. */
  public static Conversion<BigDecimal, String> decimalAsText() {
    return Conversion.of(
        BigDecimal.class, String.class, BigDecimal::toPlainString, Conversions::decimal);
  }

  private static BigDecimal decimal(String text) {
    try {
      return new BigDecimal(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected is a decimal number", e);
    }
  }

  /**
   * A whole number of the smallest unit, of which so many digits are decimal places: cents, for 2.
   * A value with more decimal places, or too large, is refused with {@link
   * IllegalArgumentException}.
   */
  public static Conversion<BigDecimal, Long> decimalAsScaledInteger(int scale) {
    return Conversion.of(
        BigDecimal.class,
        Long.class,
        value -> {
          try {
            return value.movePointRight(scale).longValueExact();
          } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                "expected are at most " + scale + " decimal places, and 18 digits in all", e);
          }
        },
        number -> BigDecimal.valueOf(number, scale));
  }

  /** The 36 characters of a UUID, in either case; written in lower case. */
  public static Conversion<UUID, String> uuidAsText() {
    return Conversion.of(
        UUID.class,
        String.class,
        UUID::toString,
        text -> {
          if (!UUIDS.matcher(text).matches()) {
            throw new IllegalArgumentException("expected a UUID of 36 characters");
          }
          return UUID.fromString(text);
        });
  }

  /** The 16 bytes of a UUID, the most significant first. */
  public static Conversion<UUID, byte[]> uuidAsBytes() {
    return Conversion.of(
        UUID.class,
        byte[].class,
        uuid ->
            ByteBuffer.allocate(UUID_BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array(),
        Conversions::uuid);
  }

  private static UUID uuid(byte[] bytes) {
    if (bytes.length != UUID_BYTES) {
      throw new IllegalArgumentException("expected are 16 bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  /** A text with JSON, where the store would hold something else. */
  public static Conversion<String, String> jsonAsText() {
    return Conversion.of(String.class, String.class, json -> json, text -> text);
  }

  /** A text with bytes in Base64, with padding and without line breaks. */
  public static Conversion<byte[], String> bytesAsBase64() {
    return Conversion.of(
        byte[].class,
        String.class,
        Base64.getEncoder()::encodeToString,
        Base64.getDecoder()::decode);
  }

  /**
   * A text with a word for each constant of an enum.
   *
   * @param literal of each constant
   * @param words by literals; those not named are their own words
   * @throws IllegalArgumentException if a word stands for two constants, or for none
   */
  public static <E extends Enum<E>> Conversion<E, String> enumAsText(
      Class<E> type, Function<? super E, String> literal, Map<String, String> words) {
    OneToOne<E, String> table = new OneToOne<>();
    for (E constant : type.getEnumConstants()) {
      String name = literal.apply(constant);
      table.add(constant, words.getOrDefault(name, name));
    }
    table.requireAll(words.values());
    return Conversion.of(type, String.class, table::word, table::value);
  }

  /**
   * A whole number for each constant of an enum.
   *
   * @param literal of each constant
   * @param numbers by literals, one for each
   * @throws IllegalArgumentException if a number stands for two constants or for none, or a
   *     constant has none
   */
  public static <E extends Enum<E>> Conversion<E, Long> enumAsNumber(
      Class<E> type, Function<? super E, String> literal, Map<String, Long> numbers) {
    OneToOne<E, Long> table = new OneToOne<>();
    for (E constant : type.getEnumConstants()) {
      String name = literal.apply(constant);
      Long number = numbers.get(name);
      if (number == null) {
        throw new IllegalArgumentException("there is no number for " + name + "; give it one");
      }
      table.add(constant, number);
    }
    table.requireAll(numbers.values());
    return Conversion.of(type, Long.class, table::word, table::value);
  }

  /**
   * A text with another word for each of these texts; other texts are refused.
   *
   * @throws IllegalArgumentException if a word stands for two texts
   */
  public static Conversion<String, String> textAsWord(Map<String, String> words) {
    OneToOne<String, String> table = new OneToOne<>();
    words.forEach(table::add);
    return Conversion.of(String.class, String.class, table::word, table::value);
  }

  /**
   * A whole number for each of these texts; other texts are refused.
   *
   * @throws IllegalArgumentException if a number stands for two texts
   */
  public static Conversion<String, Long> textAsNumber(Map<String, Long> numbers) {
    OneToOne<String, Long> table = new OneToOne<>();
    numbers.forEach(table::add);
    return Conversion.of(String.class, Long.class, table::word, table::value);
  }

  /**
   * A text with the elements of a list and a separator between; an empty text is an empty list. A
   * list with an element that holds the separator, or with a single empty one, is refused with
   * {@link IllegalArgumentException}: it would be another list when it is read.
   */
  @SuppressWarnings("unchecked") // there is no class of a list of something
  public static Conversion<List<String>, String> listAsText(String separator) {
    return Conversion.of(
        (Class<List<String>>) (Class<?>) List.class,
        String.class,
        list -> joined(list, separator),
        text -> text.isEmpty() ? List.of() : SeparatedText.split(text, separator));
  }

  private static String joined(List<String> list, String separator) {
    String text = String.join(separator, list);
    List<String> read = text.isEmpty() ? List.of() : SeparatedText.split(text, separator);
    if (!read.equals(list)) {
      throw new IllegalArgumentException(
          "expected are elements without '" + separator + "', and not a single empty one");
    }
    return text;
  }
}
