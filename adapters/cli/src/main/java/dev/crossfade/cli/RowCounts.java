package dev.crossfade.cli;

import dev.crossfade.cli.inspect.Inspection;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts rows on both sides. Used by one thread. */
final class RowCounts implements AutoCloseable {
  private final Connection legacy;
  private final Connection target;

  private RowCounts(Connection legacy, Connection target) {
    this.legacy = legacy;
    this.target = target;
  }

  static RowCounts open(Configuration configuration) throws SQLException {
    try (SqliteStore from = configuration.legacy();
        PostgresStore to = configuration.target()) {
      Connection legacy = Inspection.open(from.path());
      try {
        return new RowCounts(legacy, to.connections().getConnection());
      } catch (SQLException e) {
        legacy.close();
        throw e;
      }
    }
  }

  Map<String, Object> of(String migration, TablePlan table) throws SQLException {
    Map<String, Object> counted = new LinkedHashMap<>();
    counted.put("migration", migration);
    counted.put("legacy", table.legacy().name());
    counted.put("target", table.target().toString());
    counted.put("key", table.key());
    counted.put("legacyRows", count(legacy, table.legacy()));
    counted.put("targetRows", count(target, table.target()));
    Map<String, Object> forms = new LinkedHashMap<>();
    table
        .columns()
        .forEach(column -> forms.put(column.target(), column.form().conversion().label()));
    counted.put("columns", forms);
    return counted;
  }

  private static long count(Connection connection, TableName table) throws SQLException {
    String name =
        table.schema().isEmpty()
            ? quoted(table.name())
            : quoted(table.schema()) + "." + quoted(table.name());
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from " + name)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() throws SQLException {
    try (target) {
      legacy.close();
    }
  }
}
