package dev.crossfade.examples.torture.app;

import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeException;
import dev.crossfade.JoinedUnit;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.history.Outcome;
import dev.crossfade.store.UnitBody;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Transactions that the application manages itself, on connections of its own; the library takes
 * part in them. Not with MongoDB, which has none. Safe for use by many threads.
 */
final class OwnTransactions {
  private final ChildOptions options;
  private final Application application;

  OwnTransactions(ChildOptions options, Application application) {
    this.options = options;
    this.application = application;
  }

  /** What the application knows when its own transaction did not succeed. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Outcome outcome;

    Failed(Outcome outcome, Exception cause) {
      super("own transaction: " + cause.getClass().getSimpleName(), cause);
      this.outcome = outcome;
    }

    Outcome outcome() {
      return outcome;
    }
  }

  /**
   * Runs it and commits.
   *
   * @throws Failed with what has become of it
   */
  <R> R run(UnitBody<R, RuntimeException> body) {
    Crossfade crossfade = application.crossfade;
    try (Connection connection = open(application.migration.primary())) {
      connection.setAutoCommit(false);
      JoinedUnit unit = crossfade.join(Tables.MIGRATION, connection);
      try (unit) {
        R result = unit.runOf(body);
        commit(connection, unit);
        return result;
      }
    } catch (SQLException | CrossfadeException | IllegalArgumentException e) {
      // Before the commit nothing is written. The connection may lead to what was the primary.
      throw new Failed(Outcome.FAILED, e);
    }
  }

  private static void commit(Connection connection, JoinedUnit unit) {
    try {
      connection.commit();
    } catch (SQLException e) {
      unit.outcomeUnknown();
      throw new Failed(Outcome.UNKNOWN, e);
    }
    try {
      unit.committed();
    } catch (CrossfadeException e) {
      throw new Failed(Outcome.WRITTEN, e); // the other store was required, and has missed it
    }
  }

  private Connection open(Side side) throws SQLException {
    return side == Side.LEGACY ? legacy() : target();
  }

  private Connection legacy() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:"
            + options.legacy()
            + "?foreign_keys=on&synchronous=full&busy_timeout=1000&transaction_mode=immediate");
  }

  private Connection target() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", options.user());
    properties.setProperty("password", "");
    Connection connection = DriverManager.getConnection(options.postgres(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "set statement_timeout = 2000; set lock_timeout = 1000;"
              + " set idle_in_transaction_session_timeout = 2000");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
