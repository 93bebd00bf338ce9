package dev.crossfade.cli.inspect;

import dev.crossfade.cli.inspect.TableProfile.IndexProfile;
import dev.crossfade.cli.inspect.TableProfile.OrphanProfile;
import dev.crossfade.mapping.ColumnDescription;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableDescription;
import dev.crossfade.mapping.schema.SqliteSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads a SQLite file, every value of it, in one transaction and bounded memory. Changes nothing in
 * it. Used by one thread.
 */
public final class Inspection {
  private static final int FETCH = 1_000;
  private static final int BUSY_MILLIS = 5_000;

  private final Connection connection;
  private final Watcher watcher;

  private Inspection(Connection connection, Watcher watcher) {
    this.connection = connection;
    this.watcher = watcher;
  }

  /** Told of each table before it is read. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * A table is about to be read.
     *
     * @param table its name
     * @param rows how many rows it has
     */
    void begins(String table, long rows);
  }

  /**
   * Reads it.
   *
   * @throws IOException if there is no such file, or it cannot be read
   * @throws SQLException if it is no database, or is locked
   */
  public static FileProfile of(Path file, Watcher watcher) throws IOException, SQLException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try (Connection connection = open(file)) {
      connection.setAutoCommit(false); // one state of the file, whoever writes meanwhile
      return new Inspection(connection, watcher).file(file);
    }
  }

  /**
   * A connection that reads and cannot write.
   *
   * @throws SQLException if it is no database
   */
  public static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:" + file.toUri() + "?mode=ro&busy_timeout=" + BUSY_MILLIS);
  }

  private FileProfile file(Path file) throws IOException, SQLException {
    SchemaDescription schema = SqliteSchema.read(file.toString(), connection);
    Map<String, List<OrphanProfile>> orphans = orphans(schema);
    List<TableProfile> tables = new ArrayList<>();
    for (TableDescription table : schema.tables()) {
      if (!table.view()) {
        tables.add(table(table, orphans.getOrDefault(table.name().name(), List.of())));
      }
    }
    return new FileProfile(
        file.toString(),
        Files.size(file),
        text("pragma journal_mode"),
        tables,
        schema.tables().stream()
            .filter(TableDescription::view)
            .map(view -> view.name().name())
            .toList());
  }

  private TableProfile table(TableDescription table, List<OrphanProfile> orphans)
      throws SQLException {
    String name = table.name().name();
    long rows = number("select count(*) from " + quoted(name));
    watcher.begins(name, rows);
    return new TableProfile(table, rows, bytes(name), columns(table), indexes(name), orphans);
  }

  private List<ColumnProfile> columns(TableDescription table) throws SQLException {
    String name = table.name().name();
    Map<String, String> defaults = defaults(name);
    List<ColumnValues> values =
        table.columns().stream()
            .map(column -> new ColumnValues(column, defaults.get(column.name())))
            .toList();
    boolean rowid = hasRowid(name);
    String list =
        table.columns().stream()
            .map(ColumnDescription::name)
            .map(Inspection::quoted)
            .collect(Collectors.joining(", "));
    String sql = "select " + (rowid ? "rowid" : "-1") + ", " + list + " from " + quoted(name);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCH);
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          long id = rows.getLong(1);
          for (int i = 0; i < values.size(); i++) {
            values.get(i).look(rows, i + 2, id);
          }
        }
      }
    }
    return values.stream().map(ColumnValues::profile).toList();
  }

  private Map<String, String> defaults(String table) throws SQLException {
    Map<String, String> defaults = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select name, dflt_value from pragma_table_xinfo(?) where dflt_value is not null")) {
      select.setString(1, table);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          defaults.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    return defaults;
  }

  /** A column may be named so, and mean something else; then there is another word for it. */
  private boolean hasRowid(String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select rowid from " + quoted(table) + " limit 1")) {
      return !rows.next() || rows.getObject(1) instanceof Number;
    } catch (SQLException e) {
      return false; // without rowid
    }
  }

  private long bytes(String table) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select sum(pgsize) from dbstat where name in"
                + " (select name from sqlite_schema where tbl_name = ?)")) {
      select.setString(1, table);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getLong(1) : -1;
      }
    } catch (SQLException e) {
      if (String.valueOf(e.getMessage()).contains("no such table")) {
        return -1;
      }
      throw e;
    }
  }

  private List<IndexProfile> indexes(String table) throws SQLException {
    List<IndexProfile> indexes = new ArrayList<>();
    for (String[] index : indexList(table)) {
      List<String> columns = new ArrayList<>();
      boolean plain = true;
      try (PreparedStatement select =
          connection.prepareStatement("select name from pragma_index_info(?) order by seqno")) {
        select.setString(1, index[0]);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            String column = rows.getString(1);
            plain &= column != null;
            columns.add(String.valueOf(column));
          }
        }
      }
      indexes.add(
          new IndexProfile(
              index[0], index[1].equals("1"), plain ? columns : List.of(), index[2].equals("1")));
    }
    return indexes;
  }

  private List<String[]> indexList(String table) throws SQLException {
    List<String[]> indexes = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select name, \"unique\", partial from pragma_index_list(?)"
                + " where origin = 'c' order by name")) {
      select.setString(1, table);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          indexes.add(new String[] {rows.getString(1), rows.getString(2), rows.getString(3)});
        }
      }
    }
    return indexes;
  }

  /** By table; SQLite looks for them itself. */
  private Map<String, List<OrphanProfile>> orphans(SchemaDescription schema) throws SQLException {
    Map<String, Map<Integer, long[]>> found = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select * from pragma_foreign_key_check")) {
      while (rows.next()) {
        long rowid = rows.getObject(2) == null ? -1 : rows.getLong(2);
        long[] counted =
            found
                .computeIfAbsent(rows.getString(1), table -> new LinkedHashMap<>())
                .computeIfAbsent(rows.getInt(4), key -> new long[] {0, rowid});
        counted[0]++;
      }
    } catch (SQLException e) {
      if (!String.valueOf(e.getMessage()).contains("foreign key mismatch")) {
        throw e;
      }
    }
    Map<String, List<OrphanProfile>> orphans = new LinkedHashMap<>();
    for (TableDescription table : schema.tables()) {
      Map<Integer, long[]> counted = found.getOrDefault(table.name().name(), Map.of());
      List<OrphanProfile> of = new ArrayList<>();
      counted.forEach((id, rows) -> of.add(orphan(table.foreignKeys().get(id), rows)));
      orphans.put(table.name().name(), of);
    }
    return orphans;
  }

  private static OrphanProfile orphan(ForeignKeyDescription key, long[] counted) {
    return new OrphanProfile(key.columns(), key.parent().name(), counted[0], counted[1]);
  }

  private String text(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  private long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** A name as SQLite takes it. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
