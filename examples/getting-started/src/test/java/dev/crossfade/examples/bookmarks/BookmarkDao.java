package dev.crossfade.examples.bookmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The application as it was: a DAO over SQLite. */
final class BookmarkDao {
  private final DataSource dataSource;

  BookmarkDao(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  void createTable() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists bookmarks (id integer primary key autoincrement,"
              + " url text not null unique, title text not null, visits integer not null default 0,"
              + " added_at text not null)");
    }
  }

  long insert(String url, String title, String addedAt) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "insert into bookmarks (url, title, added_at) values (?, ?, ?) returning id")) {
      statement.setString(1, url);
      statement.setString(2, title);
      statement.setString(3, addedAt);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  boolean visit(long id) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("update bookmarks set visits = visits + 1 where id = ?")) {
      statement.setLong(1, id);
      return statement.executeUpdate() == 1;
    }
  }

  List<String> mostVisited(int limit) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select url from bookmarks order by visits desc, id limit ?")) {
      statement.setInt(1, limit);
      try (ResultSet rows = statement.executeQuery()) {
        List<String> urls = new ArrayList<>();
        while (rows.next()) {
          urls.add(rows.getString(1));
        }
        return urls;
      }
    }
  }
}
