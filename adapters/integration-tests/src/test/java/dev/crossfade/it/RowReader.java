package dev.crossfade.it;

import dev.crossfade.Stage.Side;
import dev.crossfade.junit.TestDatabase;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What is in the two databases, read by plain JDBC: nothing of the library is asked. Also writes to
 * them behind its back.
 */
final class RowReader {
  private static final Map<String, String> TABLES =
      Map.of(
          "account", "select id, code, balance, status, note, updated_at from account",
          "entry", "select id, account_id, amount from entry",
          "preference", "select name, text from preference",
          "reading", "select id, taken_at, level from reading");
  private static final List<String> TIMES = List.of("updated_at", "taken_at");

  /** Decimals with the scale their entity declares; a REAL in the legacy file has no scale. */
  private static final Map<String, Integer> DECIMALS =
      Map.of("balance", 2, "amount", 2, "level", 3);

  private static final int VALIDATION_SECONDS = 30;

  private final Path file;
  private final TestDatabase database;
  private final boolean keeps;

  /** To PostgreSQL, while nobody reads on it. */
  private final AtomicReference<Connection> kept = new AtomicReference<>();

  RowReader(Path file, TestDatabase database) {
    this(file, database, false);
  }

  private RowReader(Path file, TestDatabase database, boolean keeps) {
    this.file = file;
    this.database = database;
    this.keeps = keeps;
  }

  /** Keeps a connection to PostgreSQL for what it reads: to connect takes longer than to read. */
  static RowReader keeping(Path file, TestDatabase database) {
    return new RowReader(file, database, true);
  }

  /** What is asked of a connection, which is left as it was. */
  private interface Reading<T> {
    T on(Connection connection) throws SQLException;
  }

  private <T> T read(Side side, Reading<T> reading) {
    try {
      if (!keeps || side == Side.LEGACY) {
        try (Connection connection = open(side)) {
          return reading.on(connection);
        }
      }
      Connection connection = kept.getAndSet(null);
      if (connection == null || !connection.isValid(VALIDATION_SECONDS)) {
        connection = open(side);
      }
      try {
        return reading.on(connection);
      } finally {
        if (!kept.compareAndSet(null, connection)) {
          connection.close();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends the connection that it keeps; the next one who reads keeps another. */
  void disconnect() {
    Connection connection = kept.getAndSet(null);
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Connection open(Side side) throws SQLException {
    if (side == Side.TARGET) {
      return database.open();
    }
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 10000");
    }
    return connection;
  }

  /** All rows of all tables, as {@code table key: values}. */
  Map<String, String> all(Side side) {
    Map<String, String> all = new TreeMap<>();
    TABLES.keySet().forEach(table -> all.putAll(table(side, table)));
    return all;
  }

  /** All rows of one table, by {@code table key}. */
  Map<String, String> table(Side side, String table) {
    return read(side, connection -> table(connection, side, table));
  }

  private static Map<String, String> table(Connection connection, Side side, String table)
      throws SQLException {
    Map<String, String> all = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(TABLES.get(table))) {
      while (rows.next()) {
        String clash = all.put(table + " " + rows.getString(1), values(rows));
        if (clash != null) {
          throw new AssertionError(table + " " + rows.getString(1) + " is there twice on " + side);
        }
      }
    }
    return all;
  }

  private static String values(ResultSet rows) throws SQLException {
    List<String> values = new ArrayList<>();
    for (int i = 2; i <= rows.getMetaData().getColumnCount(); i++) {
      values.add(value(rows, i, rows.getMetaData().getColumnName(i)));
    }
    return String.join(", ", values);
  }

  private static String value(ResultSet rows, int index, String column) throws SQLException {
    String text = rows.getString(index);
    if (text == null) {
      return "null";
    } else if (DECIMALS.containsKey(column)) {
      return new BigDecimal(text)
          .setScale(DECIMALS.get(column), RoundingMode.HALF_UP)
          .stripTrailingZeros()
          .toPlainString();
    } else if (TIMES.contains(column)) {
      return (text.contains("T")
              ? Instant.parse(text)
              : rows.getObject(index, OffsetDateTime.class).toInstant())
          .toString();
    }
    return text;
  }

  /** The values of a row as {@link #all} has them; null if there is none. */
  String row(Side side, String table, Object key) {
    return table(side, table).get(table + " " + key);
  }

  /** Runs statements behind the library's back. */
  void execute(Side side, List<String> statements) {
    try (Connection connection = open(side);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void execute(Side side, String statement) {
    execute(side, List.of(statement));
  }

  /** The first value of a query as a number. */
  long count(Side side, String query) {
    return read(side, connection -> count(connection, query));
  }

  long count(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** The rows of a query, as text. */
  List<String> text(Side side, String query) {
    return read(side, connection -> text(connection, query));
  }

  private static List<String> text(Connection connection, String query) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          values.add(rows.getMetaData().getColumnName(i) + "=" + rows.getString(i));
        }
        all.add(values.toString());
      }
    }
    return all;
  }
}
