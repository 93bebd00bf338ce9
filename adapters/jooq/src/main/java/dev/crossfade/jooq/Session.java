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
import java.util.function.Function;
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
  private final Function<PreparedStatement, Prepared> preparing;
  private final Guard guard;
  private final Map<String, Prepared> kept;

  /** On this connection, whose driver keeps prepared statements, or which is used once. */
  public Session(Connection connection) {
    this(connection, 0, Prepared::new, Map.of(), NONE);
  }

  /**
   * On this connection, keeping prepared statements.
   *
   * @param keep how many, at least 1
   * @param preparing how each of them is run
   */
  public Session(Connection connection, int keep, Function<PreparedStatement, Prepared> preparing) {
    this(connection, keep, preparing, new LinkedHashMap<>(16, 0.75f, true), NONE);
  }

  private Session(
      Connection connection,
      int keep,
      Function<PreparedStatement, Prepared> preparing,
      Map<String, Prepared> kept,
      Guard guard) {
    this.connection = connection;
    this.keep = keep;
    this.preparing = preparing;
    this.kept = kept;
    this.guard = guard;
  }

  /** On the same connection, asking before each statement; keeps no statements. */
  public Session guarded(Guard before) {
    return new Session(connection, 0, preparing, Map.of(), before);
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
    Prepared prepared = take(sql);
    boolean done = false;
    try {
      binder.bind(prepared.statement());
      R result;
      try (ResultSet rows = prepared.query()) {
        result = reader.read(rows);
      }
      done = true;
      return result;
    } finally {
      giveBack(sql, prepared, done);
    }
  }

  /** Runs a statement that changes rows. Returns how many. */
  public int update(String sql, Binder binder) throws SQLException {
    Prepared prepared = take(sql);
    boolean done = false;
    try {
      binder.bind(prepared.statement());
      int count = prepared.statement().executeUpdate();
      done = true;
      return count;
    } finally {
      giveBack(sql, prepared, done);
    }
  }

  /** Runs a statement once per item, in batches. */
  public <X> void batch(String sql, Collection<? extends X> items, ItemBinder<X> binder)
      throws SQLException {
    Prepared prepared = take(sql);
    boolean done = false;
    try {
      PreparedStatement statement = prepared.statement();
      for (X item : items) {
        binder.bind(statement, item);
        statement.addBatch();
      }
      statement.executeBatch();
      done = true;
    } finally {
      giveBack(sql, prepared, done);
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
  private Prepared take(String sql) throws SQLException {
    guard.check();
    Prepared known = kept.get(sql);
    if (known == null || !known.take()) {
      return preparing.apply(connection.prepareStatement(sql));
    }
    return known;
  }

  private void giveBack(String sql, Prepared prepared, boolean done) throws SQLException {
    if (prepared.isKept()) {
      prepared.giveBack();
      if (!done) {
        kept.remove(sql);
        prepared.statement().close();
      }
    } else if (done && keep > 0 && !kept.containsKey(sql)) {
      prepared.giveBack();
      kept.put(sql, prepared);
      closeEldest();
    } else {
      prepared.statement().close();
    }
  }

  private void closeEldest() throws SQLException {
    Iterator<Prepared> eldest = kept.values().iterator();
    while (kept.size() > keep && eldest.hasNext()) {
      Prepared candidate = eldest.next();
      if (!candidate.isUsed()) {
        eldest.remove();
        candidate.statement().close();
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
