package dev.crossfade.sqlite;

import dev.crossfade.Component;
import dev.crossfade.jooq.Codec;
import dev.crossfade.jooq.Dialect;
import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableMapping;
import java.sql.SQLException;
import java.time.LocalDate;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** How SQLite holds rows. */
final class SqliteDialect extends Dialect {
  SqliteDialect() {
    super(SQLDialect.SQLITE);
  }

  @Override
  public @Nullable Codec<?> codec(Component component, Class<?> stored, Field<?> column) {
    return SqliteCodecs.of(stored, component.comparison().scale());
  }

  /** Times are texts in many forms, of which only that of dates is one for each. */
  @Override
  public boolean ordersTimes(Class<?> stored) {
    return stored == LocalDate.class;
  }

  @Override
  public boolean hasPairs() {
    return true;
  }

  /**
   * Above the highest row, as SQLite itself would have it, above what an {@code autoincrement} has
   * given, and above what the other store has given.
   */
  @Override
  public @Nullable String generatedKey(TableMapping<?, ?> mapping) {
    MappedColumn key = mapping.keyColumns().get(0);
    return isNumber(key) ? "(select " + highest(mapping) + " + 1)" : null;
  }

  @Override
  public void deferForeignKeys(Session session, boolean deferred) throws SQLException {
    session.execute("pragma defer_foreign_keys = " + (deferred ? "on" : "off"));
  }

  static boolean isNumber(MappedColumn column) {
    return column.stored() == Long.class
        || column.stored() == Integer.class
        || column.stored() == Short.class;
  }

  /** The highest key given so far; 0 if none. */
  static String highest(TableMapping<?, ?> mapping) {
    String name = literal(mapping.name());
    return "max(coalesce((select max("
        + mapping.keyColumns().get(0).quoted()
        + ") from "
        + mapping.table()
        + "), 0), coalesce((select highest from crossfade_generator where table_name = "
        + name
        + "), 0), coalesce((select seq from sqlite_sequence where name = "
        + name
        + "), 0))";
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
