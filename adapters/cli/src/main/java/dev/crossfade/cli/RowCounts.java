package dev.crossfade.cli;

import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.postgres.PostgresStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many rows both sides have of each table, and how each column crosses. */
final class RowCounts {
  private RowCounts() {}

  /** Counts the tables of a migration. */
  static List<Map<String, Object>> of(
      Configuration configuration, String migration, Map<String, TablePlan> plans)
      throws SQLException {
    Map<String, Long> legacy = LegacyCounts.of(configuration, plans);
    List<Map<String, Object>> tables = new ArrayList<>();
    try (PostgresStore store = configuration.target();
        Connection target = store.connections().getConnection()) {
      for (Map.Entry<String, TablePlan> plan : plans.entrySet()) {
        TablePlan table = plan.getValue();
        Map<String, Object> counted = new LinkedHashMap<>();
        counted.put("migration", migration);
        counted.put("legacy", table.legacy().name());
        counted.put("target", table.target().toString());
        counted.put("key", table.key());
        counted.put("legacyRows", legacy.getOrDefault(plan.getKey(), 0L));
        counted.put("targetRows", count(target, table.target()));
        counted.put("columns", forms(table));
        tables.add(counted);
      }
    }
    return tables;
  }

  private static Map<String, Object> forms(TablePlan table) {
    Map<String, Object> forms = new LinkedHashMap<>();
    for (ColumnPlan column : table.columns()) {
      forms.put(column.target(), column.form().conversion().label());
    }
    return forms;
  }

  private static long count(Connection connection, TableName table) throws SQLException {
    String name = quoted(table.schema()) + "." + quoted(table.name());
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from " + name)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
