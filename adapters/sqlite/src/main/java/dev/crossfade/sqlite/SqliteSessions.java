package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Sessions;
import dev.crossfade.jooq.TableFacts;
import dev.crossfade.jooq.TableMapping;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the repositories of a store reach its file. */
final class SqliteSessions extends Sessions {
  private final Supplier<SqliteFile> file;
  private final SqliteErrors errors;

  SqliteSessions(Supplier<SqliteFile> file, SqliteErrors errors) {
    super(new SqliteDialect());
    this.file = file;
    this.errors = errors;
  }

  @Override
  protected <R extends @Nullable Object> R read(Session.Work<R> work) throws SQLException {
    return file.get().readers().read(work);
  }

  @Override
  protected CrossfadeException failure(SQLException cause, String doing) {
    return errors.translate(cause, doing);
  }

  @Override
  protected TableFacts facts(Session session, TableMapping<?, ?> mapping) throws SQLException {
    return new SqliteCatalogue(session, mapping).facts();
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
