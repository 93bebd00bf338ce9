package dev.crossfade.junit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One statement, one value. */
final class Sql {
  private Sql() {}

  static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String query(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.open()) {
      return query(connection, sql);
    }
  }

  static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  /** Whether the shared server has a database of that name. */
  static boolean exists(String name) throws SQLException {
    try (Connection connection = TestPostgres.shared().open()) {
      String count = "select count(*) from pg_database where datname = '" + name + "'";
      return query(connection, count).equals("1");
    }
  }
}
