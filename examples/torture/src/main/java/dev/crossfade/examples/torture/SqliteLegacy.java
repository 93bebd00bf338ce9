package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.check.Contents;
import dev.crossfade.junit.TcpProxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A file of SQLite in the run's folder. */
final class SqliteLegacy implements Legacy {
  private final Path file;

  SqliteLegacy(Path folder) throws SQLException {
    this.file = folder.resolve("legacy.db");
    try (Connection connection = open()) {
      SqlTables.create(connection, true);
      fill(connection);
    }
  }

  /** What the application of some years has. */
  private static void fill(Connection legacy) throws SQLException {
    String cell = "?, '" + Keys.INITIAL + "', '', 'legacy')";
    insert(legacy, "insert into register values (" + cell, Keys.initialRegisters().toArray(), "");
    insert(
        legacy,
        "insert into parent (id, value, previous, decided_on, code) values ("
            + cell.replace(")", ", 'code ' || ?)"),
        Keys.swapped().toArray(),
        "twice");
    insert(
        legacy,
        "insert into account values (?, " + Keys.BALANCE + ")",
        Keys.accounts().toArray(),
        "");
  }

  private static void insert(Connection legacy, String sql, long[] keys, String twice)
      throws SQLException {
    try (PreparedStatement statement = legacy.prepareStatement(sql)) {
      for (long key : keys) {
        statement.setLong(1, key);
        if (!twice.isEmpty()) {
          statement.setLong(2, key);
        }
        statement.executeUpdate();
      }
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  @Override
  public Kind kind() {
    return Kind.SQLITE;
  }

  @Override
  public String notice() {
    return "";
  }

  @Override
  public String addressOf(int child) {
    return file.toString();
  }

  @Override
  public @Nullable TcpProxy network(int child) {
    return null;
  }

  @Override
  public boolean lock(Wait meanwhile) throws SQLException, InterruptedException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 3000");
      try {
        statement.execute("begin immediate");
      } catch (SQLException e) {
        return false; // somebody else holds it all the time: a child that stands still
      }
      meanwhile.run();
      statement.execute("rollback");
    }
    return true;
  }

  @Override
  public long entries() throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from crossfade_entry")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public Contents contents() throws SQLException {
    try (Connection connection = open()) {
      return Contents.of(connection, false);
    }
  }

  @Override
  public void close() {
    // the file goes with the folder
  }
}
