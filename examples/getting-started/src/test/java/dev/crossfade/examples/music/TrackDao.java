package dev.crossfade.examples.music;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The application as it was: a DAO over SQLite. */
final class TrackDao {
  private final DataSource dataSource;

  TrackDao(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  List<String> longest(int limit) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select Name from Track order by Milliseconds desc, TrackId limit ?")) {
      statement.setInt(1, limit);
      try (ResultSet rows = statement.executeQuery()) {
        List<String> names = new ArrayList<>();
        while (rows.next()) {
          names.add(rows.getString(1));
        }
        return names;
      }
    }
  }

  long insert(String name, int mediaTypeId, int milliseconds, double unitPrice)
      throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "insert into Track (Name, MediaTypeId, Milliseconds, UnitPrice)"
                    + " values (?, ?, ?, ?) returning TrackId")) {
      statement.setString(1, name);
      statement.setInt(2, mediaTypeId);
      statement.setInt(3, milliseconds);
      statement.setDouble(4, unitPrice);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }
}
