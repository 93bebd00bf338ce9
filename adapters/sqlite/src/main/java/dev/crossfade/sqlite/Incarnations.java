package dev.crossfade.sqlite;

import dev.crossfade.jooq.Session;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Instances;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The incarnations. A change and the fencing of its maker are never in progress together: one
 * thread writes.
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
  public void register(UUID incarnation, String instance) {
    write(
        true,
        "insert into crossfade_instance (incarnation, instance, heard_at) values (?, ?, ?)"
            + " on conflict (incarnation) do nothing",
        incarnation.toString(),
        instance,
        clock.millis());
  }

  @Override
  public boolean heartbeat(UUID incarnation) {
    return write(
            false,
            "update crossfade_instance set heard_at = ? where incarnation = ? and fenced = 0",
            clock.millis(),
            incarnation.toString())
        > 0;
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
  public List<UUID> expired(Duration lease) {
    return incarnations(
        "select incarnation from crossfade_instance where fenced = 0 and heard_at < ?",
        clock.millis() - lease.toMillis());
  }

  @Override
  public List<UUID> fencedOwners() {
    return incarnations(
        "select incarnation from crossfade_instance where fenced = ? and incarnation in (select"
            + " owner from crossfade_entry)",
        1);
  }

  @Override
  public int forget(Duration retention) {
    return write(
        true,
        "delete from crossfade_instance where fenced = 1 and heard_at < ? and incarnation not in"
            + " (select owner from crossfade_entry)",
        clock.millis() - retention.toMillis());
  }

  static void checkNotFenced(Session session, UUID incarnation) throws SQLException {
    boolean lives =
        session.query(
            "select fenced from crossfade_instance where incarnation = ?",
            statement -> statement.setString(1, incarnation.toString()),
            rows -> rows.next() && rows.getInt(1) == 0);
    if (!lives) {
      throw new FencedException(incarnation);
    }
  }

  private List<UUID> incarnations(String sql, long parameter) {
    return sessions.reading(
        "reading incarnations",
        session ->
            session.query(
                sql,
                statement -> statement.setLong(1, parameter),
                rows -> {
                  List<UUID> found = new ArrayList<>();
                  while (rows.next()) {
                    found.add(UUID.fromString(rows.getString(1)));
                  }
                  return found;
                }));
  }

  private int write(boolean durable, String sql, Object... parameters) {
    return file.get()
        .writer()
        .run(
            session ->
                session.update(
                    sql,
                    statement -> {
                      for (int i = 0; i < parameters.length; i++) {
                        statement.setObject(i + 1, parameters[i]);
                      }
                    }),
            durable);
  }
}
