package dev.crossfade.examples.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The bare thing on PostgreSQL: JDBC over a pool, each write its own transaction, the statement
 * prepared on the server after a few uses as the driver does by itself.
 */
final class BarePostgres {
  private static final String SAVE =
      "insert into items (id, name, state, amount, changed_at) values (?, ?, ?, ?, ?)"
          + " on conflict (id) do update set name = excluded.name, state = excluded.state,"
          + " amount = excluded.amount, changed_at = excluded.changed_at"
          + " returning id, name, state, amount, changed_at";

  /** The same with the memory of which rows have changed, as a way back needs it. */
  private static final String SAVE_REMEMBERED =
      "with saved as ("
          + SAVE
          + "), remembered as (insert into changed_items (id) select id from saved"
          + " on conflict (id) do update set id = excluded.id)"
          + " select id, name, state, amount, changed_at from saved";

  private static final String REMEMBERED =
      "create table if not exists changed_items (id bigint primary key) with (fillfactor = 70)";
  private static final String FIND =
      "select id, name, state, amount, changed_at from items where id = ?";

  private final DataSource pool;

  BarePostgres(DataSource pool) {
    this.pool = pool;
  }

  Item save(Item item) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return save(connection, item);
    }
  }

  /** By one statement; the table must have been {@linkplain #remembering made}. */
  Item saveRemembered(Item item) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return save(connection, SAVE_REMEMBERED, item);
    }
  }

  /** Makes the table that remembers which rows have changed. */
  BarePostgres remembering() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(REMEMBERED);
    }
    return this;
  }

  /** In the caller's transaction. */
  static Item save(Connection connection, Item item) throws SQLException {
    return save(connection, SAVE, item);
  }

  private static Item save(Connection connection, String sql, Item item) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, item.id());
      statement.setString(2, item.name());
      statement.setString(3, item.state());
      statement.setBigDecimal(4, item.amount());
      statement.setObject(5, item.changedAt().atOffset(ZoneOffset.UTC));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return item(rows);
      }
    }
  }

  Optional<Item> find(long id) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setLong(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(item(rows)) : Optional.empty();
      }
    }
  }

  private static Item item(ResultSet rows) throws SQLException {
    return new Item(
        rows.getLong(1),
        rows.getString(2),
        rows.getString(3),
        rows.getBigDecimal(4),
        rows.getObject(5, OffsetDateTime.class).toInstant());
  }
}
