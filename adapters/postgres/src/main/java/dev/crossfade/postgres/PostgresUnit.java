package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Unit;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A unit of work: one transaction that holds the control row for share until it ends. */
final class PostgresUnit extends Unit implements AutoCloseable {
  private static final String CHECK_EPOCH =
      """
      select 1 from crossfade.control
      where migration = ? and epoch = ? and state = 'open' for share
      """;
  private static final String LEAVE_ENTRIES =
      """
      insert into crossfade.journal (migration, owner, id, entity, key, key_to, is_range)
      select ?, u.*
      from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[]) u
      """;

  /** Rows are locked in the order of all; those that are there already are left as they are. */
  private static final String REMEMBER =
      """
      insert into crossfade.remembered (migration, entity, key)
      select ?, u.entity, u.key
      from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[])
        u (owner, id, entity, key, key_to, is_range)
      order by u.entity, u.key
      on conflict (migration, entity, key)
        do update set migration = excluded.migration where false
      """;

  private final Pool pool;
  private final Mark mark;
  private final Connection connection;
  private final Session session;

  PostgresUnit(Pool pool, Mark mark) {
    this.pool = pool;
    this.mark = mark;
    this.connection = pool.open();
    this.session = new Session(connection);
  }

  /** Begins the transaction with the check of the epoch. */
  void begin() {
    boolean open;
    try {
      connection.setAutoCommit(false);
      open =
          session.query(
              CHECK_EPOCH,
              statement -> {
                statement.setString(1, mark.migration());
                statement.setLong(2, mark.epoch());
              },
              ResultSet::next);
    } catch (SQLException e) {
      throw pool.failures().notWritten(e);
    }
    if (!open) {
      throw new StaleEpochException(mark.migration(), mark.epoch());
    }
  }

  @Override
  protected <R extends @Nullable Object> R run(Session.Work<R> work) throws SQLException {
    return work.run(session);
  }

  /** Leaves the marks of all rows that were changed, and commits. */
  <R extends @Nullable Object> Written<R> commit(R result) {
    List<RowState<?, ?>> states = states();
    boolean entered = mark.kind() == Mark.Kind.ENTRY;
    List<Entry> entries = new ArrayList<>(states.size());
    for (RowState<?, ?> state : states) {
      Span span = Span.point(state.entity().name(), state.canonicalKey());
      entries.add(new Entry(mark.owner(), entered ? mark.nextId() : 0, span));
    }
    try {
      leave(session, mark, entries);
      pool.commit(connection);
    } catch (SQLException e) {
      throw pool.failures().notWritten(e);
    }
    return new Written<>(result, entered ? ids(entries) : new long[0], states);
  }

  /** Leaves what the mark says for these keys. */
  static void leave(Session session, Mark mark, List<Entry> entries) throws SQLException {
    if (mark.kind() == Mark.Kind.NOTHING || entries.isEmpty()) {
      return;
    }
    session.update(
        mark.kind() == Mark.Kind.ENTRY ? LEAVE_ENTRIES : REMEMBER,
        statement -> {
          statement.setString(1, mark.migration());
          new EntryArrays(entries).bindAll(statement, 2);
        });
  }

  private static long[] ids(List<Entry> entries) {
    return entries.stream().mapToLong(Entry::id).toArray();
  }

  /** Rolls back what was not committed, and gives the connection back. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // The connection is gone, and its transaction with it.
    }
  }
}
