package dev.crossfade.cli;

import dev.crossfade.cli.inspect.Inspection;
import dev.crossfade.cli.tables.PlannedTables;
import dev.crossfade.mapping.MigrationMapping;
import dev.crossfade.mapping.MigrationPlan;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableRule;
import dev.crossfade.mapping.schema.SqliteSchema;
import dev.crossfade.mapping.schema.TargetCatalogue;
import dev.crossfade.mapping.schema.TargetSchema;
import dev.crossfade.mapping.schema.TargetTable;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Both schemas as they are now.
 *
 * @param legacy the SQLite file's; null where the legacy store is MongoDB, whose documents declare
 *     nothing
 * @param target PostgreSQL's
 * @param tables what the latter describes, in full
 */
record Schemas(
    @Nullable SchemaDescription legacy, SchemaDescription target, List<TargetTable> tables) {
  Schemas {
    tables = List.copyOf(tables);
  }

  /** Reads both. */
  static Schemas read(Configuration configuration) throws SQLException {
    return ofTarget(configuration).beside(legacy(configuration));
  }

  /** Reads PostgreSQL's alone. */
  static Schemas ofTarget(Configuration configuration) throws SQLException {
    try (PostgresStore store = configuration.target();
        Connection connection = store.connections().getConnection()) {
      List<String> schemas = configuration.schemas();
      List<TargetTable> tables = TargetCatalogue.read(connection, schemas);
      return new Schemas(null, TargetSchema.of(store.name(), schemas, tables), tables);
    }
  }

  /** These, and that of the SQLite file. */
  Schemas beside(@Nullable SchemaDescription file) {
    return new Schemas(file, target, tables);
  }

  /** The mapping, checked against both. */
  List<MigrationPlan> plans(Configuration configuration) {
    return legacy == null
        ? configuration.mapping().plansOfCollections(target)
        : configuration.mapping().plans(target, legacy);
  }

  /** The tables of all migrations where PostgreSQL is gone: for what touches no row. */
  static Map<String, PlannedTables> ofLegacyAlone(Configuration configuration) throws SQLException {
    @Nullable SchemaDescription legacy = legacy(configuration);
    Map<String, PlannedTables> tables = new LinkedHashMap<>();
    for (MigrationMapping migration : configuration.mapping().migrations()) {
      tables.put(
          migration.name(),
          legacy == null
              ? PlannedTables.ofCollectionsAlone(migration, configuration.schemas().get(0))
              : PlannedTables.ofLegacyAlone(migration, legacy, configuration.schemas().get(0)));
    }
    return tables;
  }

  /** That of the SQLite file; null where the legacy store is MongoDB. */
  static @Nullable SchemaDescription legacy(Configuration configuration) throws SQLException {
    Path file;
    try (Store store = configuration.legacy()) {
      if (!(store instanceof SqliteStore sqlite)) {
        return null;
      }
      file = sqlite.path();
    }
    requireFile(file);
    try (Connection connection = Inspection.open(file)) {
      return SqliteSchema.read(String.valueOf(file.getFileName()), connection);
    }
  }

  static void requireFile(Path file) {
    if (!Files.exists(file)) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "there is no legacy file " + file,
          "correct crossfade.legacy.url; a relative path counts from the current folder");
    }
  }

  /** The mapping as tables, checked against both. */
  Map<String, PlannedTables> planned(Configuration configuration) {
    List<String> missing = missing(configuration);
    if (!missing.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          (missing.size() == 1 ? "table " : "tables ")
              + String.join(", ", missing)
              + (missing.size() == 1 ? " is" : " are")
              + " missing in "
              + target.shown(),
          "run the migration that draft-schema wrote, with Flyway or by backfill --create-schema;"
              + " or correct the name in "
              + configuration.file());
    }
    Map<String, PlannedTables> planned = new LinkedHashMap<>();
    for (MigrationPlan plan : plans(configuration)) {
      planned.put(plan.name(), PlannedTables.of(plan, tables, configuration.schemas().get(0)));
    }
    return planned;
  }

  /** The mapped tables that PostgreSQL does not have. */
  List<String> missing(Configuration configuration) {
    List<String> missing = new ArrayList<>();
    for (MigrationMapping migration : configuration.mapping().migrations()) {
      for (TableRule rule : migration.tables()) {
        if (tables.stream().noneMatch(table -> isNamed(table, rule.target(), configuration))) {
          missing.add(rule.target());
        }
      }
    }
    return missing;
  }

  private static boolean isNamed(TargetTable table, String name, Configuration configuration) {
    return table.name().toString().equals(name)
        || (table.name().name().equals(name)
            && table.name().schema().equals(configuration.schemas().get(0)));
  }
}
