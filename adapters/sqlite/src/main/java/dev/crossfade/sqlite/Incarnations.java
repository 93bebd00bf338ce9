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
  public void register(UUID incarnation, Origin origin, Pulse pulse) {
    write(
        true,
        "insert into crossfade_instance (heard_at, wanted, epoch, compared, mismatched, rehearsed,"
            + " differed, incarnation, process, instance, version, migration)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (incarnation) do nothing",
        clock.millis(),
        wanted(pulse),
        pulse.epoch(),
        pulse.counts().compared(),
        pulse.counts().mismatched(),
        pulse.counts().rehearsed(),
        pulse.counts().differed(),
        incarnation.toString(),
        origin.process().toString(),
        origin.instance(),
        origin.version(),
        origin.migration());
  }

  @Override
  public boolean heartbeat(UUID incarnation, Pulse pulse) {
    return write(
            false,
            "update crossfade_instance set heard_at = ?, wanted = ?, epoch = ?, compared = ?,"
                + " mismatched = ?, rehearsed = ?, differed = ? where incarnation = ?"
                + " and fenced = 0",
            clock.millis(),
            wanted(pulse),
            pulse.epoch(),
            pulse.counts().compared(),
            pulse.counts().mismatched(),
            pulse.counts().rehearsed(),
            pulse.counts().differed(),
            incarnation.toString())
        > 0;
  }

  private static @Nullable String wanted(Pulse pulse) {
    Stage wanted = pulse.wanted();
    return wanted == null ? null : wanted.id();
  }

  @Override
  public List<Member> members(String migration) {
    return read(
        "select incarnation, process, instance, version, migration, fenced, wanted, epoch,"
            + " compared, mismatched, rehearsed, differed, heard_at from crossfade_instance"
            + " where migration = ? order by instance, incarnation",
        this::member,
        migration);
  }

  private Member member(ResultSet row) throws SQLException {
    String wanted = row.getString(7);
    return new Member(
        incarnation(row),
        new Origin(
            UUID.fromString(row.getString(2)),
            row.getString(3),
            row.getString(4),
            row.getString(5)),
        row.getInt(6) == 1,
        new Pulse(
            wanted == null ? null : Stage.ofId(wanted),
            row.getLong(8),
            new Counts(row.getLong(9), row.getLong(10), row.getLong(11), row.getLong(12))),
        Duration.ofMillis(Math.max(0, clock.millis() - row.getLong(13))));
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
        "with recursive o (owner) as (select min(owner) from crossfade_entry union all select"
            + " (select min(e.owner) from crossfade_entry e where e.owner > o.owner) from o where"
            + " o.owner is not null) select o.owner from o where o.owner is not null and o.owner"
            + " not in (select incarnation from crossfade_instance) and (select e.migration from"
            + " crossfade_entry e where e.owner = o.owner limit 1) = ?",
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
