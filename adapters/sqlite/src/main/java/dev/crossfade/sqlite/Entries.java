package dev.crossfade.sqlite;

import dev.crossfade.jooq.Session;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The statements on the journal's table, in whatever transaction the session has. */
final class Entries {
  /** Its operation may still act. */
  static final int OPEN = 0;

  /** Its operation is over and known. */
  static final int LEFT = 1;

  /** Its operation is over, but its change of the secondary may still come. */
  static final int UNKNOWN = 2;

  private static final String INSERT =
      "insert into crossfade_entry (owner, id, migration, entity, key_from, key_to, is_range,"
          + " state, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String MOVED =
      "select 1 from crossfade_control where migration = ? and state = 'MOVED'";
  private static final String IS = " where owner = ? and id = ?";
  private static final String DELETE = "delete from crossfade_entry" + IS;

  /** A point within a range stays: that range may have been read before the point's write. */
  private static final String DELETE_SETTLED =
      DELETE
          + " and (is_range = 1 or (contested = 0 and not exists (select 1 from crossfade_entry r"
          + " where r.entity = crossfade_entry.entity and r.is_range = 1"
          + " and r.key_from <= crossfade_entry.key_from"
          + " and (r.key_to is null or r.key_to >= crossfade_entry.key_from))))";

  /** A point that nothing overlaps: nobody is to be contested, and nobody can have contested it. */
  private static final String DELETE_ALONE =
      DELETE
          + " and is_range = 0 and contested = 0 and not exists (select 1 from crossfade_entry r"
          + " where r.entity = crossfade_entry.entity and r.is_range = 1"
          + " and r.key_from <= crossfade_entry.key_from"
          + " and (r.key_to is null or r.key_to >= crossfade_entry.key_from))"
          + " and not exists (select 1 from crossfade_entry o where o.entity ="
          + " crossfade_entry.entity and o.key_from = crossfade_entry.key_from and o.is_range = 0"
          + " and o.seq <> crossfade_entry.seq)";

  private static final String LEAVE = "update crossfade_entry set state = ?" + IS;
  private static final String CONTEST =
      "update crossfade_entry set contested = 1 where entity = ? and is_range = 0"
          + " and not (owner = ? and id = ?) and key_from ";
  private static final String REMEMBER =
      "insert into crossfade_remembered (migration, entity, key) values (?, ?, ?) on conflict do"
          + " nothing";

  private final Session session;
  private final long now;

  Entries(Session session, long now) {
    this.session = session;
    this.now = now;
  }

  /** Leaves behind what the mark says for these states. Returns the ids of the entries. */
  long[] leave(Mark mark, Collection<? extends RowState<?, ?>> states) throws SQLException {
    if (mark.kind() == Mark.Kind.REMEMBERED) {
      for (RowState<?, ?> state : states) {
        remember(mark.migration(), state);
      }
    }
    if (mark.kind() != Mark.Kind.ENTRY) {
      return new long[0];
    }
    long[] ids = new long[states.size()];
    int i = 0;
    for (RowState<?, ?> state : states) {
      Span span = Span.point(state.entity().name(), state.canonicalKey());
      ids[i++] = insert(mark, span).id();
    }
    return ids;
  }

  List<Entry> insertAll(Mark mark, Collection<Span> spans) throws SQLException {
    List<Entry> entries = new ArrayList<>(spans.size());
    for (Span span : spans) {
      entries.add(insert(mark, span));
    }
    return entries;
  }

  Entry insert(Mark mark, Span span) throws SQLException {
    Entry entry = new Entry(mark.owner(), mark.nextId(), span);
    insert(mark.migration(), entry, OPEN);
    return entry;
  }

  void insert(String migration, Entry entry, int state) throws SQLException {
    Span span = entry.span();
    session.update(
        INSERT,
        statement -> {
          bindId(statement, 1, entry.owner(), entry.id());
          statement.setString(3, migration);
          statement.setString(4, span.entity());
          statement.setBytes(5, span.from());
          statement.setBytes(6, span.to());
          statement.setInt(7, span.isRange() ? 1 : 0);
          statement.setInt(8, state);
          statement.setLong(9, now);
        });
  }

  /** Step 4 for one operation. Returns how many of its own entries stay. */
  int finish(Finish operation) throws SQLException {
    boolean done = operation.outcome() == Finish.Outcome.DONE;
    List<Entry> rest =
        done && operation.taken().isEmpty()
            ? deleteThoseAlone(operation.entries())
            : operation.entries();
    return rest.isEmpty() ? 0 : finish(operation, rest, done);
  }

  /** Nearly always all of them, with a statement each. Returns the others. */
  private List<Entry> deleteThoseAlone(List<Entry> entries) throws SQLException {
    List<Entry> others = List.of();
    for (Entry own : entries) {
      if (own.span().isRange() || !change(DELETE_ALONE, own)) {
        others = others.isEmpty() ? new ArrayList<>() : others;
        others.add(own);
      }
    }
    return others;
  }

  private int finish(Finish operation, List<Entry> entries, boolean done) throws SQLException {
    for (Entry own : entries) {
      contest(own);
    }
    if (done) {
      deleteAll(operation.taken());
    }
    int state = operation.outcome() == Finish.Outcome.UNKNOWN ? UNKNOWN : LEFT;
    int staying = 0;
    for (Entry own : entries) {
      if (!done || !change(DELETE_SETTLED, own)) {
        staying += leaveOrRestore(operation.migration(), own, state) ? 1 : 0;
      }
    }
    return staying;
  }

  void deleteAll(Collection<Entry> entries) throws SQLException {
    for (Entry entry : entries) {
      change(DELETE, entry);
    }
  }

  /** Returns those that were parked. */
  List<Entry> deleteParked(Collection<Entry> entries) throws SQLException {
    List<Entry> deleted = new ArrayList<>();
    for (Entry entry : entries) {
      if (change(DELETE + " and parked = 1", entry)) {
        deleted.add(entry);
      }
    }
    return deleted;
  }

  static void bindId(PreparedStatement statement, int first, UUID owner, long id)
      throws SQLException {
    statement.setString(first, owner.toString());
    statement.setLong(first + 1, id);
  }

  private void contest(Entry own) throws SQLException {
    Span span = own.span();
    byte[] to = span.to();
    String where = !span.isRange() ? "= ?" : to == null ? ">= ?" : "between ? and ?";
    session.update(
        CONTEST + where,
        statement -> {
          statement.setString(1, span.entity());
          bindId(statement, 2, own.owner(), own.id());
          statement.setBytes(4, span.from());
          if (to != null) {
            statement.setBytes(5, to);
          }
        });
  }

  /** Whether it is there now. Not where another store has become the truth since: see finish. */
  private boolean leaveOrRestore(String migration, Entry own, int state) throws SQLException {
    int found =
        session.update(
            LEAVE,
            statement -> {
              statement.setInt(1, state);
              bindId(statement, 2, own.owner(), own.id());
            });
    if (found > 0) {
      return true;
    }
    boolean decides =
        session.query(MOVED, statement -> statement.setString(1, migration), rows -> !rows.next());
    if (decides) {
      insert(migration, own, state);
    }
    return decides;
  }

  private boolean change(String sql, Entry entry) throws SQLException {
    return session.update(sql, statement -> bindId(statement, 1, entry.owner(), entry.id())) > 0;
  }

  void remember(String migration, RowState<?, ?> state) throws SQLException {
    session.update(
        REMEMBER,
        statement -> {
          statement.setString(1, migration);
          statement.setString(2, state.entity().name());
          statement.setBytes(3, state.canonicalKey());
        });
  }
}
