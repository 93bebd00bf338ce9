package dev.crossfade.cli;

import dev.crossfade.config.CrossfadeConfig;
import dev.crossfade.mapping.MappingFile;
import dev.crossfade.mapping.MigrationMapping;
import dev.crossfade.mapping.TableRule;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code crossfade.yaml} says, read and checked; opens nothing. */
final class Configuration {
  private final Path file;
  private final CrossfadeConfig config;
  private final MappingFile mapping;

  private Configuration(Path file, CrossfadeConfig config, MappingFile mapping) {
    this.file = file;
    this.config = config;
    this.mapping = mapping;
  }

  /** Reads it. */
  static Configuration read(Path file, Map<String, String> environment) {
    if (!Files.exists(file)) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "there is no configuration " + file,
          "name it with --config, or make one: crossfade draft-schema FILE, or mongodb://…");
    }
    CrossfadeConfig config = CrossfadeConfig.builder().file(file).environment(environment).load();
    MappingFile mapping = MappingFile.read(file);
    if (mapping.migrations().isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          file + " maps no tables",
          "name them under crossfade.migrations.<name>.tables, as crossfade draft-schema does");
    }
    return new Configuration(file, config, mapping);
  }

  CrossfadeConfig config() {
    return config;
  }

  MappingFile mapping() {
    return mapping;
  }

  Path file() {
    return file;
  }

  /** The schemas that the mapping speaks of, the one that needs no naming first. */
  List<String> schemas() {
    Set<String> schemas = new LinkedHashSet<>(List.of("public"));
    for (MigrationMapping migration : mapping.migrations()) {
      for (TableRule table : migration.tables()) {
        int dot = table.target().indexOf('.');
        if (dot > 0) {
          schemas.add(table.target().substring(0, dot));
        }
      }
    }
    return new ArrayList<>(schemas);
  }

  /** A new legacy store, a {@link SqliteStore} or a {@link MongoStore}; contacts nobody. */
  Store legacy() {
    Store store = config.legacy();
    if (store instanceof SqliteStore || store instanceof MongoStore) {
      return store;
    }
    store.close();
    throw new CommandFailure(
        ExitCode.CONFIGURATION,
        "crossfade.legacy is neither a SQLite file nor a MongoDB",
        "the command line carries these two; for others use the library");
  }

  /** A new store on PostgreSQL; contacts nobody. */
  PostgresStore target() {
    Store store = config.target();
    if (store instanceof PostgresStore postgres) {
      return postgres;
    }
    store.close();
    throw new CommandFailure(
        ExitCode.CONFIGURATION,
        "crossfade.target is no PostgreSQL",
        "give crossfade.target.url one like jdbc:postgresql://host:5432/database");
  }
}
