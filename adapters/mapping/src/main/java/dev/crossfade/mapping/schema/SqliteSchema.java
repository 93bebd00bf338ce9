package dev.crossfade.mapping.schema;

import dev.crossfade.OnDelete;
import dev.crossfade.mapping.ColumnDescription;
import dev.crossfade.mapping.ColumnDescription.Generation;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableDescription;
import dev.crossfade.mapping.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The schema of a SQLite database as the mapping's validator describes schemas. */
public final class SqliteSchema {
  private static final int GENERATED = 2;

  private SqliteSchema() {}

  /**
   * The description of its tables and views, in the order in which they were made; SQLite's own and
   * those of this library are left out. Only reads.
   *
   * @param shown what messages call it
   * @throws SQLException if it cannot be read
   */
  public static SchemaDescription read(String shown, Connection connection) throws SQLException {
    return new SchemaDescription(shown, List.of(), tables(connection));
  }

  private static List<TableDescription> tables(Connection connection) throws SQLException {
    Map<String, Boolean> views = new LinkedHashMap<>();
    list(
        connection,
        "select name, type = 'view' from sqlite_schema where type in ('table', 'view')"
            + " and name not like 'sqlite\\_%' escape '\\'"
            + " and name not like 'crossfade\\_%' escape '\\' order by rowid",
        "",
        rows -> views.put(rows.getString(1), rows.getBoolean(2)));
    List<TableDescription> tables = new ArrayList<>();
    for (Map.Entry<String, Boolean> table : views.entrySet()) {
      tables.add(table(connection, table.getKey(), table.getValue()));
    }
    return tables;
  }

  private static TableDescription table(Connection connection, String name, boolean view)
      throws SQLException {
    Map<Integer, String> key = new TreeMap<>();
    List<ColumnDescription> columns = new ArrayList<>();
    list(
        connection,
        "select name, type, \"notnull\", dflt_value, pk, hidden, (select count(*) from"
            + " pragma_table_xinfo(?1) where pk > 0) from pragma_table_xinfo(?1) where hidden <> 1"
            + " order by cid",
        name,
        rows -> {
          columns.add(column(rows));
          if (rows.getInt(5) > 0) {
            key.put(rows.getInt(5), rows.getString(1));
          }
        });
    return new TableDescription(
        TableName.of(name),
        view,
        columns,
        List.copyOf(key.values()),
        uniqueKeys(connection, name),
        foreignKeys(connection, name),
        List.of(),
        triggers(connection, name));
  }

  private static ColumnDescription column(ResultSet rows) throws SQLException {
    String type = rows.getString(2) == null ? "" : rows.getString(2);
    boolean inKey = rows.getInt(5) > 0;
    boolean rowid = inKey && rows.getInt(7) == 1 && type.equalsIgnoreCase("INTEGER");
    Generation generation =
        rows.getInt(6) >= GENERATED
            ? Generation.COMPUTED
            : rowid ? Generation.KEY : Generation.NONE;
    return new ColumnDescription(
        rows.getString(1),
        type,
        !inKey && !rows.getBoolean(3),
        rows.getString(4) != null,
        generation,
        -1,
        -1,
        List.of());
  }

  private static List<List<String>> uniqueKeys(Connection connection, String table)
      throws SQLException {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    list(
        connection,
        "select i.name, x.name from pragma_index_list(?1) i, pragma_index_xinfo(i.name) x where"
            + " i.\"unique\" and not i.partial and i.origin <> 'pk' and x.key and not exists"
            + " (select 1 from pragma_index_xinfo(i.name) e where e.key and e.cid < 0) order by"
            + " i.name, x.seqno",
        table,
        rows ->
            keys.computeIfAbsent(rows.getString(1), k -> new ArrayList<>()).add(rows.getString(2)));
    return List.copyOf(keys.values());
  }

  private static List<ForeignKeyDescription> foreignKeys(Connection connection, String table)
      throws SQLException {
    Map<Integer, ForeignKeyDescription> keys = new LinkedHashMap<>();
    list(
        connection,
        "select f.id, f.\"table\", f.\"from\", coalesce(f.\"to\", (select name from"
            + " pragma_table_xinfo(f.\"table\") where pk = f.seq + 1)), f.on_delete from"
            + " pragma_foreign_key_list(?1) f order by f.id, f.seq",
        table,
        rows -> keys.merge(rows.getInt(1), foreignKey(rows), SqliteSchema::joined));
    return List.copyOf(keys.values());
  }

  private static ForeignKeyDescription foreignKey(ResultSet rows) throws SQLException {
    return new ForeignKeyDescription(
        List.of(rows.getString(3)),
        TableName.of(rows.getString(2)),
        rows.getString(4) == null ? List.of() : List.of(rows.getString(4)),
        switch (rows.getString(5).toUpperCase(Locale.ROOT)) {
          case "CASCADE" -> OnDelete.CASCADE;
          case "SET NULL" -> OnDelete.SET_NULL;
          case "SET DEFAULT" -> null;
          default -> OnDelete.REFUSE;
        });
  }

  private static ForeignKeyDescription joined(ForeignKeyDescription a, ForeignKeyDescription b) {
    return new ForeignKeyDescription(
        joined(a.columns(), b.columns()),
        a.parent(),
        joined(a.parentColumns(), b.parentColumns()),
        a.onDelete());
  }

  private static List<String> joined(List<String> a, List<String> b) {
    List<String> joined = new ArrayList<>(a);
    joined.addAll(b);
    return joined;
  }

  private static List<String> triggers(Connection connection, String table) throws SQLException {
    List<String> triggers = new ArrayList<>();
    list(
        connection,
        "select name from sqlite_schema where type = 'trigger' and tbl_name = ?1 collate nocase"
            + " and name not like 'crossfade\\_%' escape '\\' order by name",
        table,
        rows -> triggers.add(rows.getString(1)));
    return triggers;
  }

  private static void list(Connection connection, String sql, String parameter, Each each)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      if (!parameter.isEmpty()) {
        select.setString(1, parameter);
      }
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          each.read(rows);
        }
      }
    }
  }

  @FunctionalInterface
  private interface Each {
    void read(ResultSet rows) throws SQLException;
  }
}
