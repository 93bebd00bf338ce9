package dev.crossfade.jooq;

import java.math.BigDecimal;
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
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of a statically typed store with a complete JDBC 4.2 driver. For adapters.
 *
 * <p>Instants travel as {@link OffsetDateTime} in UTC.
 */
public final class JdbcCodecs {
  private static final Map<Class<?>, Codec<?>> BY_TYPE = new HashMap<>();

  static {
    add(Long.class, PreparedStatement::setLong, nullable(ResultSet::getLong));
    add(Integer.class, PreparedStatement::setInt, nullable(ResultSet::getInt));
    add(Short.class, PreparedStatement::setShort, nullable(ResultSet::getShort));
    add(Boolean.class, PreparedStatement::setBoolean, nullable(ResultSet::getBoolean));
    add(Double.class, PreparedStatement::setDouble, nullable(ResultSet::getDouble));
    add(Float.class, PreparedStatement::setFloat, nullable(ResultSet::getFloat));
    add(String.class, PreparedStatement::setString, ResultSet::getString);
    add(BigDecimal.class, PreparedStatement::setBigDecimal, ResultSet::getBigDecimal);
    add(byte[].class, PreparedStatement::setBytes, ResultSet::getBytes);
    add(UUID.class, PreparedStatement::setObject, object(UUID.class));
    add(OffsetDateTime.class, PreparedStatement::setObject, object(OffsetDateTime.class));
    add(LocalDateTime.class, PreparedStatement::setObject, object(LocalDateTime.class));
    add(LocalDate.class, PreparedStatement::setObject, object(LocalDate.class));
    add(LocalTime.class, PreparedStatement::setObject, object(LocalTime.class));
    add(
        Instant.class,
        (statement, index, value) -> statement.setObject(index, value.atOffset(ZoneOffset.UTC)),
        JdbcCodecs::instant);
  }

  private JdbcCodecs() {}

  /** The codec of a type, boxed; null if it has none. */
  public static @Nullable Codec<?> of(Class<?> type) {
    return BY_TYPE.get(type);
  }

  private static @Nullable Instant instant(ResultSet rows, int index) throws SQLException {
    OffsetDateTime time = rows.getObject(index, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static <S> Getter<S> nullable(Getter<S> primitive) {
    return (rows, index) -> {
      S value = primitive.get(rows, index);
      return rows.wasNull() ? null : value;
    };
  }

  private static <S> Getter<S> object(Class<S> type) {
    return (rows, index) -> rows.getObject(index, type);
  }

  private static <S> void add(Class<S> type, Setter<S> setter, Getter<S> getter) {
    BY_TYPE.put(
        type,
        new Codec<S>() {
          @Override
          public void bind(PreparedStatement statement, int index, S value) throws SQLException {
            setter.set(statement, index, value);
          }

          @Override
          public @Nullable S read(ResultSet rows, int index) throws SQLException {
            return getter.get(rows, index);
          }

          @Override
          public String expected() {
            return "a column that gives a " + type.getSimpleName();
          }
        });
  }

  @FunctionalInterface
  private interface Setter<S> {
    void set(PreparedStatement statement, int index, S value) throws SQLException;
  }

  @FunctionalInterface
  private interface Getter<S> {
    @Nullable S get(ResultSet rows, int index) throws SQLException;
  }
}
