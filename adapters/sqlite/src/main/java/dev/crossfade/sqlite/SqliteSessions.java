package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.jooq.MappedTable;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Sessions;
import dev.crossfade.jooq.TableFacts;
import dev.crossfade.jooq.TableMapping;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the repositories of a store reach its file. */
final class SqliteSessions extends Sessions {
  private final Supplier<SqliteFile> file;
  private final SqliteErrors errors;
  private final Map<MappedTable<?, ?>, TableLoad<?, ?>> loads = new ConcurrentHashMap<>();

  SqliteSessions(Supplier<SqliteFile> file, SqliteErrors errors) {
    super(new SqliteDialect());
    this.file = file;
    this.errors = errors;
  }

  @Override
  protected <R extends @Nullable Object> R read(Session.Work<R> work) throws SQLException {
    return file.get().readers().read(work);
  }

  /** The span of the row ids: never too few. Tables without row ids have none. */
  @Override
  protected long estimatedRows(Session session, TableMapping<?, ?> mapping) {
    try {
      return session.query(
          "select coalesce((select max(_rowid_) from T) - (select min(_rowid_) from T) + 1, 0)"
              .replace("T", mapping.table()),
          Session.Binder.NONE,
          rows -> rows.next() ? rows.getLong(1) : -1L);
    } catch (SQLException e) {
      return -1;
    }
  }

  @Override
  protected CrossfadeException failure(SQLException cause, String doing) {
    return errors.translate(cause, doing);
  }

  @Override
  protected TableFacts facts(Session session, TableMapping<?, ?> mapping) throws SQLException {
    return new SqliteCatalogue(session, mapping).facts();
  }

  /** How many rows of a table are loaded at once. */
  @SuppressWarnings("unchecked") // put under its own table
  <T, K> TableLoad<T, K> loads(MappedTable<T, K> table) {
    return (TableLoad<T, K>) loads.computeIfAbsent(table, TableLoad::new);
  }

  /** Reads one state, with the driver's exceptions translated. */
  <R extends @Nullable Object> R reading(String doing, Session.Work<R> work) {
    try {
      return file.get().readers().snapshot(work);
    } catch (SQLException e) {
      throw failure(e, doing);
    }
  }
}
