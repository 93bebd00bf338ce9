package dev.crossfade.cli;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Compares two tables with nothing of the library: both are read as they are, brought to one form
 * that is plain from what Chinook holds, and compared as sets of rows.
 */
final class IndependentComparison {
  private IndependentComparison() {}

  /** How many rows there are, the same in both. */
  static int sameRows(Path legacy, Connection target, String legacyTable, String targetTable)
      throws SQLException {
    List<String> from;
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + legacy.toUri() + "?mode=ro")) {
      from = rows(connection, "select * from \"" + legacyTable + "\"");
    }
    List<String> to = rows(target, "select * from \"" + targetTable + "\"");
    if (!from.equals(to)) {
      TreeSet<String> only = new TreeSet<>(from);
      to.forEach(only::remove);
      throw new AssertionError(
          legacyTable + ": " + from.size() + " and " + to.size() + " rows, only there " + only);
    }
    return from.size();
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          String name = rows.getMetaData().getColumnName(i);
          row.add(name.replace("_", "").toLowerCase(Locale.ROOT) + "=" + shown(rows.getObject(i)));
        }
        all.add(row.toString());
      }
    }
    all.sort(null);
    return all;
  }

  private static String shown(Object value) {
    if (value instanceof Timestamp time) {
      return time.toLocalDateTime().toString().replace('T', ' ');
    } else if (value instanceof Number number) {
      return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
    }
    return String.valueOf(value).replaceFirst("^(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d):00$", "$1");
  }
}
