package dev.crossfade.jooq;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection and the statements prepared on it. For adapters.
 *
 * <p>For one thread at a time. Keeps prepared statements where the driver does not; one that has
 * failed is closed, not kept.
 */
public final class Session {
  private static final Guard NONE = () -> {};

  private final Connection connection;
  private final int keep;
  private final Guard guard;
  private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  /** A prepared statement, which is used by one call at a time. */
  private static final class Kept {
    final PreparedStatement statement;
    boolean used;

    Kept(PreparedStatement statement) {
      this.statement = statement;
    }
  }

  /**
   * On this connection.
   *
   * @param keep how many prepared statements to keep; 0 if the driver does that
   */
  public Session(Connection connection, int keep) {
    this(connection, keep, NONE);
  }

  private Session(Connection connection, int keep, Guard guard) {
    this.connection = connection;
    this.keep = keep;
    this.guard = guard;
  }

  /** On the same connection, asking before each statement; keeps no statements. */
  public Session guarded(Guard before) {
    return new Session(connection, 0, before);
  }

  /** Asks whether a statement may be run now. */
  void check() throws SQLException {
    guard.check();
  }

  /** The connection. */
  public Connection connection() {
    return connection;
  }

  /** Runs a statement that returns rows. */
  public <R extends @Nullable Object> R query(String sql, Binder binder, Reader<R> reader)
      throws SQLException {
    PreparedStatement statement = take(sql);
    boolean done = false;
    try {
      binder.bind(statement);
      R result;
      try (ResultSet rows = statement.executeQuery()) {
        result = reader.read(rows);
      }
      done = true;
      return result;
    } finally {
      giveBack(sql, statement, done);
    }
  }

  /** Runs a statement that changes rows. Returns how many. */
  public int update(String sql, Binder binder) throws SQLException {
    PreparedStatement statement = take(sql);
    boolean done = false;
    try {
      binder.bind(statement);
      int count = statement.executeUpdate();
      done = true;
      return count;
    } finally {
      giveBack(sql, statement, done);
    }
  }

  /** Runs a statement once per item, in batches. */
  public <X> void batch(String sql, Collection<? extends X> items, ItemBinder<X> binder)
      throws SQLException {
    PreparedStatement statement = take(sql);
    boolean done = false;
    try {
      for (X item : items) {
        binder.bind(statement, item);
        statement.addBatch();
      }
      statement.executeBatch();
      done = true;
    } finally {
      giveBack(sql, statement, done);
    }
  }

  /** Runs a statement without parameters and results. */
  public void execute(String sql) throws SQLException {
    guard.check();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A kept one; while that is used, as within its own result, one for this call. */
  private PreparedStatement take(String sql) throws SQLException {
    guard.check();
    Kept known = kept.get(sql);
    if (known == null || known.used) {
      return connection.prepareStatement(sql);
    }
    known.used = true;
    return known.statement;
  }

  private void giveBack(String sql, PreparedStatement statement, boolean done) throws SQLException {
    Kept known = keep == 0 ? null : kept.get(sql);
    if (known != null && known.statement == statement) {
      known.used = false;
      if (!done) {
        kept.remove(sql);
        statement.close();
      }
    } else if (done && keep > 0 && known == null) {
      kept.put(sql, new Kept(statement));
      closeEldest();
    } else {
      statement.close();
    }
  }

  private void closeEldest() throws SQLException {
    Iterator<Kept> eldest = kept.values().iterator();
    while (kept.size() > keep && eldest.hasNext()) {
      Kept candidate = eldest.next();
      if (!candidate.used) {
        eldest.remove();
        candidate.statement.close();
      }
    }
  }

  /** What is asked before each statement of a {@linkplain #guarded guarded} session. */
  @FunctionalInterface
  public interface Guard {
    /** Returns if the statement may be run; may itself run statements on the plain session. */
    void check() throws SQLException;
  }

  /** Sets parameters. */
  @FunctionalInterface
  public interface Binder {
    /** For statements without. */
    Binder NONE = statement -> {};

    /** Sets them. */
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** Sets the parameters for an item of a batch. */
  @FunctionalInterface
  public interface ItemBinder<X> {
    /** Sets them. */
    void bind(PreparedStatement statement, X item) throws SQLException;
  }

  /** Reads a result. */
  @FunctionalInterface
  public interface Reader<R extends @Nullable Object> {
    /** Reads it; the cursor is before the first row. */
    R read(ResultSet rows) throws SQLException;
  }

  /** Work with a session. */
  @FunctionalInterface
  public interface Work<R extends @Nullable Object> {
    /** Does it. */
    R run(Session session) throws SQLException;
  }
}
