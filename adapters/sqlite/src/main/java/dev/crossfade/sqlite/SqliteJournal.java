package dev.crossfade.sqlite;

import dev.crossfade.AuditEntry;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Mark;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.Span;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The journal: simple transactions, because there is one writer. */
final class SqliteJournal implements Journal {
  private static final String ENTRY = "owner, id, entity, key_from, key_to, is_range";

  private final Supplier<SqliteFile> file;
  private final SqliteSessions sessions;

  /**
   * Rests end at common instants, multiples of their length: keys that are in each other's way must
   * be taken together, however far apart they failed.
   */
  private static final String FAILED =
      """
      update crossfade_entry set attempts = attempts + 1, reason = ?1, parked = (attempts + 1 >= ?2),
        rests_until = case ?4 when 0 then 0 else
          (?3 / (?4 * (1 << min(attempts, 4))) + 2) * ?4 * (1 << min(attempts, 4)) end
      where owner = ?5 and id = ?6
      """;

  private static final String UNDISPUTED =
      """
      select 1 from crossfade_entry e
      where owner = ? and id = ? and contested = 0
        and not exists (
          select 1 from crossfade_entry o
          where o.entity = e.entity and o.key_from = e.key_from and o.seq <> e.seq)
        and not exists (
          select 1 from crossfade_entry r
          where r.entity = e.entity and r.is_range = 1 and r.key_from <= e.key_from
            and (r.key_to is null or r.key_to >= e.key_from))
      """;

  private final Clock clock;

  SqliteJournal(Supplier<SqliteFile> file, SqliteSessions sessions, Clock clock) {
    this.file = file;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  public List<Entry> mark(Mark mark, List<Span> spans) {
    return marked(mark, spans, false);
  }

  @Override
  public List<Entry> markForRepair(Mark mark, List<Span> spans) {
    return marked(mark, spans, true);
  }

  @Override
  public Taken take(Mark mark, int limit) {
    return write(
        session -> {
          file.get().checks().epoch(session, mark.migration(), mark.epoch(), true);
          List<Entry> taken = chosen(candidates(session, mark.migration(), limit));
          Map<Span, Entry> own = new LinkedHashMap<>();
          for (Entry entry : taken) {
            if (!own.containsKey(entry.span())) {
              own.put(entry.span(), entries(session).insert(mark, entry.span()));
            }
            choose(session, entry, own.get(entry.span()));
          }
          return new Taken(taken, List.copyOf(own.values()));
        });
  }

  @Override
  public int finish(List<Finish> operations) {
    return writeLazily(
        session -> {
          int staying = 0;
          for (Finish operation : operations) {
            staying += entries(session).finish(operation);
          }
          return staying;
        });
  }

  @Override
  public void withdraw(Collection<Entry> own) {
    writeLazily(
        session -> {
          entries(session).deleteAll(own);
          return own;
        });
  }

  @Override
  public int leaveForgotten(UUID owner, LongPredicate known) {
    List<Long> open = open(owner);
    List<Long> forgotten = open.stream().filter(id -> !known.test(id)).toList();
    return forgotten.isEmpty()
        ? 0
        : write(
            session ->
                each(
                    session,
                    "update crossfade_entry set state = 1 where owner = ? and id = ? and state = 0",
                    forgotten,
                    (statement, id) -> Entries.bindId(statement, 1, owner, id)));
  }

  @Override
  public int failed(Collection<Entry> entries, String reason, int parkAfter, Duration rest) {
    return write(
        session -> {
          each(
              session,
              FAILED,
              entries,
              (statement, entry) -> {
                statement.setString(1, reason);
                statement.setInt(2, parkAfter);
                statement.setLong(3, clock.millis());
                statement.setLong(4, rest.toMillis());
                Entries.bindId(statement, 5, entry.owner(), entry.id());
              });
          return parkedAmong(session, entries);
        });
  }

  @Override
  public List<ParkedEntry> parked(String migration, int limit) {
    return sessions.reading(
        "reading parked entries",
        session ->
            session.query(
                "select "
                    + ENTRY
                    + ", attempts, coalesce(reason, ''), made_at from crossfade_entry where"
                    + " migration = ? and parked = 1 order by seq limit ?",
                statement -> {
                  statement.setString(1, migration);
                  statement.setInt(2, limit);
                },
                rows -> {
                  List<ParkedEntry> found = new ArrayList<>();
                  while (rows.next()) {
                    found.add(
                        new ParkedEntry(
                            entry(rows),
                            rows.getInt(7),
                            rows.getString(8),
                            Instant.ofEpochMilli(rows.getLong(9))));
                  }
                  return found;
                }));
  }

  @Override
  public int retryParked(String migration) {
    return write(
        session ->
            session.update(
                "update crossfade_entry set parked = 0, attempts = 0, rests_until = 0"
                    + " where migration = ? and parked = 1",
                statement -> statement.setString(1, migration)));
  }

  @Override
  public int giveUp(Collection<Entry> parked, Function<List<Entry>, AuditEntry> entry) {
    return write(
        session -> {
          List<Entry> gone = entries(session).deleteParked(parked);
          if (!gone.isEmpty()) {
            int unused = AuditRows.note(session, entry.apply(gone));
          }
          return gone.size();
        });
  }

  @Override
  public Set<Integer> covered(String entity, List<byte[]> canonicalKeys) {
    return sessions.reading(
        "reading the journal",
        session -> {
          List<Span> ranges = ranges(session, entity);
          Set<Integer> covered = new HashSet<>();
          for (int i = 0; i < canonicalKeys.size(); i++) {
            byte[] key = canonicalKeys.get(i);
            if (ranges.stream().anyMatch(range -> range.contains(key))
                || hasPoint(session, entity, key)) {
              covered.add(i);
            }
          }
          return covered;
        });
  }

  @Override
  public Set<Integer> disputed(List<Entry> own) {
    return sessions.reading(
        "reading the journal",
        session -> {
          Set<Integer> disputed = new HashSet<>();
          for (int i = 0; i < own.size(); i++) {
            if (isDisputed(session, own.get(i))) {
              disputed.add(i);
            }
          }
          return disputed;
        });
  }

  @Override
  public Set<Integer> present(List<Entry> own) {
    return sessions.reading(
        "reading the journal",
        session -> {
          Set<Integer> present = new HashSet<>();
          for (int i = 0; i < own.size(); i++) {
            if (isPresent(session, own.get(i))) {
              present.add(i);
            }
          }
          return present;
        });
  }

  @Override
  public JournalStatus status(String migration) {
    return sessions.reading(
        "reading the journal",
        session ->
            session.query(
                "select count(*), coalesce(sum(state <> 0 and not parked), 0),"
                    + " coalesce(sum(parked), 0), min(made_at) from crossfade_entry where migration"
                    + " = ?",
                statement -> statement.setString(1, migration),
                rows -> {
                  rows.next();
                  long oldest = rows.getLong(4);
                  long age = rows.wasNull() ? 0 : Math.max(0, clock.millis() - oldest);
                  return new JournalStatus(
                      rows.getLong(1), rows.getLong(2), rows.getLong(3), Duration.ofMillis(age));
                }));
  }

  @Override
  public long recall(Mark mark) {
    return write(
        session -> {
          file.get().checks().epoch(session, mark.migration(), mark.epoch(), true);
          List<Span> remembered = remembered(session, mark.migration());
          for (Span span : remembered) {
            Entry entry = new Entry(mark.owner(), mark.nextId(), span);
            entries(session).insert(mark.migration(), entry, Entries.LEFT);
          }
          session.update(
              "delete from crossfade_remembered where migration = ?",
              statement -> statement.setString(1, mark.migration()));
          return (long) remembered.size();
        });
  }

  @Override
  public int forgetRemembered(Mark mark, int limit) {
    return write(
        session -> {
          file.get().checks().epoch(session, mark.migration(), mark.epoch(), true);
          return session.update(
              "delete from crossfade_remembered where migration = ?1 and (entity, key) in (select"
                  + " entity, key from crossfade_remembered where migration = ?1 limit ?2)",
              statement -> {
                statement.setString(1, mark.migration());
                statement.setInt(2, limit);
              });
        });
  }

  private List<Entry> marked(Mark mark, List<Span> spans, boolean closingToo) {
    return write(
        session -> {
          file.get().checks().epoch(session, mark.migration(), mark.epoch(), closingToo);
          return entries(session).insertAll(mark, spans);
        });
  }

  /** While the repair's own entry is open, others pass the chosen one over: they would contest. */
  private static void choose(Session session, Entry chosen, Entry by) throws SQLException {
    session.update(
        "update crossfade_entry set chosen_owner = ?, chosen_id = ? where owner = ? and id = ?",
        statement -> {
          Entries.bindId(statement, 1, by.owner(), by.id());
          Entries.bindId(statement, 3, chosen.owner(), chosen.id());
        });
  }

  private List<Entry> candidates(Session session, String migration, int limit) throws SQLException {
    return session.query(
        "select "
            + ENTRY
            + " from crossfade_entry e where migration = ? and parked = 0 and (rests_until <= ? or"
            + " exists (select 1 from crossfade_control c where c.migration = e.migration and"
            + " c.state = 'CLOSING')) and (state = 1 or exists (select 1 from crossfade_instance i"
            + " where i.incarnation = e.owner and i.fenced = 1)) and not exists (select 1 from"
            + " crossfade_entry r where r.owner = e.chosen_owner and r.id = e.chosen_id and r.state"
            + " = 0 and not exists (select 1 from crossfade_instance f where f.incarnation ="
            + " r.owner and f.fenced = 1)) order by seq limit ?",
        statement -> {
          statement.setString(1, migration);
          statement.setLong(2, clock.millis());
          statement.setInt(3, limit);
        },
        rows -> {
          List<Entry> found = new ArrayList<>();
          while (rows.next()) {
            found.add(entry(rows));
          }
          return found;
        });
  }

  /** The oldest alone if it is a range, else the points before the first range. */
  private static List<Entry> chosen(List<Entry> candidates) {
    int points = 0;
    while (points < candidates.size() && !candidates.get(points).span().isRange()) {
      points++;
    }
    return List.copyOf(candidates.subList(0, Math.min(candidates.size(), Math.max(1, points))));
  }

  private List<Long> open(UUID owner) {
    return sessions.reading(
        "reading the journal",
        session ->
            session.query(
                "select id from crossfade_entry where owner = ? and state = 0",
                statement -> statement.setString(1, owner.toString()),
                rows -> {
                  List<Long> ids = new ArrayList<>();
                  while (rows.next()) {
                    ids.add(rows.getLong(1));
                  }
                  return ids;
                }));
  }

  private static int parkedAmong(Session session, Collection<Entry> entries) throws SQLException {
    int parked = 0;
    for (Entry entry : entries) {
      parked +=
          session.query(
              "select parked from crossfade_entry where owner = ? and id = ?",
              statement -> Entries.bindId(statement, 1, entry.owner(), entry.id()),
              rows -> rows.next() ? rows.getInt(1) : 0);
    }
    return parked;
  }

  private static List<Span> ranges(Session session, String entity) throws SQLException {
    return session.query(
        "select " + ENTRY + " from crossfade_entry where entity = ? and is_range = 1",
        statement -> statement.setString(1, entity),
        rows -> {
          List<Span> ranges = new ArrayList<>();
          while (rows.next()) {
            ranges.add(entry(rows).span());
          }
          return ranges;
        });
  }

  private static boolean isDisputed(Session session, Entry own) throws SQLException {
    return !session.query(
        UNDISPUTED,
        statement -> Entries.bindId(statement, 1, own.owner(), own.id()),
        ResultSet::next);
  }

  private static boolean isPresent(Session session, Entry own) throws SQLException {
    return session.query(
        "select 1 from crossfade_entry where owner = ? and id = ?",
        statement -> Entries.bindId(statement, 1, own.owner(), own.id()),
        ResultSet::next);
  }

  private static boolean hasPoint(Session session, String entity, byte[] key) throws SQLException {
    return session.query(
        "select 1 from crossfade_entry where entity = ? and key_from = ? and is_range = 0",
        statement -> {
          statement.setString(1, entity);
          statement.setBytes(2, key);
        },
        ResultSet::next);
  }

  private static List<Span> remembered(Session session, String migration) throws SQLException {
    return session.query(
        "select entity, key from crossfade_remembered where migration = ?",
        statement -> statement.setString(1, migration),
        rows -> {
          List<Span> spans = new ArrayList<>();
          while (rows.next()) {
            spans.add(Span.point(rows.getString(1), rows.getBytes(2)));
          }
          return spans;
        });
  }

  private static Entry entry(ResultSet rows) throws SQLException {
    String entity = rows.getString(3);
    byte[] from = bytes(rows, 4);
    byte @Nullable [] to = rows.getBytes(5);
    return new Entry(
        UUID.fromString(rows.getString(1)),
        rows.getLong(2),
        rows.getInt(6) == 1 ? Span.range(entity, from, to) : Span.point(entity, from));
  }

  /** The driver gives null for a blob without bytes. */
  private static byte[] bytes(ResultSet rows, int index) throws SQLException {
    byte @Nullable [] bytes = rows.getBytes(index);
    return bytes == null ? new byte[0] : bytes;
  }

  @FunctionalInterface
  private interface Binder<X> {
    void bind(PreparedStatement statement, X item) throws SQLException;
  }

  private static <X> int each(Session session, String sql, Collection<X> items, Binder<X> binder)
      throws SQLException {
    int changed = 0;
    for (X item : items) {
      changed += session.update(sql, statement -> binder.bind(statement, item));
    }
    return changed;
  }

  private Entries entries(Session session) {
    return new Entries(session, clock.millis());
  }

  private <R> R write(Session.Work<R> work) {
    return file.get().writer().run(work, true);
  }

  private <R> R writeLazily(Session.Work<R> work) {
    return file.get().writer().run(work, false);
  }
}
