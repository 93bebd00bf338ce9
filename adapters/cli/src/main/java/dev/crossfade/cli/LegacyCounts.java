package dev.crossfade.cli;

import dev.crossfade.cli.inspect.Inspection;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts what the legacy store holds, a table or a collection at a time. */
final class LegacyCounts {
  private LegacyCounts() {}

  /**
   * How many rows there are.
   *
   * @param plans by any name
   * @return by the same names, in the same order
   */
  static Map<String, Long> of(Configuration configuration, Map<String, TablePlan> plans)
      throws SQLException {
    try (Store store = configuration.legacy()) {
      return of(store, plans);
    }
  }

  static Map<String, Long> of(Store store, Map<String, TablePlan> plans) throws SQLException {
    return store instanceof MongoStore mongo
        ? documents(mongo, plans)
        : rows((SqliteStore) store, plans);
  }

  private static Map<String, Long> documents(MongoStore store, Map<String, TablePlan> plans) {
    return store.look(
        database -> {
          Map<String, Long> counts = new LinkedHashMap<>();
          plans.forEach(
              (name, plan) ->
                  counts.put(name, database.getCollection(plan.legacy().name()).countDocuments()));
          return counts;
        });
  }

  private static Map<String, Long> rows(SqliteStore store, Map<String, TablePlan> plans)
      throws SQLException {
    Map<String, Long> counts = new LinkedHashMap<>();
    try (Connection connection = Inspection.open(store.path());
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, TablePlan> plan : plans.entrySet()) {
        String table = plan.getValue().legacy().name().replace("\"", "\"\"");
        try (ResultSet rows = statement.executeQuery("select count(*) from \"" + table + "\"")) {
          counts.put(plan.getKey(), rows.next() ? rows.getLong(1) : 0);
        }
      }
    }
    return counts;
  }
}
