package dev.crossfade.postgres;

import static dev.crossfade.postgres.generated.Tables.INSTANCES;
import static dev.crossfade.postgres.generated.Tables.JOURNAL;

import dev.crossfade.Stage;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Instances;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The incarnations. Every change of this store locks its incarnation's row for share; fencing locks
 * the table first, so it waits for the changes under way, those of connections that are gone
 * included.
 */
final class PostgresInstances implements Instances {
  private static final String REGISTER =
      """
      with i as (
        insert into crossfade.instances (incarnation, instance, migration, fenced)
        values (?, ?, ?, ?)
        on conflict (incarnation) do update set fenced = instances.fenced or excluded.fenced
        where not instances.fenced and excluded.fenced
        returning incarnation)
      insert into crossfade.heartbeats (incarnation, wanted) select incarnation, ? from i
      on conflict (incarnation) do nothing
      """;
  private static final String HEARTBEAT =
      """
      update crossfade.heartbeats h set heartbeat_at = clock_timestamp(), wanted = ?
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
  private static final String WISHES =
      """
      select i.incarnation, i.instance, h.wanted
      from crossfade.instances i join crossfade.heartbeats h on h.incarnation = i.incarnation
      where i.migration = ? and not i.fenced and h.wanted is not null
        and h.heartbeat_at >= clock_timestamp() - ? * interval '1 millisecond'
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

  private final Pool pool;
  private final TableLock lock;

  PostgresInstances(Pool pool, TableLock lock) {
    this.pool = pool;
    this.lock = lock;
  }

  @Override
  public void register(
      UUID incarnation, String instance, String migration, @Nullable Stage wanted) {
    pool.statement(
        session ->
            session.update(
                REGISTER,
                statement -> {
                  statement.setObject(1, incarnation);
                  statement.setString(2, instance);
                  statement.setString(3, migration);
                  statement.setBoolean(4, false);
                  statement.setString(5, id(wanted));
                }));
  }

  /** On a connection that no write can keep waiting, so that a busy process is not a dead one. */
  @Override
  public boolean heartbeat(UUID incarnation, @Nullable Stage wanted) {
    return pool.lossyStatement(
            session ->
                session.update(
                    HEARTBEAT,
                    statement -> {
                      statement.setString(1, id(wanted));
                      statement.setObject(2, incarnation);
                    }))
        == 1;
  }

  @Override
  public List<Wish> wishes(String migration, Duration lease) {
    return pool.read(
        session ->
            session.query(
                WISHES,
                statement -> {
                  statement.setString(1, migration);
                  statement.setLong(2, lease.toMillis());
                },
                rows -> {
                  List<Wish> found = new ArrayList<>();
                  while (rows.next()) {
                    found.add(
                        new Wish(
                            rows.getObject(1, UUID.class),
                            rows.getString(2),
                            Stage.ofId(rows.getString(3))));
                  }
                  return found;
                }));
  }

  private static @Nullable String id(@Nullable Stage wanted) {
    return wanted == null ? null : wanted.id();
  }

  @Override
  public void fence(UUID incarnation) {
    lock.holding(
        session ->
            session.update(
                REGISTER,
                statement -> {
                  statement.setObject(1, incarnation);
                  statement.setString(2, "unknown");
                  statement.setString(3, null);
                  statement.setBoolean(4, true);
                  statement.setString(5, null);
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
