package dev.crossfade.jooq.codegen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The migrations of one run: found, read once, applied by Flyway. */
final class Migrations {
  private static final int STATEMENT_SHOWN = 600;

  private final GeneratorSettings settings;
  private final SortedMap<String, byte[]> contents;

  private Migrations(GeneratorSettings settings, SortedMap<String, byte[]> contents) {
    this.settings = settings;
    this.contents = contents;
  }

  /**
   * Reads the migrations.
   *
   * @throws CodegenException if a folder is missing or none of them holds a migration
   */
  static Migrations find(GeneratorSettings settings) {
    SortedMap<String, byte[]> contents = new TreeMap<>();
    List<Path> folders = settings.migrations();
    for (int i = 0; i < folders.size(); i++) {
      read(folders.get(i), i + "/", contents);
    }
    Migrations migrations = new Migrations(settings, contents);
    if (migrations.count() == 0) {
      throw new CodegenException(
          "no migrations found (V1__name.sql and the like) in " + shown(folders));
    }
    return migrations;
  }

  private static void read(Path folder, String prefix, SortedMap<String, byte[]> into) {
    if (!Files.isDirectory(folder)) {
      throw new CodegenException("no migrations found: " + folder + " is not a folder");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString().replace('\\', '/');
        into.put(prefix + name, Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new CodegenException("the migrations in " + folder + " cannot be read: " + e, e);
    }
  }

  /**
   * Every file in the folders by its name in them: Flyway's script configuration and callbacks too.
   */
  SortedMap<String, byte[]> contents() {
    return contents;
  }

  long count() {
    return contents.keySet().stream().filter(name -> name.endsWith(".sql")).count();
  }

  /**
   * Applies the migrations to an empty database.
   *
   * @throws CodegenException with file, line and statement of the one that failed
   */
  void apply(DataSource database) {
    try {
      flyway(database).migrate();
    } catch (FlywayException e) {
      throw explained(e);
    }
  }

  private Flyway flyway(DataSource database) {
    FluentConfiguration flyway =
        Flyway.configure(Migrations.class.getClassLoader())
            .loggers("slf4j")
            .dataSource(database)
            .locations(
                settings.migrations().stream()
                    .map(folder -> "filesystem:" + folder)
                    .toArray(String[]::new))
            .defaultSchema(settings.historySchema())
            .table(settings.historyTable())
            .placeholders(settings.placeholders())
            .validateMigrationNaming(true);
    // An index built concurrently waits for every transaction, Flyway's own lock included: for
    // ever.
    PostgreSQLConfigurationExtension postgres =
        flyway.getConfigurationExtension(PostgreSQLConfigurationExtension.class);
    if (postgres != null) {
      postgres.setTransactionalLock(false);
    }
    return flyway.load();
  }

  private static CodegenException explained(FlywayException failure) {
    FlywaySqlScriptException script = cause(failure, FlywaySqlScriptException.class);
    if (script == null || script.getResource() == null) {
      return new CodegenException("the migrations cannot be run: " + failure.getMessage(), failure);
    }
    String statement = script.getStatement();
    PSQLException server = cause(failure, PSQLException.class);
    int line = script.getLineNumber() + linesBeforeError(statement, server);
    StringBuilder message = new StringBuilder();
    message
        .append("migration ")
        .append(script.getResource().getFilename())
        .append(" failed at line ")
        .append(line)
        .append(": ")
        .append(reason(failure, server));
    message
        .append("\n  statement (from line ")
        .append(script.getLineNumber())
        .append("): ")
        .append(shortened(statement));
    message.append("\n  file: ").append(script.getResource().getAbsolutePathOnDisk());
    return new CodegenException(message.toString(), failure);
  }

  private static String reason(FlywayException failure, @Nullable PSQLException server) {
    SQLException sql = server != null ? server : cause(failure, SQLException.class);
    if (sql == null) {
      return String.valueOf(failure.getMessage());
    }
    ServerErrorMessage details = server == null ? null : server.getServerErrorMessage();
    if (details == null) {
      return sql.getMessage() + " (SQLState " + sql.getSQLState() + ")";
    }
    String hint = details.getHint();
    String detail = details.getDetail();
    return details.getMessage()
        + " (SQLState "
        + sql.getSQLState()
        + ")"
        + (detail == null ? "" : ". " + detail)
        + (hint == null ? "" : ". Hint: " + hint);
  }

  /** PostgreSQL says at which character of the statement it stumbled; a person looks for a line. */
  private static int linesBeforeError(@Nullable String statement, @Nullable PSQLException server) {
    ServerErrorMessage details = server == null ? null : server.getServerErrorMessage();
    if (statement == null || details == null) {
      return 0;
    }
    int before = Math.min(Math.max(details.getPosition() - 1, 0), statement.length());
    return (int) statement.substring(0, before).chars().filter(c -> c == '\n').count();
  }

  private static String shortened(@Nullable String statement) {
    String text = statement == null ? "" : statement.strip();
    return text.length() <= STATEMENT_SHOWN ? text : text.substring(0, STATEMENT_SHOWN) + " …";
  }

  private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }

  private static String shown(List<Path> folders) {
    List<String> names = new ArrayList<>();
    folders.forEach(folder -> names.add(folder.toString()));
    return String.join(", ", names);
  }
}
