package dev.crossfade.it;

import dev.crossfade.JoinedUnit;
import dev.crossfade.Stage.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/**
 * A transaction that the application of these tests manages by itself, on a connection of its own,
 * and what it does there besides: it keeps notes in a table that the library does not know.
 */
final class OwnTransaction implements AutoCloseable {
  private final Scenario app;
  final Connection connection;
  final JoinedUnit unit;

  /** On the primary, joined. */
  OwnTransaction(Scenario app) {
    this(app, open(app, app.migration.primary()));
  }

  /** On this connection, which it closes in the end. */
  OwnTransaction(Scenario app, Connection connection) {
    this.app = app;
    this.connection = connection;
    this.unit = app.crossfade.join(Scenario.MIGRATION, connection);
  }

  /** A connection as an application has it, without a transaction. */
  static Connection open(Scenario app, Side side) {
    try {
      Connection opened =
          side == Side.TARGET
              ? app.database().open()
              : sqlite().createConnection("jdbc:sqlite:" + app.file());
      opened.setAutoCommit(false);
      return opened;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static SQLiteConfig sqlite() {
    SQLiteConfig config = new SQLiteConfig();
    config.enforceForeignKeys(true);
    config.setBusyTimeout(10_000);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    return config;
  }

  /** The table of notes, on both sides. */
  static void prepare(Scenario app) {
    for (Side side : Side.values()) {
      app.rows.execute(side, "create table memo (text text not null)");
    }
  }

  /** Something of the application's own. */
  void note(String text) {
    try (PreparedStatement statement =
        connection.prepareStatement("insert into memo (text) values (?)")) {
      statement.setString(1, text);
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static long notes(Scenario app, Side side) {
    return app.rows.count(side, "select count(*) from memo");
  }

  void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Savepoint savepoint() {
    try {
      return connection.setSavepoint();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void rollBackTo(Savepoint savepoint) {
    try {
      connection.rollback(savepoint);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As a framework does it: commits, then tells. */
  void commit() {
    commitUntold();
    unit.committed();
  }

  void commitUntold() {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void rollBack() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    unit.rolledBack();
  }

  /** Where its primary is. */
  Side side() {
    return app.primary();
  }

  @Override
  public void close() {
    unit.close();
    closeConnection();
  }

  void closeConnection() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
