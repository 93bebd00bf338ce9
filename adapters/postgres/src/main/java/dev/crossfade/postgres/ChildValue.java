package dev.crossfade.postgres;

import dev.crossfade.jooq.MappedColumn;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoEra;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * A value of a child table's column as text, in both directions: no digit is lost, and neither the
 * session's time zone nor its {@code DateStyle} or {@code bytea_output} have a part in it.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param selected what reads it, with {@code %s} for the column
 * @param type the type that the column must have; empty if its text form is all that counts
 * @param writer the text that the column's type takes
 * @param reader the value of what {@code selected} gives
 */
record ChildValue(
    String selected,
    String type,
    Function<Object, String> writer,
    Function<String, Object> reader) {
  /** By the type that a codec holds. */
  static final Map<Class<?>, ChildValue> BY_TYPE = new HashMap<>();

  private static final String TEXT = "%s::text";

  /** In JSON a time has ISO's form, whatever the session says. */
  private static final String ISO = "to_jsonb(%s) #>> '{}'";

  private static final String BEFORE_CHRIST = " BC";
  private static final DateTimeFormatter DATE = dates(IsoEra.CE);
  private static final DateTimeFormatter DATE_BC = dates(IsoEra.BCE);
  private static final DateTimeFormatter TIME = dateTimes(DATE);
  private static final DateTimeFormatter TIME_BC = dateTimes(DATE_BC);

  static {
    BY_TYPE.put(String.class, plain("", text -> text));
    BY_TYPE.put(Long.class, plain("", Long::valueOf));
    BY_TYPE.put(Integer.class, plain("", Integer::valueOf));
    BY_TYPE.put(Short.class, plain("", Short::valueOf));
    BY_TYPE.put(BigDecimal.class, plain("", BigDecimal::new));
    BY_TYPE.put(Double.class, plain("", Double::valueOf));
    BY_TYPE.put(Boolean.class, plain("", ChildValue::bool));
    BY_TYPE.put(UUID.class, plain("", UUID::fromString));
    BY_TYPE.put(
        LocalTime.class,
        new ChildValue(
            TEXT,
            "time without time zone",
            time -> ((LocalTime) time).truncatedTo(ChronoUnit.MICROS).toString(),
            LocalTime::parse));
    BY_TYPE.put(
        LocalDate.class,
        new ChildValue(
            ISO,
            "date",
            date -> era(DATE.format((LocalDate) date), (LocalDate) date),
            text -> LocalDate.from(parsed(text, DATE, DATE_BC))));
    BY_TYPE.put(
        LocalDateTime.class,
        new ChildValue(
            ISO,
            "timestamp without time zone",
            time -> written((LocalDateTime) time, ""),
            text -> LocalDateTime.from(parsed(text, TIME, TIME_BC))));
    BY_TYPE.put(
        Instant.class,
        new ChildValue(
            ISO,
            "timestamp",
            time -> written(((Instant) time).atOffset(ZoneOffset.UTC).toLocalDateTime(), "+00"),
            text -> instant(parsed(text, TIME, TIME_BC))));
    BY_TYPE.put(
        byte[].class,
        new ChildValue(
            "encode(%s, 'hex')",
            "bytea",
            bytes -> "\\x" + HexFormat.of().formatHex((byte[]) bytes),
            HexFormat.of()::parseHex));
  }

  /** That of a column, which the mapping has found to have one. */
  static ChildValue of(MappedColumn column) {
    ChildValue known = BY_TYPE.get(column.stored());
    if (known == null) {
      throw new IllegalStateException("no form in a child table for " + column.stored());
    }
    return known;
  }

  private static ChildValue plain(String type, Function<String, Object> reader) {
    return new ChildValue(TEXT, type, Object::toString, reader);
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("expected is a boolean");
    };
  }

  private static String written(LocalDateTime time, String zone) {
    LocalDateTime cut = time.truncatedTo(ChronoUnit.MICROS);
    return era(TIME.format(cut) + zone, cut.toLocalDate());
  }

  private static String era(String text, LocalDate date) {
    return date.getYear() > 0 ? text : text + BEFORE_CHRIST;
  }

  private static TemporalAccessor parsed(
      String text, DateTimeFormatter formatter, DateTimeFormatter before) {
    return text.endsWith(BEFORE_CHRIST)
        ? before.parse(text.substring(0, text.length() - BEFORE_CHRIST.length()))
        : formatter.parse(text);
  }

  /** Of a column that knows no zone it is in UTC. */
  private static Instant instant(TemporalAccessor time) {
    ZoneOffset offset =
        time.isSupported(ChronoField.OFFSET_SECONDS)
            ? ZoneOffset.ofTotalSeconds(time.get(ChronoField.OFFSET_SECONDS))
            : ZoneOffset.UTC;
    return LocalDateTime.from(time).toInstant(offset);
  }

  /** Of an era, in which there is no year 0. */
  private static DateTimeFormatter dates(IsoEra era) {
    return new DateTimeFormatterBuilder()
        .appendValue(ChronoField.YEAR_OF_ERA, 4, 6, SignStyle.NOT_NEGATIVE)
        .appendPattern("-MM-dd")
        .parseDefaulting(ChronoField.ERA, era.getValue())
        .toFormatter();
  }

  private static DateTimeFormatter dateTimes(DateTimeFormatter dates) {
    return new DateTimeFormatterBuilder()
        .append(dates)
        .appendPattern("'T'HH:mm:ss")
        .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
        .optionalStart()
        .appendOffset("+HH:mm:ss", "+00:00")
        .toFormatter();
  }
}
