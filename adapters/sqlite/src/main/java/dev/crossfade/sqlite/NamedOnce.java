package dev.crossfade.sqlite;

import dev.crossfade.jooq.Prepared;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreResultSet;

/**
 * A prepared statement of the SQLite driver, which asks SQLite for the names of all columns each
 * time a result is opened: a sixth of a read by key. Here it is given those that it has read the
 * first time. They do not change, since no statement that is kept selects {@code *}.
 */
final class NamedOnce extends Prepared {
  /** The driver has one result per statement, which it opens again. */
  private @Nullable CoreResultSet result;

  private String @Nullable [] names;

  NamedOnce(PreparedStatement statement) {
    super(statement);
  }

  @Override
  protected ResultSet query() throws SQLException {
    if (result == null) {
      return first();
    }
    statement().execute();
    result.colsMeta = names;
    return statement().getResultSet();
  }

  private ResultSet first() throws SQLException {
    ResultSet rows = statement().executeQuery();
    if (rows instanceof CoreResultSet opened) {
      result = opened;
      names = opened.colsMeta;
    }
    return rows;
  }
}
