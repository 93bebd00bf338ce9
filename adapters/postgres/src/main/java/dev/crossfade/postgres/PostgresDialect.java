package dev.crossfade.postgres;

import dev.crossfade.CheckException;
import dev.crossfade.Component;
import dev.crossfade.jooq.ChildRows;
import dev.crossfade.jooq.ChildTable;
import dev.crossfade.jooq.Codec;
import dev.crossfade.jooq.Dialect;
import dev.crossfade.jooq.JdbcCodecs;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * How PostgreSQL holds rows.
 *
 * <p>Texts are bound without a type, so the server takes that of the column: text, jsonb, an enum,
 * inet, an array or any other type is written from its text form and read as it. Times are cut to
 * microseconds, as everything else here compares them; the driver alone would round.
 */
final class PostgresDialect extends Dialect {
  private static final Map<Class<?>, Codec<?>> OWN =
      Map.of(
          Instant.class,
          new Own<Instant>(
              "a timestamptz",
              (statement, index, value) ->
                  statement.setObject(
                      index, value.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC)),
              PostgresDialect::instant),
          OffsetDateTime.class,
          new Own<OffsetDateTime>(
              "a timestamptz",
              (statement, index, value) ->
                  statement.setObject(index, value.truncatedTo(ChronoUnit.MICROS)),
              (rows, index) -> rows.getObject(index, OffsetDateTime.class)),
          LocalDateTime.class,
          new Own<LocalDateTime>(
              "a timestamp",
              (statement, index, value) ->
                  statement.setObject(index, value.truncatedTo(ChronoUnit.MICROS)),
              (rows, index) -> rows.getObject(index, LocalDateTime.class)),
          LocalTime.class,
          new Own<LocalTime>(
              "a time",
              (statement, index, value) ->
                  statement.setObject(index, value.truncatedTo(ChronoUnit.MICROS)),
              (rows, index) -> rows.getObject(index, LocalTime.class)));

  /** An instant in a column that knows no zone is there in UTC, whatever the session's zone is. */
  private static final Codec<Instant> INSTANT_WITHOUT_ZONE =
      new Own<>(
          "a timestamp in UTC",
          (statement, index, value) ->
              statement.setObject(
                  index,
                  LocalDateTime.ofInstant(value.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC)),
          (rows, index) -> {
            LocalDateTime time = rows.getObject(index, LocalDateTime.class);
            return time == null ? null : time.toInstant(ZoneOffset.UTC);
          });

  PostgresDialect() {
    super(SQLDialect.POSTGRES);
  }

  @Override
  public @Nullable Codec<?> codec(Component component, Class<?> stored, Field<?> column) {
    if (stored == Instant.class && isWithoutZone(column)) {
      return INSTANT_WITHOUT_ZONE;
    }
    if (stored == String.class) {
      return new Text(component);
    }
    Codec<?> own = OWN.get(stored);
    return own != null ? own : JdbcCodecs.of(stored);
  }

  private static boolean isWithoutZone(Field<?> column) {
    return column.getDataType().getSQLDataType() == SQLDataType.LOCALDATETIME
        || column.getDataType().getSQLDataType() == SQLDataType.TIMESTAMP;
  }

  /** Canonical order of text is that of its bytes, which only collation "C" has. */
  @Override
  public String keyOrder(String quotedColumn, Class<?> stored) {
    return stored == String.class ? quotedColumn + "::text collate \"C\"" : quotedColumn;
  }

  /** A unique key of a partitioned table includes what it is partitioned by. */
  @Override
  public boolean locatorsIdentify() {
    return true;
  }

  @Override
  public void lockKey(Session session, TableMapping<?, ?> mapping, byte[] key) throws SQLException {
    long number = KeyLock.number(mapping.entity().name(), key);
    String isolation =
        session.query(
            "select pg_advisory_xact_lock(?), current_setting('transaction_isolation')",
            statement -> statement.setLong(1, number),
            rows -> rows.next() ? rows.getString(2) : "");
    if (!isolation.equals("read committed")) {
      throw new IllegalStateException(
          "rows of "
              + mapping.entity().name()
              + " have locators, so no index holds their key alone, and a transaction at "
              + isolation
              + " may not see who has just written it; write them at read committed");
    }
  }

  @Override
  public boolean hasLookups() {
    return true;
  }

  @Override
  public String unreferred(String typed, String parent) {
    return "crossfade.unreferred(" + typed + ", '" + parent.replace("'", "''") + "')";
  }

  @Override
  public boolean hasChildren() {
    return true;
  }

  @Override
  public boolean holdsInChild(Class<?> stored) {
    return ChildValue.BY_TYPE.containsKey(stored);
  }

  @Override
  public ChildRows childRows(ChildTable table) {
    return new PostgresChildRows(table);
  }

  @Override
  public String lockClause() {
    return " for update";
  }

  @Override
  public void deferForeignKeys(Session session, boolean deferred) throws SQLException {
    session.execute("set constraints all " + (deferred ? "deferred" : "immediate"));
  }

  private static @Nullable Instant instant(ResultSet rows, int index) throws SQLException {
    OffsetDateTime time = rows.getObject(index, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /**
   * Refuses what PostgreSQL has no form for.
   *
   * @throws CheckException if the text has U+0000 or half a surrogate pair
   */
  static void checkHeld(Component component, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0 || (Character.isSurrogate(c) && !isPair(value, i++))) {
        throw new CheckException(
            component
                + " holds U+0000 or half a surrogate pair, which PostgreSQL cannot; remove it",
            null);
      }
    }
  }

  private static boolean isPair(String value, int at) {
    return at + 1 < value.length()
        && Character.isSurrogatePair(value.charAt(at), value.charAt(at + 1));
  }

  /** The driver would write a question mark where UTF-8 has no form for a text. */
  private record Text(Component component) implements Codec<String> {
    @Override
    public void bind(PreparedStatement statement, int index, String value) throws SQLException {
      checkHeld(component, value);
      statement.setObject(index, value, Types.OTHER);
    }

    @Override
    public @Nullable String read(ResultSet rows, int index) throws SQLException {
      return rows.getString(index);
    }

    @Override
    public String expected() {
      return "a text or a type with a text form";
    }
  }

  private record Own<S>(String expected, Setter<S> setter, Getter<S> getter) implements Codec<S> {
    @Override
    public void bind(PreparedStatement statement, int index, S value) throws SQLException {
      setter.set(statement, index, value);
    }

    @Override
    public @Nullable S read(ResultSet rows, int index) throws SQLException {
      return getter.get(rows, index);
    }
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
