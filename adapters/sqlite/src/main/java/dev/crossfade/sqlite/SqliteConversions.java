package dev.crossfade.sqlite;

import dev.crossfade.Conversion;
import dev.crossfade.jooq.PairConversion;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.EnumType;

/**
 * The forms in which SQLite files of many applications hold values, where they are not those that
 * {@link SqliteRepository} reads and writes by itself. Given to a column with {@code
 * columns.convert(component, …)}, and to two columns with {@code columns.pair(component, …)}.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class SqliteConversions {
  private static final long MILLIS = 1_000;
  private static final int UUID_BYTES = 16;

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
    return instantAsText(pattern, ZoneOffset.UTC);
  }

  /**
   * As {@link #instantAsText(String)}, in a zone. In a zone that changes its clocks the hour that
   * is there twice each year is read as the first of the two, whichever was written, and the hour
   * that is left out is refused.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}
   */
  public static Conversion<Instant, String> instantAsText(String pattern, ZoneId zone) {
    DateTimeFormatter format = format(pattern);
    return Conversion.of(
        Instant.class,
        String.class,
        time -> format.format(time.atZone(zone)),
        text -> moment(parsed(text, pattern, t -> LocalDateTime.parse(t, format)), zone));
  }

  /** Of the hour that spring leaves out no clock has shown anything. */
  private static Instant moment(LocalDateTime local, ZoneId zone) {
    ZonedDateTime time = local.atZone(zone);
    if (!time.toLocalDateTime().equals(local)) {
      throw new IllegalArgumentException("expected is a time that clocks have shown in " + zone);
    }
    return time.toInstant();
  }

  /**
   * A TEXT of this pattern, with a date and a time without a zone; what the pattern does not show
   * is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}
   */
  public static Conversion<LocalDateTime, String> localDateTimeAsText(String pattern) {
    DateTimeFormatter format = format(pattern);
    return Conversion.of(
        LocalDateTime.class,
        String.class,
        format::format,
        text -> parsed(text, pattern, t -> LocalDateTime.parse(t, format)));
  }

  /**
   * A TEXT of this pattern, with a date, such as {@code dd.MM.yyyy} or {@code yyyy-MM-dd
   * '00:00:00'}.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}
   */
  public static Conversion<LocalDate, String> dateAsText(String pattern) {
    DateTimeFormatter format = format(pattern);
    return Conversion.of(
        LocalDate.class,
        String.class,
        format::format,
        text -> parsed(text, pattern, t -> LocalDate.parse(t, format)));
  }

  /**
   * A TEXT of this pattern, with a time of day, such as {@code HH:mm}; what the pattern does not
   * show is cut off.
   *
   * @throws IllegalArgumentException if the pattern is none of {@link DateTimeFormatter}
   */
  public static Conversion<LocalTime, String> timeAsText(String pattern) {
    DateTimeFormatter format = format(pattern);
    return Conversion.of(
        LocalTime.class,
        String.class,
        format::format,
        text -> parsed(text, pattern, t -> LocalTime.parse(t, format)));
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
        (day, clock) -> moment(local.load(day, clock), zone));
  }

  /** Of days that are in the calendar: 30 February is none, and not 29 February. */
  private static DateTimeFormatter format(String pattern) {
    return DateTimeFormatter.ofPattern(withYears(pattern), Locale.ROOT)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /** A strict formatter asks for an era beside {@code y}, not beside {@code u}. */
  private static String withYears(String pattern) {
    StringBuilder years = new StringBuilder(pattern);
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      quoted ^= c == '\'';
      if (!quoted && c == 'G') {
        return pattern;
      } else if (!quoted && c == 'y') {
        years.setCharAt(i, 'u');
      }
    }
    return years.toString();
  }

  private static <T> T parsed(String text, String pattern, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expected is a text like " + pattern, e);
    }
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

  /** A TEXT with a decimal number, never in exponential notation; all digits are kept. */
  public static Conversion<BigDecimal, String> decimalAsText() {
    return Conversion.of(
        BigDecimal.class, String.class, BigDecimal::toPlainString, SqliteConversions::decimal);
  }

  private static BigDecimal decimal(String text) {
    try {
      return new BigDecimal(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected is a decimal number", e);
    }
  }

  /**
   * An INTEGER of the smallest unit, of which so many digits are decimal places: cents, for 2. A
   * value with more decimal places, or too large, is refused with {@link IllegalArgumentException}.
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

  /** A BLOB with the 16 bytes of a UUID, the most significant first. */
  public static Conversion<UUID, byte[]> uuidAsBlob() {
    return Conversion.of(
        UUID.class,
        byte[].class,
        uuid ->
            ByteBuffer.allocate(UUID_BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array(),
        SqliteConversions::uuid);
  }

  private static UUID uuid(byte[] bytes) {
    if (bytes.length != UUID_BYTES) {
      throw new IllegalArgumentException("expected are 16 bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  /** A TEXT with bytes in Base64, with padding and without line breaks. */
  public static Conversion<byte[], String> bytesAsBase64() {
    return Conversion.of(
        byte[].class,
        String.class,
        Base64.getEncoder()::encodeToString,
        Base64.getDecoder()::decode);
  }

  /**
   * A TEXT with a word for each constant of an enum.
   *
   * @param words by the literals of the enum in PostgreSQL; those not named are their own words
   * @throws IllegalArgumentException if a word stands for two constants, or for none
   */
  public static <E extends Enum<E> & EnumType> Conversion<E, String> enumAsText(
      Class<E> type, Map<String, String> words) {
    Words<E, String> table = new Words<>();
    for (E constant : type.getEnumConstants()) {
      table.add(constant, words.getOrDefault(constant.getLiteral(), constant.getLiteral()));
    }
    table.requireAll(words.values());
    return Conversion.of(type, String.class, table::word, table::value);
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
    Words<E, Long> table = new Words<>();
    for (E constant : type.getEnumConstants()) {
      Long number = numbers.get(constant.getLiteral());
      if (number == null) {
        throw new IllegalArgumentException(
            "there is no number for " + constant.getLiteral() + "; give it one");
      }
      table.add(constant, number);
    }
    table.requireAll(numbers.values());
    return Conversion.of(type, Long.class, table::word, table::value);
  }

  /**
   * A TEXT with another word for each of these texts; other texts are refused.
   *
   * @throws IllegalArgumentException if a word stands for two texts
   */
  public static Conversion<String, String> textAsWord(Map<String, String> words) {
    Words<String, String> table = new Words<>();
    words.forEach(table::add);
    return Conversion.of(String.class, String.class, table::word, table::value);
  }

  /**
   * An INTEGER for each of these texts; other texts are refused.
   *
   * @throws IllegalArgumentException if a number stands for two texts
   */
  public static Conversion<String, Long> textAsNumber(Map<String, Long> numbers) {
    Words<String, Long> table = new Words<>();
    numbers.forEach(table::add);
    return Conversion.of(String.class, Long.class, table::word, table::value);
  }

  /**
   * A TEXT with the elements of a list and a separator between; an empty text is an empty list. A
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
