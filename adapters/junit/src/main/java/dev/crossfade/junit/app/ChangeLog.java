package dev.crossfade.junit.app;

import dev.crossfade.store.Place;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to the mapped tables of a store, by whose hand ever: kept by triggers in a
 * table of the test kit's own. A change and its line in the log are one transaction.
 *
 * <p>The triggers are made when the library has checked the catalogue, and bear the prefix that it
 * keeps for its own, so that it does not take them for the application's when it checks again. Safe
 * for use by many threads.
 */
abstract class ChangeLog implements AutoCloseable {
  /** Between the columns of a key. */
  static final char SEPARATOR = '\u001f';

  /** Where connections come from. */
  interface Source {
    Connection open() throws SQLException;
  }

  /**
   * A row was changed.
   *
   * @param number the lines of a log are in the order of the changes
   * @param key its columns as text, separated; null for a table that was emptied
   */
  record Line(long number, String entity, @Nullable String key, String operation) {}

  private final Source source;

  // Guarded by this.
  private final Map<String, Place> places = new HashMap<>();
  private @Nullable Connection connection;

  ChangeLog(Source source) {
    this.source = source;
  }

  /** The table of the log. */
  abstract String table();

  /** Makes the table of the log. */
  abstract List<String> beginning();

  /** Makes the triggers of a table. */
  abstract List<String> triggers(String entity, Place place);

  /** Makes those of a table that holds a part of the rows, whose change is one of its row. */
  List<String> partTriggers(String entity, Place part) {
    throw new UnsupportedOperationException("rows are in one table here");
  }

  /** Begins to keep the log of a table, and of those that hold parts of its rows. */
  final synchronized void keep(String entity, Place place, List<Place> parts) {
    List<String> statements = new ArrayList<>(connection == null ? beginning() : List.of());
    if (!places.containsKey(entity)) {
      statements.addAll(triggers(entity, place));
      parts.forEach(part -> statements.addAll(partTriggers(entity, part)));
    }
    try (Statement statement = connection().createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("triggers on " + place.table() + " could not be made", e);
    }
    places.put(entity, place);
  }

  private Connection connection() throws SQLException {
    if (connection == null) {
      connection = source.open();
    }
    return connection;
  }

  /** The number of the last line; -1 before the log is kept. */
  final synchronized long last() {
    if (connection == null) {
      return -1;
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select coalesce(max(number), 0) from " + table())) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  /** All lines; those of transactions under way are missing. */
  final synchronized List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    if (connection == null) {
      return lines;
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select number, entity, row_key, operation from " + table() + " order by number")) {
      while (rows.next()) {
        lines.add(
            new Line(rows.getLong(1), rows.getString(2), rows.getString(3), rows.getString(4)));
      }
    } catch (SQLException e) {
      throw unreadable(e);
    }
    return lines;
  }

  private static IllegalStateException unreadable(SQLException e) {
    return new IllegalStateException("the test kit cannot read its log of changes", e);
  }

  /** The table that holds an entity's rows, for messages. */
  final synchronized String tableOf(String entity) {
    Place place = places.get(entity);
    return place == null ? entity : place.table().replace("\"", "");
  }

  @Override
  public final synchronized void close() {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException("the test kit's connection could not be closed", e);
      }
      connection = null;
    }
  }

  /** A key as the log has it. */
  static String text(List<Object> storedKey) {
    return storedKey.stream()
        .map(ChangeLog::text)
        .collect(Collectors.joining(String.valueOf(SEPARATOR)));
  }

  private static String text(Object value) {
    if (value instanceof byte[] bytes) {
      StringBuilder hex = new StringBuilder("\\x");
      for (byte b : bytes) {
        hex.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
      }
      return hex.toString();
    }
    return value instanceof UUID ? value.toString() : String.valueOf(value);
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
