package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Span;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Step 4 for a batch of operations.
 *
 * <p><b>The fast way</b> is one statement that commits itself: it deletes the points of operations
 * that are done which nobody has contested and nothing overlaps. What it sees is the journal as its
 * snapshot began. An overlapping entry that it does not see was marked after that, so its step 3
 * comes after this operation's, and it need not be contested. One that it does see makes it keep
 * away, and one that contests in between has changed the row, which is then read again. It skips
 * rows that somebody has locked, so it waits for nobody.
 *
 * <p>An entry of others that is left or contested already is passed over by both, so a key with
 * many left entries costs its writers nothing. In return an own entry that is open no more, because
 * a sweep or another process took it for lost, is not deleted however late its finish comes: nobody
 * has contested it since. Only a repair ends it, which marks an entry of its own.
 *
 * <p><b>The slow way</b> takes what remains: one transaction locks the own entries, those taken,
 * and all that overlap, ordered by owner and id, and decides in memory. All who lock several
 * entries lock them in that order or skip what is locked, so finishers cannot deadlock. Whoever
 * contests an entry holds its lock, so a decision made under the locks stands.
 *
 * <p>Both run with {@code synchronous_commit = off}: a finish that a crash loses leaves its entry,
 * which its owner or, after it, a repair finds. For one thread.
 */
final class Finishing {
  private static final String FAST =
      """
      delete from crossfade.journal where ctid = any(array(
        select j.ctid
        from unnest(?::uuid[], ?::bigint[]) own (owner, id)
        join crossfade.journal j on j.owner = own.owner and j.id = own.id
        where j.state = 'open' and not j.contested and not j.is_range
          and not exists (
            select 1 from crossfade.journal o
            where not o.is_range and o.entity = j.entity and o.key = j.key
              and o.state = 'open' and not o.contested
              and (o.owner <> j.owner or o.id <> j.id))
          and not exists (
            select 1 from crossfade.journal r
            where r.is_range and r.entity = j.entity and r.key <= j.key
              and (r.key_to is null or r.key_to >= j.key))
        for update of j skip locked))
      returning owner, id
      """;
  private static final String LOCK =
      """
      with own (owner, id, entity, key, key_to, is_range) as (
        select * from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[])
      ), ids as (
        select owner, id from own
        union
        select * from unnest(?::uuid[], ?::bigint[])
        union
        select j.owner, j.id from own join crossfade.journal j
        on not own.is_range and not j.is_range and j.entity = own.entity and j.key = own.key
          and j.state = 'open' and not j.contested
        union
        select j.owner, j.id from own join crossfade.journal j
        on own.is_range and not j.is_range and j.entity = own.entity and j.key >= own.key
          and (own.key_to is null or j.key <= own.key_to)
          and j.state = 'open' and not j.contested
        union
        select j.owner, j.id from own join crossfade.journal j
        on not own.is_range and j.is_range and j.entity = own.entity and j.key <= own.key
          and (j.key_to is null or j.key_to >= own.key)
      )
      select j.owner, j.id, j.entity, j.key, j.key_to, j.is_range, j.contested, j.state = 'open'
      from ids join crossfade.journal j on j.owner = ids.owner and j.id = ids.id
      order by j.owner, j.id for update of j
      """;
  private static final String DELETE =
      """
      delete from crossfade.journal j using unnest(?::uuid[], ?::bigint[]) d (owner, id)
      where j.owner = d.owner and j.id = d.id
      """;
  private static final String CONTEST =
      """
      update crossfade.journal j set contested = true
      from unnest(?::uuid[], ?::bigint[]) c (owner, id)
      where j.owner = c.owner and j.id = c.id and not j.contested
      """;
  private static final String LEAVE =
      """
      update crossfade.journal j set state = ? from unnest(?::uuid[], ?::bigint[]) l (owner, id)
      where j.owner = l.owner and j.id = l.id
      """;

  /** A change of primary that is just being decided is waited for. */
  private static final String STATE =
      "select state from crossfade.control where migration = ? for share";

  private static final String BRING_BACK =
      """
      insert into crossfade.journal (migration, state, owner, id, entity, key, key_to, is_range)
      select ?, ?, u.*
      from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[]) u
      on conflict (owner, id) do update set state = excluded.state
      """;

  /** An entry is known by these two. */
  private record Id(UUID owner, long id) {
    static Id of(Entry entry) {
      return new Id(entry.owner(), entry.id());
    }
  }

  /** Where own entries belong that somebody has deleted, and as what they come back. */
  private record Gone(String migration, String state) {}

  /** An entry that is locked, as it is now. */
  private static final class Locked {
    final Id id;
    final Entry entry;
    final boolean open;
    boolean contested;

    Locked(Entry entry, boolean contested, boolean open) {
      this.id = Id.of(entry);
      this.entry = entry;
      this.contested = contested;
      this.open = open;
    }
  }

  private final List<Finish> operations;

  // What the slow way finds and decides.
  private final Map<Id, Locked> locked = new HashMap<>();
  private final Map<Span, List<Locked>> points = new HashMap<>();
  private final Set<Entry> contested = new LinkedHashSet<>();
  private final List<Entry> deleted = new ArrayList<>();
  private final List<Entry> left = new ArrayList<>();
  private final List<Entry> unknown = new ArrayList<>();
  private int kept;
  private final Map<Gone, List<Entry>> gone = new HashMap<>();

  Finishing(List<Finish> operations) {
    this.operations = operations;
  }

  /** Finishes them. Returns how many own entries stay behind. */
  int run(Pool pool) {
    Set<Id> finished = fast(pool);
    List<Finish> rest = rest(finished);
    return rest.isEmpty() ? 0 : pool.lossyTransaction(session -> slow(session, rest));
  }

  private Set<Id> fast(Pool pool) {
    List<Entry> entries = new ArrayList<>(operations.size());
    for (Finish operation : operations) {
      if (operation.outcome() == Outcome.DONE && operation.taken().isEmpty()) {
        entries.addAll(operation.entries());
      }
    }
    if (entries.isEmpty()) {
      return Set.of();
    }
    EntryArrays arrays = new EntryArrays(entries);
    return pool.lossyStatement(
        session -> session.query(FAST, statement -> arrays.bindIds(statement, 1), Finishing::ids));
  }

  private static Set<Id> ids(ResultSet rows) throws SQLException {
    Set<Id> ids = new HashSet<>();
    while (rows.next()) {
      ids.add(new Id(rows.getObject(1, UUID.class), rows.getLong(2)));
    }
    return ids;
  }

  private List<Finish> rest(Set<Id> finished) {
    List<Finish> rest = new ArrayList<>();
    for (Finish operation : operations) {
      List<Entry> entries =
          operation.entries().stream().filter(entry -> !finished.contains(Id.of(entry))).toList();
      if (!entries.isEmpty() || !operation.taken().isEmpty()) {
        rest.add(
            new Finish(
                operation.migration(),
                operation.owner(),
                entries,
                operation.outcome(),
                operation.taken()));
      }
    }
    return rest;
  }

  private int slow(Session session, List<Finish> rest) throws SQLException {
    forget();
    lock(session, rest);
    rest.forEach(this::decide);
    forgetWhatHasMoved(session);
    write(session);
    return left.size() + unknown.size() + kept + gone.values().stream().mapToInt(List::size).sum();
  }

  /** The transaction may be done again after a conflict. */
  private void forget() {
    locked.clear();
    points.clear();
    contested.clear();
    deleted.clear();
    left.clear();
    unknown.clear();
    kept = 0;
    gone.clear();
  }

  private void lock(Session session, List<Finish> rest) throws SQLException {
    List<Entry> own = new ArrayList<>();
    List<Entry> taken = new ArrayList<>();
    for (Finish operation : rest) {
      own.addAll(operation.entries());
      taken.addAll(operation.taken());
    }
    session.query(
        LOCK,
        statement ->
            new EntryArrays(taken).bindIds(statement, new EntryArrays(own).bindAll(statement, 1)),
        this::readLocked);
  }

  private int readLocked(ResultSet rows) throws SQLException {
    while (rows.next()) {
      Locked row = new Locked(JournalRows.entry(rows), rows.getBoolean(7), rows.getBoolean(8));
      locked.put(row.id, row);
      if (!row.entry.span().isRange()) {
        points.computeIfAbsent(row.entry.span(), span -> new ArrayList<>()).add(row);
      }
    }
    return locked.size();
  }

  private void decide(Finish operation) {
    Set<Id> same = new HashSet<>();
    operation.entries().forEach(entry -> same.add(Id.of(entry)));
    for (Entry own : operation.entries()) {
      contestOverlapping(own.span(), same);
    }
    if (operation.outcome() == Outcome.DONE) {
      for (Entry taken : operation.taken()) {
        delete(locked.get(Id.of(taken)));
      }
    }
    for (Entry own : operation.entries()) {
      settle(operation, own, same);
    }
  }

  private void contestOverlapping(Span span, Set<Id> same) {
    if (!span.isRange()) {
      contest(points.get(span), same);
      return;
    }
    points.forEach(
        (point, rows) -> {
          if (point.entity().equals(span.entity()) && span.contains(point.from())) {
            contest(rows, same);
          }
        });
  }

  private void contest(@Nullable List<Locked> rows, Set<Id> same) {
    for (Locked row : rows == null ? List.<Locked>of() : rows) {
      if (!same.contains(row.id) && !row.contested) {
        row.contested = true;
        contested.add(row.entry);
      }
    }
  }

  private void settle(Finish operation, Entry own, Set<Id> same) {
    Locked row = locked.get(Id.of(own));
    if (row == null) {
      String state = operation.outcome() == Outcome.UNKNOWN ? "unknown" : "left";
      gone.computeIfAbsent(new Gone(operation.migration(), state), g -> new ArrayList<>()).add(own);
    } else if (operation.outcome() == Outcome.UNKNOWN) {
      unknown.add(own);
    } else if (!row.open) {
      kept++; // left, unknown or parked as it is
    } else if (operation.outcome() == Outcome.DONE && isSettled(row, same)) {
      delete(row);
    } else {
      left.add(own);
    }
  }

  private boolean isSettled(Locked row, Set<Id> same) {
    return row.entry.span().isRange() || (!row.contested && !isWithinRange(row, same));
  }

  private boolean isWithinRange(Locked row, Set<Id> same) {
    Span point = row.entry.span();
    for (Locked other : locked.values()) {
      Span span = other.entry.span();
      if (span.isRange()
          && !same.contains(other.id)
          && span.entity().equals(point.entity())
          && span.contains(point.from())) {
        return true;
      }
    }
    return false;
  }

  private void delete(@Nullable Locked row) {
    if (row != null) {
      deleted.add(row.entry);
      locked.remove(row.id);
      List<Locked> twins = points.get(row.entry.span());
      if (twins != null) {
        twins.remove(row);
      }
    }
  }

  /** What this store knew was settled when another one became the truth. */
  private void forgetWhatHasMoved(Session session) throws SQLException {
    for (Iterator<Gone> each = gone.keySet().iterator(); each.hasNext(); ) {
      if (hasMoved(session, each.next().migration)) {
        each.remove();
      }
    }
  }

  private static boolean hasMoved(Session session, String migration) throws SQLException {
    return session.query(
        STATE,
        statement -> statement.setString(1, migration),
        rows -> rows.next() && rows.getString(1).equals("moved"));
  }

  private void write(Session session) throws SQLException {
    deleted.forEach(contested::remove);
    update(session, CONTEST, contested);
    update(session, DELETE, deleted);
    leave(session, "left", left);
    leave(session, "unknown", unknown);
    for (Map.Entry<Gone, List<Entry>> some : gone.entrySet()) {
      bringBack(session, some.getKey(), some.getValue());
    }
  }

  private static void update(Session session, String sql, Collection<Entry> entries)
      throws SQLException {
    if (!entries.isEmpty()) {
      session.update(sql, statement -> new EntryArrays(entries).bindIds(statement, 1));
    }
  }

  private static void leave(Session session, String state, List<Entry> entries)
      throws SQLException {
    if (!entries.isEmpty()) {
      session.update(
          LEAVE,
          statement -> {
            statement.setString(1, state);
            new EntryArrays(entries).bindIds(statement, 2);
          });
    }
  }

  private static void bringBack(Session session, Gone gone, List<Entry> entries)
      throws SQLException {
    session.update(
        BRING_BACK,
        statement -> {
          statement.setString(1, gone.migration);
          statement.setString(2, gone.state);
          new EntryArrays(entries).bindAll(statement, 3);
        });
  }
}
