package dev.crossfade.postgres;

import dev.crossfade.jooq.JoinedSession;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StaleEpochException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part of the application's own transaction. The control row is locked for share in it, so a
 * change of stage waits for its end; at every isolation level that lock finds the row as it is now,
 * or fails.
 */
final class PostgresJoined extends JoinedSession {
  /** Nobody but the store's database knows the incarnation, a copy of it neither. */
  private static final String SESSION =
      """
      select exists (select 1 from crossfade.instances where incarnation = ?),
        current_setting('transaction_isolation')
      """;

  /** The settings may have changed since the run before. */
  private static final String CHECK_EPOCH =
      """
      select current_setting('synchronous_commit'), current_schemas(true)::text,
        current_setting('session_replication_role')
      from crossfade.control
      where migration = ? and epoch = ? and state = 'open' for share
      """;

  private static final String TAKE_BACK =
      """
      delete from crossfade.journal j using unnest(?::uuid[], ?::bigint[]) e (owner, id)
      where j.owner = e.owner and j.id = e.id
      """;

  private static final String UNLOCKED = "crossfade_epoch";
  private static final String RELEASE = "release savepoint " + UNLOCKED;

  /** No such table, no such schema. */
  private static final Set<String> NOT_INSTALLED = Set.of("42P01", "3F000");

  private final Supplier<String> schemas;
  private final String store;
  private final boolean weakAllowed;

  /** A run has locked the row; the application may have gone back to a savepoint of before. */
  private boolean locked;

  private boolean outlasts;

  /**
   * @param schemas where the store's own connections look for tables
   */
  PostgresJoined(
      PostgresSessions sessions,
      Supplier<String> schemas,
      Connection connection,
      String store,
      boolean weakAllowed) {
    super(sessions, connection, "PostgreSQL", store);
    this.schemas = schemas;
    this.store = store;
    this.weakAllowed = weakAllowed;
  }

  /**
   * The first check has a savepoint of its own: where it finds the row closed, the transaction may
   * wait for the next stage, and must not keep the lock that the change to it waits for.
   */
  @Override
  protected void check(Session session, Mark mark) throws SQLException {
    boolean open;
    if (locked) {
      open = isOpen(session, mark);
    } else {
      checkSession(session, mark);
      session.execute("savepoint " + UNLOCKED);
      open = isOpen(session, mark);
      session.execute(open ? RELEASE : "rollback to savepoint " + UNLOCKED + "; " + RELEASE);
      locked = open;
    }
    if (!open) {
      throw new StaleEpochException(mark.migration(), mark.epoch());
    }
  }

  private boolean isOpen(Session session, Mark mark) throws SQLException {
    String expected = schemas.get();
    return session.query(
        CHECK_EPOCH,
        statement -> {
          statement.setString(1, mark.migration());
          statement.setLong(2, mark.epoch());
        },
        rows -> isOpen(rows, expected));
  }

  private void checkSession(Session session, Mark mark) throws SQLException {
    try {
      outlasts =
          session
              .query(SESSION, statement -> statement.setObject(1, mark.owner()), this::isolation)
              .equals("read committed");
    } catch (SQLException e) {
      if (NOT_INSTALLED.contains(Failures.state(e))) {
        throw elsewhere(e);
      }
      throw e;
    }
  }

  private String isolation(ResultSet rows) throws SQLException {
    rows.next();
    if (!rows.getBoolean(1)) {
      throw elsewhere(null);
    }
    return rows.getString(2);
  }

  private boolean isOpen(ResultSet rows, String expected) throws SQLException {
    if (!rows.next()) {
      return false;
    }
    if (rows.getString(1).equals("off") && !weakAllowed) {
      throw new IllegalArgumentException(
          "the connection has synchronous_commit = off, so a crash of the server may lose what it"
              + " has committed, and with it the journal that would tell; set it on");
    }
    if (!rows.getString(2).equals(expected)) {
      throw new IllegalArgumentException(
          "names of tables mean others on this connection: its search_path comes to "
              + rows.getString(2)
              + ", that of "
              + store
              + " to "
              + expected);
    }
    if (rows.getString(3).equals("replica")) {
      throw new IllegalArgumentException(
          "the connection has session_replication_role = replica, so foreign keys are neither"
              + " checked nor cascade; set it to origin");
    }
    return true;
  }

  private IllegalArgumentException elsewhere(@Nullable SQLException cause) {
    return new IllegalArgumentException(
        "the connection does not lead to the database of "
            + store
            + ", or its transaction began before this process was registered there; nothing was"
            + " changed. Roll back, and take a connection to that database",
        cause);
  }

  @Override
  protected void leave(
      Session session,
      Mark mark,
      List<RowState<?, ?>> states,
      List<Entry> entries,
      List<Entry> replaced)
      throws SQLException {
    if (!replaced.isEmpty()) {
      session.update(TAKE_BACK, statement -> new EntryArrays(replaced).bindIds(statement, 1));
    }
    PostgresUnit.leave(session, mark, entries);
  }

  @Override
  public boolean outlastsChange() {
    return outlasts && !locked;
  }
}
