package dev.crossfade.cli;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.cli.tables.PlannedTables;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.postgres.PostgresStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Crossfade} on both stores with the tables of the mapping, for the time of a command. It
 * wants no stage: who runs commands moves by hand.
 */
final class Workspace implements AutoCloseable {
  private final Configuration configuration;
  private final Map<String, PlannedTables> tables;
  private final Crossfade crossfade;
  private final String instance;

  private Workspace(
      Configuration configuration,
      Map<String, PlannedTables> tables,
      Crossfade crossfade,
      String instance) {
    this.configuration = configuration;
    this.tables = tables;
    this.crossfade = crossfade;
    this.instance = instance;
  }

  /** Opens it. */
  static Workspace open(CrossfadeCommand root, Progress progress) throws SQLException {
    Configuration configuration =
        Configuration.read(root.config(), root.surroundings().environment());
    return open(configuration, progress);
  }

  static Workspace open(Configuration configuration, Progress progress) throws SQLException {
    Map<String, PlannedTables> tables = tables(configuration);
    String instance = "crossfade-cli-" + ProcessHandle.current().pid();
    Crossfade.Builder builder = builder(configuration, tables, instance).listener(progress);
    return new Workspace(configuration, tables, builder.build(), instance);
  }

  /** The wiring alone, for what is done without starting anything. */
  static Crossfade.Builder builder(
      Configuration configuration, Map<String, PlannedTables> tables, String instance) {
    Settings settings =
        configuration.config().settings().toBuilder().instance(instance).withoutStages().build();
    Crossfade.Builder builder =
        Crossfade.builder()
            .legacy(configuration.legacy())
            .target(configuration.target())
            .settings(settings);
    tables.forEach((name, planned) -> builder.migration(name, planned::declare));
    return builder;
  }

  /** The mapping, checked against both schemas as they are. */
  static Map<String, PlannedTables> tables(Configuration configuration) throws SQLException {
    return Schemas.read(configuration).planned(configuration);
  }

  /** The migration of that name, or the only one. */
  Migration migration(@Nullable String name) {
    if (name != null) {
      return crossfade.migration(name);
    } else if (tables.size() > 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "there are several migrations: " + String.join(", ", tables.keySet()),
          "name one with --migration");
    }
    return crossfade.migrations().get(0);
  }

  /** All migrations, or the one of that name. */
  List<Migration> migrations(@Nullable String name) {
    return name == null ? crossfade.migrations() : List.of(crossfade.migration(name));
  }

  /** How this process is called in the stores. */
  String instance() {
    return instance;
  }

  Configuration configuration() {
    return configuration;
  }

  PlannedTables tables(Migration migration) {
    PlannedTables planned = tables.get(migration.name());
    if (planned == null) {
      throw new IllegalArgumentException("there is no migration " + migration.name());
    }
    return planned;
  }

  /**
   * How many rows the primary has, by entity; for progress, so PostgreSQL is asked for its
   * estimate.
   */
  Map<String, Long> rows(Migration migration) throws SQLException {
    Map<String, TablePlan> plans = tables(migration).plans();
    return migration.primary() == Stage.Side.LEGACY
        ? LegacyCounts.of(configuration, plans)
        : estimates(plans);
  }

  private Map<String, Long> estimates(Map<String, TablePlan> plans) throws SQLException {
    Map<String, Long> rows = new LinkedHashMap<>();
    try (PostgresStore store = configuration.target();
        Connection connection = store.connections().getConnection();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, TablePlan> plan : plans.entrySet()) {
        String sql =
            "select greatest(reltuples, 0)::bigint from pg_class where oid = '"
                + quoted(plan.getValue().target().schema()).replace("'", "''")
                + "."
                + quoted(plan.getValue().target().name()).replace("'", "''")
                + "'::regclass";
        try (ResultSet result = statement.executeQuery(sql)) {
          rows.put(plan.getKey(), result.next() ? result.getLong(1) : 0);
        }
      }
    }
    return rows;
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() {
    crossfade.close();
  }
}
