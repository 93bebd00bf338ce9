package dev.crossfade.examples.benchmarks;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The bare thing on SQLite: JDBC, a connection and prepared statements per thread, each write its
 * own transaction, {@code busy_timeout} against the others.
 */
final class BareSqlite implements AutoCloseable {
  private static final String SAVE =
      "insert into items (id, name, state, amount, changed_at) values (?, ?, ?, ?, ?)"
          + " on conflict (id) do update set name = excluded.name, state = excluded.state,"
          + " amount = excluded.amount, changed_at = excluded.changed_at"
          + " returning id, name, state, amount, changed_at";
  private static final String FIND =
      "select id, name, state, amount, changed_at from items where id = ?";

  private final Path file;
  private final List<Client> clients = new CopyOnWriteArrayList<>();

  @SuppressWarnings("ThreadLocalUsage") // one per file, closed with it
  private final ThreadLocal<Client> client = ThreadLocal.withInitial(this::newClient);

  /** One thread's. */
  private static final class Client {
    final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Client(Connection connection) {
      this.connection = connection;
    }

    PreparedStatement prepared(String sql) throws SQLException {
      PreparedStatement known = prepared.get(sql);
      if (known == null) {
        known = connection.prepareStatement(sql);
        prepared.put(sql, known);
      }
      return known;
    }
  }

  BareSqlite(Path file) {
    this.file = file;
  }

  private Client newClient() {
    try {
      Client made = new Client(Databases.connect(file));
      clients.add(made);
      return made;
    } catch (SQLException e) {
      throw new IllegalStateException("cannot open " + file, e);
    }
  }

  Item save(Item item) throws SQLException {
    PreparedStatement statement = client.get().prepared(SAVE);
    statement.setLong(1, item.id());
    statement.setString(2, item.name());
    statement.setString(3, item.state());
    statement.setDouble(4, item.amount().doubleValue());
    statement.setLong(5, item.changedAt().toEpochMilli());
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return item(rows);
    }
  }

  Optional<Item> find(long id) throws SQLException {
    PreparedStatement statement = client.get().prepared(FIND);
    statement.setLong(1, id);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(item(rows)) : Optional.empty();
    }
  }

  private static Item item(ResultSet rows) throws SQLException {
    return new Item(
        rows.getLong(1),
        rows.getString(2),
        rows.getString(3),
        BigDecimal.valueOf(rows.getDouble(4)).setScale(2, RoundingMode.HALF_UP),
        Instant.ofEpochMilli(rows.getLong(5)));
  }

  /** On this thread's connection. */
  void execute(String sql) throws SQLException {
    try (Statement statement = client.get().connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    for (Client each : clients) {
      each.connection.close();
    }
  }
}
