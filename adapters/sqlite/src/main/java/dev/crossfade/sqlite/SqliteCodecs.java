package dev.crossfade.sqlite;

import dev.crossfade.CheckException;
import dev.crossfade.jooq.Codec;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How SQLite holds values. Its columns have affinities, not types: each value bears its own, so
 * each is looked at as it comes.
 */
final class SqliteCodecs {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int EXACT_DIGITS = 15;

  /** Below it each decimal of so many digits has a double of its own. */
  private static final double EXACT = 1e15;

  private static final int MOST_PLACES = 9;

  /** All of them are exact. */
  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

  private static final int UUID_LENGTH = 36;
  private static final Map<Class<?>, Codec<?>> BY_TYPE = new HashMap<>();

  static {
    add(Long.class, "an INTEGER", PreparedStatement::setLong, SqliteCodecs::integer);
    add(
        Integer.class,
        "an INTEGER of 32 bits",
        PreparedStatement::setInt,
        value -> Math.toIntExact(integer(value)));
    add(
        Short.class,
        "an INTEGER of 16 bits",
        (statement, index, value) -> statement.setInt(index, value),
        SqliteCodecs::shortInteger);
    add(Double.class, "a REAL", PreparedStatement::setDouble, SqliteCodecs::real);
    add(
        Float.class,
        "a REAL",
        (statement, index, value) -> statement.setDouble(index, value),
        value -> (float) real(value));
    add(
        Boolean.class,
        "0, 1 or a TEXT 'true' or 'false'",
        (statement, index, value) -> statement.setInt(index, value ? 1 : 0),
        SqliteCodecs::truth);
    add(
        String.class,
        "a TEXT",
        (statement, index, value) -> statement.setString(index, portable(value)),
        SqliteCodecs::text);
    add(
        CharSequence.class,
        "a TEXT or a number",
        (statement, index, value) -> statement.setString(index, portable(value.toString())),
        SqliteCodecs::anyText);
    add(byte[].class, "a BLOB", PreparedStatement::setBytes, SqliteCodecs::blob);
    add(
        UUID.class,
        "a TEXT with a UUID",
        (statement, index, value) -> statement.setString(index, value.toString()),
        SqliteCodecs::uuid);
    add(
        Instant.class,
        "a TEXT like 2024-05-01T10:00:00Z or 2024-05-01 10:00:00 (UTC)",
        (statement, index, value) -> statement.setString(index, TimeText.write(value)),
        value -> TimeText.instant(text(value)));
    add(
        OffsetDateTime.class,
        "a TEXT like 2024-05-01T10:00:00+02:00 or 2024-05-01 10:00:00 (UTC)",
        (statement, index, value) -> statement.setString(index, TimeText.write(value.toInstant())),
        value -> TimeText.instant(text(value)).atOffset(ZoneOffset.UTC));
    add(
        LocalDateTime.class,
        "a TEXT like 2024-05-01T10:00:00 or 2024-05-01 10:00:00 without a zone",
        (statement, index, value) -> statement.setString(index, TimeText.write(value)),
        value -> TimeText.localDateTime(text(value)));
    add(
        LocalDate.class,
        "a TEXT like 2024-05-01",
        (statement, index, value) -> statement.setString(index, value.toString()),
        value -> LocalDate.parse(text(value)));
    add(
        LocalTime.class,
        "a TEXT like 10:00:00",
        (statement, index, value) -> statement.setString(index, TimeText.write(value)),
        value -> TimeText.localTime(text(value)));
  }

  private SqliteCodecs() {}

  /** The codec of a type; null if it has none. {@code scale} is of decimals, -1 for as it comes. */
  static @Nullable Codec<?> of(Class<?> type, int scale) {
    return type == BigDecimal.class
        ? new Plain<>(
            "a number or a TEXT with one",
            SqliteCodecs::bindDecimal,
            value -> decimal(value, scale))
        : BY_TYPE.get(type);
  }

  private static long integer(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new IllegalArgumentException();
  }

  private static short shortInteger(Object value) {
    long number = integer(value);
    if (number != (short) number) {
      throw new IllegalArgumentException();
    }
    return (short) number;
  }

  private static double real(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException();
  }

  private static boolean truth(Object value) {
    String text = value.toString().toLowerCase(Locale.ROOT);
    return switch (text) {
      case "1", "true" -> true;
      case "0", "false" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException();
  }

  /** A REAL in its shortest form, as a decimal reads it. */
  private static CharSequence anyText(Object value) {
    if (value instanceof Double real) {
      return real.isInfinite() ? real.toString() : BigDecimal.valueOf(real).toPlainString();
    }
    return value instanceof Number number ? number.toString() : text(value);
  }

  /**
   * Half a surrogate pair has no form in UTF-8; the driver would store a question mark. U+0000
   * could be stored here and never in PostgreSQL, so its entry would be parked forever.
   */
  private static String portable(String text) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int point = text.codePointAt(i);
      if (point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
        throw new CheckException(
            "a text has "
                + (point == 0 ? "U+0000" : "half a surrogate pair")
                + " at character "
                + i
                + ", which PostgreSQL cannot hold; remove it before the text is stored",
            null);
      }
    }
    return text;
  }

  /**
   * What is no UTF-8 the driver reads with U+FFFD in its place, which would be carried over as if
   * it were the text; a text may hold U+FFFD, too.
   */
  private static void requireUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the text is no UTF-8", e);
    }
  }

  private static byte[] blob(Object value) {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    throw new IllegalArgumentException();
  }

  /** {@code UUID.fromString} reads 1-1-1-1-1 as well, which is another text for the same UUID. */
  private static UUID uuid(Object value) {
    String text = text(value);
    if (text.length() != UUID_LENGTH) {
      throw new IllegalArgumentException();
    }
    return UUID.fromString(text);
  }

  /**
   * What a REAL was meant to be is its shortest decimal form, not its binary expansion: 0.1, not
   * 0.1000000000000000055. If it is the double nearest to a decimal of up to 15 digits, that is the
   * one, and no text need be made of it.
   */
  private static BigDecimal decimal(Object value, int scale) {
    BigDecimal decimal;
    if (value instanceof Double real) {
      double places = Math.rint(real * POWERS[Math.max(0, Math.min(scale, MOST_PLACES))]);
      if (scale >= 0
          && scale <= MOST_PLACES
          && Math.abs(places) < EXACT
          && places / POWERS[scale] == real) {
        return BigDecimal.valueOf((long) places, scale);
      }
      decimal = BigDecimal.valueOf(real);
    } else if (value instanceof Number integer) {
      decimal = BigDecimal.valueOf(integer.longValue());
    } else {
      decimal = new BigDecimal(text(value).trim());
    }
    return scale < 0 ? decimal : decimal.setScale(scale, RoundingMode.HALF_UP);
  }

  /**
   * As a number while a REAL gives every digit back, so that columns without affinity compare it as
   * one; else as text, which keeps all digits wherever the column's affinity lets it.
   */
  private static void bindDecimal(PreparedStatement statement, int index, BigDecimal value)
      throws SQLException {
    BigDecimal stripped = value.stripTrailingZeros();
    if (stripped.precision() > EXACT_DIGITS) {
      statement.setString(index, value.toPlainString());
    } else if (stripped.scale() <= 0 && stripped.precision() - stripped.scale() <= EXACT_DIGITS) {
      statement.setLong(index, stripped.longValueExact());
    } else {
      statement.setDouble(index, stripped.doubleValue());
    }
  }

  private static <S> void add(Class<S> type, String expected, Setter<S> bind, Getter<S> read) {
    BY_TYPE.put(type, new Plain<>(expected, bind, read));
  }

  @FunctionalInterface
  private interface Setter<S> {
    void set(PreparedStatement statement, int index, S value) throws SQLException;
  }

  @FunctionalInterface
  private interface Getter<S> {
    S get(Object value);
  }

  private record Plain<S>(String expected, Setter<S> setter, Getter<S> getter) implements Codec<S> {
    @Override
    public void bind(PreparedStatement statement, int index, S value) throws SQLException {
      setter.set(statement, index, value);
    }

    @Override
    public @Nullable S read(ResultSet rows, int index) throws SQLException {
      Object value = rows.getObject(index);
      if (value instanceof String text && text.indexOf(REPLACEMENT) >= 0) {
        requireUtf8(rows.getBytes(index));
      }
      return value == null ? null : getter.get(value);
    }
  }
}
