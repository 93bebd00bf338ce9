package dev.crossfade.postgres;

import dev.crossfade.AuditEntry;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Mark;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongPredicate;

/**
 * The journal. Whoever locks several entries locks them ordered by owner and id, or skips what
 * others have locked: see {@link Finishing}.
 */
final class PostgresJournal implements Journal {
  private static final String OPEN = "'open'";
  private static final String OPEN_OR_CLOSING = "'open', 'closing'";

  /** One round trip: the epoch is checked and locked by the statement that marks. */
  private static final String MARK =
      """
      with c as (
        select 1 from crossfade.control where migration = ? and epoch = ? and state in (%s) for share
      ), j as (
        insert into crossfade.journal (migration, owner, id, entity, key, key_to, is_range)
        select ?, u.*
        from c cross join
          unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[]) u
      )
      select count(*) from c
      """;

  private static final String CHECK_EPOCH =
      """
      select 1 from crossfade.control
      where migration = ? and epoch = ? and state in ('open', 'closing') for share
      """;
  private static final String MARK_TAKEN =
      """
      insert into crossfade.journal (migration, owner, id, entity, key, key_to, is_range)
      select ?, u.*
      from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[]) u
      """;

  /** Twice as many as wanted are looked at, because another repair may have locked some. */
  private static final String TAKE =
      """
      with ids as (
        (select owner, id from crossfade.journal
         where migration = ? and state <> 'open' and state = 'left'
           and (rests_until <= clock_timestamp() or exists (
             select 1 from crossfade.control c
             where c.migration = journal.migration and c.state = 'closing'))
         order by created_at limit 2 * ?)
        union all
        (select j.owner, j.id
         from crossfade.instances i join crossfade.journal j on j.owner = i.incarnation
         where i.fenced and j.migration = ? and j.state in ('open', 'unknown')
         order by j.created_at limit 2 * ?)
      )
      select j.owner, j.id, j.entity, j.key, j.key_to, j.is_range
      from ids join crossfade.journal j on j.owner = ids.owner and j.id = ids.id
      where j.state <> 'parked'
      order by j.created_at, j.owner, j.id limit ?
      for update of j skip locked
      """;

  /** What follows has locked its entries in the order of all. */
  private static final String IN_ORDER =
      """
      with l as materialized (
        select j.owner, j.id
        from unnest(?::uuid[], ?::bigint[]) e (owner, id)
        join crossfade.journal j on j.owner = e.owner and j.id = e.id
        order by j.owner, j.id for update of j
      )
      """;

  private static final String WITHDRAW =
      IN_ORDER + "delete from crossfade.journal j using l where j.owner = l.owner and j.id = l.id";

  private static final String GIVE_UP =
      WITHDRAW
          + " and j.state = 'parked' returning j.owner, j.id, j.entity, j.key, j.key_to, j.is_range";

  /**
   * Rests end at common instants, multiples of their length: keys that are in each other's way must
   * be taken together, however far apart they failed.
   */
  private static final String FAILED =
      IN_ORDER
          + """
          update crossfade.journal j set attempts = j.attempts + 1, reason = ?,
            state = case when j.attempts + 1 >= ? then 'parked' else j.state end,
            rests_until = case when r.ms = 0 then '-infinity' else to_timestamp(
              (floor(extract(epoch from clock_timestamp())::float8 * 1000
                  / (r.ms * power(2, least(j.attempts, 4)))) + 2)
                * r.ms * power(2, least(j.attempts, 4)) / 1000) end
          from l, (select ?::bigint::float8 as ms) r where j.owner = l.owner and j.id = l.id
          returning j.state
          """;

  private static final String FORGOTTEN =
      IN_ORDER
          + """
          update crossfade.journal j set state = 'left'
          from l where j.owner = l.owner and j.id = l.id and j.state = 'open'
          """;
  private static final String OPEN_IDS =
      "select id from crossfade.journal where owner = ? and state = 'open'";
  private static final String PARKED =
      """
      select owner, id, entity, key, key_to, is_range, attempts, coalesce(reason, ''), created_at
      from crossfade.journal where migration = ? and state = 'parked' order by created_at limit ?
      """;
  private static final String RETRY_PARKED =
      """
      with l as materialized (
        select owner, id from crossfade.journal where migration = ? and state = 'parked'
        order by owner, id for update
      )
      update crossfade.journal j set state = 'left', attempts = 0, rests_until = '-infinity'
      from l where j.owner = l.owner and j.id = l.id and j.state = 'parked'
      """;
  private static final String COVERED =
      """
      select k.place - 1
      from unnest(?::bytea[]) with ordinality k (key, place)
      where exists (
          select 1 from crossfade.journal j
          where not j.is_range and j.entity = ? and j.key = k.key)
        or exists (
          select 1 from crossfade.journal j
          where j.is_range and j.entity = ? and j.key <= k.key
            and (j.key_to is null or j.key_to >= k.key))
      """;
  private static final String DISPUTED =
      """
      select own.place - 1
      from unnest(?::uuid[], ?::bigint[]) with ordinality own (owner, id, place)
      left join crossfade.journal e
        on e.owner = own.owner and e.id = own.id and not e.contested
      where e.id is null
        or exists (
          select 1 from crossfade.journal o
          where not o.is_range and o.entity = e.entity and o.key = e.key
            and (o.owner <> e.owner or o.id <> e.id))
        or exists (
          select 1 from crossfade.journal r
          where r.is_range and r.entity = e.entity and r.key <= e.key
            and (r.key_to is null or r.key_to >= e.key))
      """;
  private static final String PRESENT =
      """
      select own.place - 1
      from unnest(?::uuid[], ?::bigint[]) with ordinality own (owner, id, place)
      join crossfade.journal e on e.owner = own.owner and e.id = own.id
      """;
  private static final String STATUS =
      """
      select count(*), count(*) filter (where state in ('left', 'unknown')),
        count(*) filter (where state = 'parked'),
        coalesce(extract(epoch from clock_timestamp() - min(created_at)) * 1000, 0)::bigint
      from crossfade.journal where migration = ?
      """;
  private static final String RECALL =
      """
      with r as materialized (
        select migration, entity, key from crossfade.remembered where migration = ?
        order by entity, key limit ? for update
      )
      delete from crossfade.remembered d using r
      where d.migration = r.migration and d.entity = r.entity and d.key = r.key
      returning d.entity, d.key
      """;
  private static final String LEAVE_RECALLED =
      """
      insert into crossfade.journal (migration, state, owner, id, entity, key, key_to, is_range)
      select ?, 'left', u.*
      from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::boolean[]) u
      """;
  private static final int RECALLED_AT_ONCE = 1_000;

  private static final String FORGET_REMEMBERED =
      """
      delete from crossfade.remembered d using (
        select migration, entity, key from crossfade.remembered where migration = ?
        limit ? for update skip locked
      ) r
      where d.migration = r.migration and d.entity = r.entity and d.key = r.key
      """;

  private final Pool pool;

  PostgresJournal(Pool pool) {
    this.pool = pool;
  }

  @Override
  public List<Entry> mark(Mark mark, List<Span> spans) {
    return mark(MARK.formatted(OPEN), mark, spans);
  }

  @Override
  public List<Entry> markForRepair(Mark mark, List<Span> spans) {
    return mark(MARK.formatted(OPEN_OR_CLOSING), mark, spans);
  }

  private List<Entry> mark(String sql, Mark mark, List<Span> spans) {
    List<Entry> entries = entries(mark, spans);
    boolean open =
        pool.statement(
            session ->
                session.query(
                    sql,
                    statement -> {
                      bindEpoch(statement, mark);
                      statement.setString(3, mark.migration());
                      new EntryArrays(entries).bindAll(statement, 4);
                    },
                    rows -> rows.next() && rows.getInt(1) == 1));
    if (!open) {
      throw stale(mark);
    }
    return entries;
  }

  private static List<Entry> entries(Mark mark, Collection<Span> spans) {
    List<Entry> entries = new ArrayList<>(spans.size());
    for (Span span : spans) {
      entries.add(new Entry(mark.owner(), mark.nextId(), span));
    }
    return entries;
  }

  @Override
  public Taken take(Mark mark, int limit) {
    return pool.transaction(
        session -> {
          checkEpoch(session, mark);
          List<Entry> taken = choose(session, mark.migration(), limit);
          Set<Span> spans = new LinkedHashSet<>();
          taken.forEach(entry -> spans.add(entry.span()));
          List<Entry> own = entries(mark, spans);
          insert(session, MARK_TAKEN, mark.migration(), own);
          return new Taken(taken, own);
        });
  }

  /** A range is repaired alone: its rows are many. */
  private static List<Entry> choose(Session session, String migration, int limit)
      throws SQLException {
    List<Entry> oldest =
        session.query(
            TAKE,
            statement -> {
              statement.setString(1, migration);
              statement.setInt(2, limit);
              statement.setString(3, migration);
              statement.setInt(4, limit);
              statement.setInt(5, limit);
            },
            PostgresJournal::found);
    if (!oldest.isEmpty() && oldest.get(0).span().isRange()) {
      return List.of(oldest.get(0));
    }
    return oldest.stream().filter(entry -> !entry.span().isRange()).toList();
  }

  private static List<Entry> found(ResultSet rows) throws SQLException {
    List<Entry> found = new ArrayList<>();
    while (rows.next()) {
      found.add(JournalRows.entry(rows));
    }
    return found;
  }

  @Override
  public int finish(List<Finish> operations) {
    return new Finishing(operations).run(pool);
  }

  @Override
  public void withdraw(Collection<Entry> own) {
    if (!own.isEmpty()) {
      pool.transaction(
          session ->
              session.update(WITHDRAW, statement -> new EntryArrays(own).bindIds(statement, 1)));
    }
  }

  @Override
  public int leaveForgotten(UUID owner, LongPredicate known) {
    List<Entry> forgotten = new ArrayList<>();
    for (long id : openIds(owner)) {
      if (!known.test(id)) {
        forgotten.add(new Entry(owner, id, Span.point("", new byte[0])));
      }
    }
    return forgotten.isEmpty()
        ? 0
        : pool.transaction(
            session ->
                session.update(
                    FORGOTTEN, statement -> new EntryArrays(forgotten).bindIds(statement, 1)));
  }

  private List<Long> openIds(UUID owner) {
    return pool.read(
        session ->
            session.query(
                OPEN_IDS,
                statement -> statement.setObject(1, owner),
                rows -> {
                  List<Long> ids = new ArrayList<>();
                  while (rows.next()) {
                    ids.add(rows.getLong(1));
                  }
                  return ids;
                }));
  }

  @Override
  public int failed(Collection<Entry> entries, String reason, int parkAfter, Duration rest) {
    return entries.isEmpty()
        ? 0
        : pool.transaction(
            session ->
                session.query(
                    FAILED,
                    statement -> {
                      int index = new EntryArrays(entries).bindIds(statement, 1);
                      statement.setString(index, reason.replace("\0", "\\0"));
                      statement.setInt(index + 1, parkAfter);
                      statement.setLong(index + 2, rest.toMillis());
                    },
                    PostgresJournal::countParked));
  }

  private static int countParked(ResultSet rows) throws SQLException {
    int parked = 0;
    while (rows.next()) {
      parked += rows.getString(1).equals("parked") ? 1 : 0;
    }
    return parked;
  }

  @Override
  public List<ParkedEntry> parked(String migration, int limit) {
    return pool.read(
        session ->
            session.query(
                PARKED,
                statement -> {
                  statement.setString(1, migration);
                  statement.setInt(2, limit);
                },
                rows -> {
                  List<ParkedEntry> parked = new ArrayList<>();
                  while (rows.next()) {
                    parked.add(
                        new ParkedEntry(
                            JournalRows.entry(rows),
                            rows.getInt(7),
                            rows.getString(8),
                            rows.getObject(9, OffsetDateTime.class).toInstant()));
                  }
                  return parked;
                }));
  }

  @Override
  public int retryParked(String migration) {
    return pool.transaction(
        session -> session.update(RETRY_PARKED, statement -> statement.setString(1, migration)));
  }

  @Override
  public int giveUp(Collection<Entry> parked, Function<List<Entry>, AuditEntry> entry) {
    return parked.isEmpty()
        ? 0
        : pool.transaction(
            session -> {
              List<Entry> gone =
                  session.query(
                      GIVE_UP,
                      statement -> new EntryArrays(parked).bindIds(statement, 1),
                      PostgresJournal::found);
              if (!gone.isEmpty()) {
                AuditEntry noted = entry.apply(gone);
                int unused = LibraryTables.on(session, sql -> PostgresAudit.note(sql, noted));
              }
              return gone.size();
            });
  }

  @Override
  public Set<Integer> covered(String entity, List<byte[]> canonicalKeys) {
    byte[][] keys = canonicalKeys.toArray(byte[][]::new);
    return pool.read(
        session ->
            session.query(
                COVERED,
                statement -> {
                  statement.setArray(1, statement.getConnection().createArrayOf("bytea", keys));
                  statement.setString(2, entity);
                  statement.setString(3, entity);
                },
                PostgresJournal::places));
  }

  @Override
  public Set<Integer> disputed(List<Entry> own) {
    return pool.read(
        session ->
            session.query(
                DISPUTED,
                statement -> new EntryArrays(own).bindIds(statement, 1),
                PostgresJournal::places));
  }

  @Override
  public Set<Integer> present(List<Entry> own) {
    return pool.read(
        session ->
            session.query(
                PRESENT,
                statement -> new EntryArrays(own).bindIds(statement, 1),
                PostgresJournal::places));
  }

  private static Set<Integer> places(ResultSet rows) throws SQLException {
    Set<Integer> places = new HashSet<>();
    while (rows.next()) {
      places.add(rows.getInt(1));
    }
    return places;
  }

  @Override
  public JournalStatus status(String migration) {
    return pool.read(
        session ->
            session.query(
                STATUS,
                statement -> statement.setString(1, migration),
                rows -> {
                  rows.next();
                  return new JournalStatus(
                      rows.getLong(1),
                      rows.getLong(2),
                      rows.getLong(3),
                      Duration.ofMillis(Math.max(0, rows.getLong(4))));
                }));
  }

  @Override
  public long recall(Mark mark) {
    return pool.transaction(
        session -> {
          checkEpoch(session, mark);
          long recalled = 0;
          for (int some = recallSome(session, mark); some > 0; some = recallSome(session, mark)) {
            recalled += some;
          }
          return recalled;
        });
  }

  @Override
  public int forgetRemembered(Mark mark, int limit) {
    return pool.transaction(
        session -> {
          checkEpoch(session, mark);
          return session.update(
              FORGET_REMEMBERED,
              statement -> {
                statement.setString(1, mark.migration());
                statement.setInt(2, limit);
              });
        });
  }

  private static int recallSome(Session session, Mark mark) throws SQLException {
    List<Span> spans =
        session.query(
            RECALL,
            statement -> {
              statement.setString(1, mark.migration());
              statement.setInt(2, RECALLED_AT_ONCE);
            },
            rows -> {
              List<Span> found = new ArrayList<>();
              while (rows.next()) {
                found.add(Span.point(rows.getString(1), rows.getBytes(2)));
              }
              return found;
            });
    insert(session, LEAVE_RECALLED, mark.migration(), entries(mark, spans));
    return spans.size();
  }

  private static void insert(Session session, String sql, String migration, List<Entry> entries)
      throws SQLException {
    if (!entries.isEmpty()) {
      session.update(
          sql,
          statement -> {
            statement.setString(1, migration);
            new EntryArrays(entries).bindAll(statement, 2);
          });
    }
  }

  private static void checkEpoch(Session session, Mark mark) throws SQLException {
    boolean current =
        session.query(CHECK_EPOCH, statement -> bindEpoch(statement, mark), ResultSet::next);
    if (!current) {
      throw stale(mark);
    }
  }

  private static void bindEpoch(PreparedStatement statement, Mark mark) throws SQLException {
    statement.setString(1, mark.migration());
    statement.setLong(2, mark.epoch());
  }

  private static StaleEpochException stale(Mark mark) {
    return new StaleEpochException(mark.migration(), mark.epoch());
  }
}
