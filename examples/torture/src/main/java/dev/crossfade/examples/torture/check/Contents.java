package dev.crossfade.examples.torture.check;

import com.mongodb.client.MongoDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;

/**
 * What a store holds, read with nothing but its driver when nobody writes any more.
 *
 * @param tables of each table its rows by their key; of each row its columns by their name, as text
 * @param journal what the library's journal there still holds
 */
public record Contents(Map<String, Map<Long, Map<String, String>>> tables, List<String> journal) {
  static final List<String> TABLES =
      List.of("register", "element", "parent", "child", "account", "transfer");

  /** Of a PostgreSQL database, or of a SQLite file. */
  public static Contents of(Connection connection, boolean postgres) throws SQLException {
    Map<String, Map<Long, Map<String, String>>> tables = new LinkedHashMap<>();
    for (String table : TABLES) {
      tables.put(table, rows(connection, table));
    }
    return new Contents(
        tables, journal(connection, postgres ? "crossfade.journal" : "crossfade_entry"));
  }

  /** Of a database of MongoDB, whose fields bear the columns' names. */
  public static Contents of(MongoDatabase database) {
    Map<String, Map<Long, Map<String, String>>> tables = new LinkedHashMap<>();
    for (String table : TABLES) {
      Map<Long, Map<String, String>> rows = new TreeMap<>();
      for (Document document : database.getCollection(table).find()) {
        rows.put(document.get("_id", Number.class).longValue(), fields(document));
      }
      tables.put(table, rows);
    }
    List<String> journal = new ArrayList<>();
    for (Document entry : database.getCollection("crossfade_journal").find()) {
      journal.add(entry.toString());
    }
    return new Contents(tables, journal);
  }

  private static Map<String, String> fields(Document document) {
    Map<String, String> fields = new TreeMap<>();
    document.forEach(
        (name, value) -> fields.put(name.equals("_id") ? "id" : name, String.valueOf(value)));
    return fields;
  }

  private static Map<Long, Map<String, String>> rows(Connection connection, String table)
      throws SQLException {
    Map<Long, Map<String, String>> rows = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select * from " + table)) {
      while (result.next()) {
        rows.put(result.getLong("id"), columns(result));
      }
    }
    return rows;
  }

  private static Map<String, String> columns(ResultSet result) throws SQLException {
    ResultSetMetaData names = result.getMetaData();
    Map<String, String> columns = new TreeMap<>();
    for (int n = 1; n <= names.getColumnCount(); n++) {
      columns.put(names.getColumnName(n), String.valueOf(result.getString(n)));
    }
    return columns;
  }

  private static List<String> journal(Connection connection, String table) throws SQLException {
    List<String> entries = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select * from " + table)) {
      while (result.next()) {
        entries.add(columns(result).toString());
      }
    }
    return entries;
  }

  Map<Long, Map<String, String>> table(String name) {
    return tables.getOrDefault(name, Map.of());
  }
}
