package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the library's own tables that are not hot: typed, on the code generated for them.
 */
final class LibraryTables {
  private static final Settings SETTINGS = new Settings().withExecuteLogging(false);

  private LibraryTables() {}

  /** Runs typed statements; failures are the driver's. */
  static <R extends @Nullable Object> R on(Session session, Function<DSLContext, R> statements)
      throws SQLException {
    try {
      return statements.apply(DSL.using(session.connection(), SQLDialect.POSTGRES, SETTINGS));
    } catch (DataAccessException e) {
      SQLException cause = e.getCause(SQLException.class);
      if (cause != null) {
        throw cause;
      }
      throw e;
    }
  }
}
