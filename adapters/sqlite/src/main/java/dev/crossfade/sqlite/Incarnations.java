package dev.crossfade.sqlite;

import dev.crossfade.Stage;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.Instances;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The incarnations. A change and the fencing of its maker are never in progress together: there is
 * one writer.
 */
final class Incarnations implements Instances {
  private final Supplier<SqliteFile> file;
  private final SqliteSessions sessions;
  private final Clock clock;

  Incarnations(Supplier<SqliteFile> file, SqliteSessions sessions, Clock clock) {
    this.file = file;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  public void register(
      UUID incarnation, String instance, String migration, @Nullable Stage wanted) {
    write(
        true,
        "insert into crossfade_instance (incarnation, instance, migration, heard_at, wanted)"
            + " values (?, ?, ?, ?, ?) on conflict (incarnation) do nothing",
        incarnation.toString(),
        instance,
        migration,
        clock.millis(),
        id(wanted));
  }

  @Override
  public boolean heartbeat(UUID incarnation, @Nullable Stage wanted) {
    return write(
            false,
            "update crossfade_instance set heard_at = ?, wanted = ? where incarnation = ?"
                + " and fenced = 0",
            clock.millis(),
            id(wanted),
            incarnation.toString())
        > 0;
  }

  @Override
  public List<Wish> wishes(String migration, Duration lease) {
    return read(
        "select incarnation, instance, wanted from crossfade_instance where migration = ?"
            + " and heard_at >= ? and fenced = 0 and wanted is not null"
            + " order by instance, incarnation",
        rows ->
            new Wish(
                UUID.fromString(rows.getString(1)),
                rows.getString(2),
                Stage.ofId(rows.getString(3))),
        migration,
        clock.millis() - lease.toMillis());
  }

  private static @Nullable String id(@Nullable Stage wanted) {
    return wanted == null ? null : wanted.id();
  }

  @Override
  public void fence(UUID incarnation) {
    write(
        true,
        "insert into crossfade_instance (incarnation, instance, heard_at, fenced) values (?, '', ?,"
            + " 1) on conflict (incarnation) do update set fenced = 1",
        incarnation.toString(),
        clock.millis());
  }

  @Override
  public List<UUID> expired(String migration, Duration lease) {
    return read(
        "select incarnation from crossfade_instance where migration = ? and fenced = 0 and"
            + " heard_at < ?",
        Incarnations::incarnation,
        migration,
        clock.millis() - lease.toMillis());
  }

  @Override
  public List<UUID> strangers(String migration) {
    return read(
        "with recursive o (owner) as (select min(owner) from crossfade_entry union all"
            + " select (select min(e.owner) from crossfade_entry e where e.owner > o.owner)"
            + " from o where o.owner is not null)"
            + " select o.owner from o where o.owner is not null"
            + " and o.owner not in (select incarnation from crossfade_instance)"
            + " and (select e.migration from crossfade_entry e where e.owner = o.owner limit 1) = ?",
        Incarnations::incarnation,
        migration);
  }

  @Override
  public List<UUID> fencedOwners() {
    return read(
        "select incarnation from crossfade_instance where fenced = 1 and incarnation in (select"
            + " owner from crossfade_entry)",
        Incarnations::incarnation);
  }

  @Override
  public int forget(Duration retention) {
    return write(
        true,
        "delete from crossfade_instance where fenced = 1 and heard_at < ? and incarnation not in"
            + " (select owner from crossfade_entry)",
        clock.millis() - retention.toMillis());
  }

  static boolean lives(Session session, UUID incarnation) throws SQLException {
    return session.query(
        "select fenced from crossfade_instance where incarnation = ?",
        statement -> statement.setString(1, incarnation.toString()),
        rows -> rows.next() && rows.getInt(1) == 0);
  }

  /** Also asked of files that are none of the library's. */
  static boolean isKnown(Session session, UUID incarnation) throws SQLException {
    return Tables.areInstalled(session)
        && session.query(
            "select 1 from crossfade_instance where incarnation = ?",
            statement -> statement.setString(1, incarnation.toString()),
            ResultSet::next);
  }

  private static UUID incarnation(ResultSet row) throws SQLException {
    return UUID.fromString(row.getString(1));
  }

  /** One row of an answer. */
  private interface Row<R> {
    R of(ResultSet row) throws SQLException;
  }

  private <R> List<R> read(String sql, Row<R> row, Object... parameters) {
    return sessions.reading(
        "reading incarnations",
        session ->
            session.query(
                sql,
                statement -> bind(statement, parameters),
                rows -> {
                  List<R> found = new ArrayList<>();
                  while (rows.next()) {
                    found.add(row.of(rows));
                  }
                  return found;
                }));
  }

  private int write(boolean durable, String sql, @Nullable Object... parameters) {
    SqliteFile open = file.get();
    return open.writer()
        .run(session -> open.checks().around(session, it -> change(it, sql, parameters)), durable);
  }

  private static int change(Session session, String sql, @Nullable Object... parameters)
      throws SQLException {
    return session.update(sql, statement -> bind(statement, parameters));
  }

  private static void bind(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }
}
