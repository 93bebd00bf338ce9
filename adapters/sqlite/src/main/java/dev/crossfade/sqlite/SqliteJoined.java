package dev.crossfade.sqlite;

import dev.crossfade.jooq.JoinedSession;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StaleEpochException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A part of the application's own transaction. The epoch that it reads holds: it has the write lock
 * by then, so that nobody writes until it ends. A transaction that has read before gets the lock
 * only if nobody has written since.
 */
final class SqliteJoined extends JoinedSession {
  /** A temporary table hides the one of its name, and a temporary trigger changes others. */
  private static final String HIDDEN =
      """
      select t.tbl_name from sqlite_temp_master t
      where exists (
        select 1 from main.sqlite_master m where m.tbl_name = t.tbl_name collate nocase)
      """;

  /** Changes nothing, but nobody else writes from here on until the transaction ends. */
  private static final String WRITE_LOCK = "delete from main.crossfade_version where 0";

  private final SqliteSessions sessions;
  private final Settings settings;
  private boolean checked;
  private boolean foreignKeys;

  SqliteJoined(SqliteSessions sessions, Connection connection, Settings settings) {
    super(sessions, connection, "SQLite", settings.name());
    this.sessions = sessions;
    this.settings = settings;
  }

  @Override
  protected void check(Session session, Mark mark) throws SQLException {
    if (!checked) {
      lock(session);
      checkConnection(session, mark);
      checked = true;
    }
    checkNames(session);
    ControlRow row = Control.row(session, mark.migration());
    if (row == null || !row.isOpen() || row.epoch() != mark.epoch()) {
      throw new StaleEpochException(mark.migration(), mark.epoch());
    }
  }

  /**
   * Before anything is read: a transaction that reads first could write only if nobody has written
   * in between. One that has read before may see an old stage, and learns that; if not, its first
   * write is refused. A file without that table is refused by what follows.
   */
  private static void lock(Session session) throws SQLException {
    try {
      session.execute(WRITE_LOCK);
    } catch (SQLException e) {
      if (!SqliteErrors.isBusySnapshot(e) && !SqliteErrors.isNoSuchTable(e)) {
        throw e;
      }
    }
  }

  private void checkConnection(Session session, Mark mark) throws SQLException {
    foreignKeys = Tables.number(session, "pragma foreign_keys") == 1;
    int synchronous = Tables.number(session, "pragma synchronous");
    if (!Incarnations.isKnown(session, mark.owner())) {
      throw new IllegalArgumentException(
          "the connection does not lead to the file of "
              + settings.name()
              + ", or its transaction began before this process was registered there; nothing was"
              + " changed. Roll back, and take a connection to that file");
    }
    if (synchronous < SqliteStore.Synchronous.FULL.level() && !settings.weakAllowed()) {
      throw new IllegalArgumentException(
          "the connection has synchronous = "
              + synchronous
              + ", so a power failure may lose what it has committed, and with it the journal that"
              + " would tell; open it with pragma synchronous = full");
    }
  }

  private static void checkNames(Session session) throws SQLException {
    String hidden =
        session.query(HIDDEN, Session.Binder.NONE, rows -> rows.next() ? rows.getString(1) : "");
    if (!hidden.isEmpty()) {
      throw new IllegalArgumentException(
          "the connection has a temporary table, view or trigger for "
              + hidden
              + ", so what is written there is not what others see; drop it first");
    }
  }

  @Override
  protected void leave(
      Session session,
      Mark mark,
      List<RowState<?, ?>> states,
      List<Entry> entries,
      List<Entry> replaced)
      throws SQLException {
    Entries journal = new Entries(session, settings.clock().millis());
    if (!foreignKeys) {
      states.forEach(this::refuseWithoutForeignKeys);
    }
    journal.deleteAll(replaced);
    for (int i = 0; i < entries.size(); i++) {
      switch (mark.kind()) {
        case ENTRY -> journal.insert(mark.migration(), entries.get(i), Entries.OPEN);
        case REMEMBERED -> journal.remember(mark.migration(), states.get(i));
        case NOTHING -> {}
      }
    }
  }

  /** Children would be left behind here that the other store's keys refuse. */
  private void refuseWithoutForeignKeys(RowState<?, ?> state) {
    if (!state.entity().references().isEmpty() || sessions.table(state.entity()).hasReferrers()) {
      throw new IllegalArgumentException(
          "the connection does not enforce foreign keys, which "
              + state.entity().name()
              + " has; set pragma foreign_keys = on before its"
              + " transaction begins");
    }
  }

  /** Its snapshot stays what it is, and a change of stage would wait for its end. */
  @Override
  public boolean outlastsChange() {
    return false;
  }
}
