package dev.crossfade.cli;

import dev.crossfade.mapping.TableName;
import dev.crossfade.postgres.PostgresStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Looks at PostgreSQL on one connection, by statements that change nothing. */
final class TargetLook implements AutoCloseable {
  private static final String PLACE =
      """
      select coalesce(nullif(pg_tablespace_location(d.dattablespace), ''),
        current_setting('data_directory'))
      from pg_database d
      where d.datname = current_database()
        and (inet_server_addr() is null or inet_server_addr() = inet_client_addr())
      """;

  private final Connection connection;

  private TargetLook(Connection connection) {
    this.connection = connection;
  }

  static TargetLook at(PostgresStore store) throws SQLException {
    return new TargetLook(store.connections().getConnection());
  }

  /** How many rows; null where there is no such table, or it may not be read. */
  @Nullable Long count(TableName table) throws SQLException {
    return has("to_regclass(" + literal(table) + ") is not null")
            && has("has_table_privilege(" + literal(table) + ", 'select')")
        ? number("select count(*) from " + quoted(table))
        : null;
  }

  /** What these take, with their partitions and indexes; 0 for what is not there. */
  long bytes(Collection<TableName> tables) throws SQLException {
    long bytes = 0;
    for (TableName table : tables) {
      bytes +=
          number(
              "with recursive parts (part) as (select to_regclass("
                  + literal(table)
                  + ")::oid union all select i.inhrelid from parts join pg_inherits i"
                  + " on i.inhparent = part)"
                  + " select coalesce(sum(pg_total_relation_size(part)), 0) from parts"
                  + " where part is not null");
    }
    return bytes;
  }

  boolean mayMakeTemporaryTables() throws SQLException {
    return has("has_database_privilege(current_database(), 'temporary')");
  }

  /** Whether it is the primary of the migration. */
  boolean isPrimaryOf(String migration) throws SQLException {
    return has("to_regclass('crossfade.control') is not null")
        && has("has_schema_privilege('crossfade', 'usage')")
        && has("has_table_privilege('crossfade.control', 'select')")
        && number(
                "select count(*) from crossfade.control where state <> 'moved' and migration = '"
                    + migration.replace("'", "''")
                    + "'")
            > 0;
  }

  /** What is free on its disk: known where it runs on this machine and says where its files are. */
  OptionalLong free() {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(PLACE)) {
      Path place = rows.next() ? Path.of(rows.getString(1)) : null;
      return place != null && Files.isDirectory(place)
          ? OptionalLong.of(Files.getFileStore(place).getUsableSpace())
          : OptionalLong.empty();
    } catch (SQLException | IOException | InvalidPathException e) {
      return OptionalLong.empty(); // the right to ask may be missing
    }
  }

  private boolean has(String condition) throws SQLException {
    return number("select count(*) where " + condition) > 0;
  }

  private long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private static String literal(TableName table) {
    return "'" + quoted(table).replace("'", "''") + "'";
  }

  private static String quoted(TableName table) {
    return String.join(".", List.of(quoted(table.schema()), quoted(table.name())));
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
