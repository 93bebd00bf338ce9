package dev.crossfade.postgres;

import static dev.crossfade.postgres.generated.Tables.INSTANCES;
import static dev.crossfade.postgres.generated.Tables.JOURNAL;

import dev.crossfade.Stage;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Instances;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.impl.DSL;

/**
 * The incarnations. Every change of this store locks its incarnation's row for share; fencing locks
 * the table first, so it waits for the changes under way, those of connections that are gone
 * included.
 */
final class PostgresInstances implements Instances {
  private static final String REGISTER =
      """
      with i as (
        insert into crossfade.instances
          (incarnation, process, instance, version, migration, fenced)
        values (?, ?, ?, ?, ?, ?)
        on conflict (incarnation) do update set fenced = instances.fenced or excluded.fenced
        where not instances.fenced and excluded.fenced
        returning incarnation)
      insert into crossfade.heartbeats
        (incarnation, wanted, epoch, compared, mismatched, rehearsed, differed)
      select incarnation, ?, ?, ?, ?, ?, ? from i
      on conflict (incarnation) do nothing
      """;
  private static final String HEARTBEAT =
      """
      update crossfade.heartbeats h set heartbeat_at = clock_timestamp(), wanted = ?, epoch = ?,
        compared = ?, mismatched = ?, rehearsed = ?, differed = ?
      from crossfade.instances i
      where h.incarnation = ? and i.incarnation = h.incarnation and not i.fenced
      """;
  private static final String EXPIRED =
      """
      select i.incarnation
      from crossfade.instances i join crossfade.heartbeats h on h.incarnation = i.incarnation
      where i.migration = ? and not i.fenced
        and h.heartbeat_at < clock_timestamp() - ? * interval '1 millisecond'
      order by h.heartbeat_at
      """;
  private static final String MEMBERS =
      """
      select i.incarnation, i.process, i.instance, i.version, i.migration, i.fenced, h.wanted,
        h.epoch, h.compared, h.mismatched, h.rehearsed, h.differed,
        greatest(0, extract(epoch from clock_timestamp() - h.heartbeat_at) * 1000)::bigint
      from crossfade.instances i join crossfade.heartbeats h on h.incarnation = i.incarnation
      where i.migration = ?
      order by i.instance, i.incarnation
      """;

  /** From one owner to the next by the primary key: they are few, and their entries many. */
  private static final String STRANGERS =
      """
      with recursive o (owner) as (
        (select owner from crossfade.journal order by owner limit 1)
        union all
        select (select j.owner from crossfade.journal j where j.owner > o.owner
                order by j.owner limit 1)
        from o where o.owner is not null
      )
      select o.owner from o
      where o.owner is not null
        and not exists (select 1 from crossfade.instances i where i.incarnation = o.owner)
        and (select j.migration from crossfade.journal j where j.owner = o.owner limit 1) = ?
      """;

  private static final String FORGET =
      """
      delete from crossfade.instances i using crossfade.heartbeats h
      where i.fenced and h.incarnation = i.incarnation
        and h.heartbeat_at < clock_timestamp() - ? * interval '1 millisecond'
        and not exists (select 1 from crossfade.journal j where j.owner = i.incarnation)
      """;

  private static final Pulse SAYS_NOTHING = new Pulse(null, 0, Counts.NONE);

  private final Pool pool;
  private final TableLock lock;

  PostgresInstances(Pool pool, TableLock lock) {
    this.pool = pool;
    this.lock = lock;
  }

  @Override
  public void register(UUID incarnation, Origin origin, Pulse pulse) {
    pool.statement(
        session ->
            session.update(
                REGISTER,
                statement -> {
                  statement.setObject(1, incarnation);
                  statement.setObject(2, origin.process());
                  statement.setString(3, origin.instance());
                  statement.setString(4, origin.version());
                  statement.setString(5, origin.migration());
                  statement.setBoolean(6, false);
                  bind(statement, 7, pulse);
                }));
  }

  /** On a connection that no write can keep waiting, so that a busy process is not a dead one. */
  @Override
  public boolean heartbeat(UUID incarnation, Pulse pulse) {
    return pool.lossyStatement(
            session ->
                session.update(
                    HEARTBEAT,
                    statement -> {
                      bind(statement, 1, pulse);
                      statement.setObject(7, incarnation);
                    }))
        == 1;
  }

  /** Takes six parameters. */
  private static void bind(PreparedStatement statement, int first, Pulse pulse)
      throws SQLException {
    Stage wanted = pulse.wanted();
    statement.setString(first, wanted == null ? null : wanted.id());
    statement.setLong(first + 1, pulse.epoch());
    statement.setLong(first + 2, pulse.counts().compared());
    statement.setLong(first + 3, pulse.counts().mismatched());
    statement.setLong(first + 4, pulse.counts().rehearsed());
    statement.setLong(first + 5, pulse.counts().differed());
  }

  @Override
  public List<Member> members(String migration) {
    return pool.read(
        session ->
            session.query(
                MEMBERS,
                statement -> statement.setString(1, migration),
                rows -> {
                  List<Member> found = new ArrayList<>();
                  while (rows.next()) {
                    found.add(member(rows));
                  }
                  return found;
                }));
  }

  private static Member member(ResultSet row) throws SQLException {
    String wanted = row.getString(7);
    return new Member(
        row.getObject(1, UUID.class),
        new Origin(
            row.getObject(2, UUID.class), row.getString(3), row.getString(4), row.getString(5)),
        row.getBoolean(6),
        new Pulse(
            wanted == null ? null : Stage.ofId(wanted),
            row.getLong(8),
            new Counts(row.getLong(9), row.getLong(10), row.getLong(11), row.getLong(12))),
        Duration.ofMillis(row.getLong(13)));
  }

  @Override
  public void fence(UUID incarnation) {
    lock.holding(
        session ->
            session.update(
                REGISTER,
                statement -> {
                  statement.setObject(1, incarnation);
                  statement.setObject(2, null);
                  statement.setString(3, "unknown");
                  statement.setString(4, null);
                  statement.setString(5, null);
                  statement.setBoolean(6, true);
                  bind(statement, 7, SAYS_NOTHING);
                }));
  }

  @Override
  public List<UUID> expired(String migration, Duration lease) {
    return incarnations(
        EXPIRED,
        statement -> {
          statement.setString(1, migration);
          statement.setLong(2, lease.toMillis());
        });
  }

  @Override
  public List<UUID> strangers(String migration) {
    return incarnations(STRANGERS, statement -> statement.setString(1, migration));
  }

  private List<UUID> incarnations(String sql, Session.Binder binder) {
    return pool.read(
        session ->
            session.query(
                sql,
                binder,
                rows -> {
                  List<UUID> found = new ArrayList<>();
                  while (rows.next()) {
                    found.add(rows.getObject(1, UUID.class));
                  }
                  return found;
                }));
  }

  @Override
  public List<UUID> fencedOwners() {
    return pool.read(
        session ->
            LibraryTables.on(
                session,
                sql ->
                    sql.select(INSTANCES.INCARNATION)
                        .from(INSTANCES)
                        .where(INSTANCES.FENCED)
                        .andExists(
                            DSL.selectOne()
                                .from(JOURNAL)
                                .where(JOURNAL.OWNER.eq(INSTANCES.INCARNATION)))
                        .fetch(INSTANCES.INCARNATION)));
  }

  @Override
  public int forget(Duration retention) {
    return pool.statement(
        session -> session.update(FORGET, statement -> statement.setLong(1, retention.toMillis())));
  }
}
