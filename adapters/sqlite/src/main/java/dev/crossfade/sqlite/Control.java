package dev.crossfade.sqlite;

import dev.crossfade.AuditEntry;
import dev.crossfade.Stage;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The control rows. The single writer excludes marks by itself: a change here and a mark are never
 * in progress together. The clock is the host's, which all processes on the file share.
 */
final class Control implements ControlTable {
  private static final String SELECT =
      "select migration, epoch, stage, state, attempt, deadline, obeyed from crossfade_control"
          + " where migration = ?";
  private static final String UPDATE =
      "update crossfade_control set epoch = ?, stage = ?, state = ?, attempt = ?, deadline = ?,"
          + " obeyed = ? where migration = ? and epoch = ? and state = ? and attempt is ?"
          + " and obeyed = ?";
  private static final String INSERT =
      "insert into crossfade_control (epoch, stage, state, attempt, deadline, obeyed, migration)"
          + " values (?, ?, ?, ?, ?, ?, ?) on conflict (migration) do ";

  private final Supplier<SqliteFile> file;
  private final SqliteSessions sessions;
  private final Clock clock;

  Control(Supplier<SqliteFile> file, SqliteSessions sessions, Clock clock) {
    this.file = file;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public @Nullable ControlRow read(String migration) {
    return sessions.reading("reading the control row", session -> row(session, migration));
  }

  @Override
  public void createIfAbsent(ControlRow row) {
    write(session -> session.update(INSERT + "nothing", statement -> bindNext(statement, row)));
  }

  @Override
  public boolean replace(ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
    return write(session -> replaceAndNote(session, UPDATE, expected, next, entry));
  }

  @Override
  public boolean replaceIfDrained(
      ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
    String drained = UPDATE + " and not exists (select 1 from crossfade_entry where migration = ?)";
    return write(session -> replaceAndNote(session, drained, expected, next, entry));
  }

  @Override
  public void note(AuditEntry entry) {
    write(session -> AuditRows.note(session, entry));
  }

  @Override
  public List<AuditEntry> audit(String migration, int most) {
    return sessions.reading(
        "reading the audit", session -> AuditRows.latest(session, migration, most));
  }

  @Override
  public int forgetAudit(String migration, Duration retention) {
    return write(session -> AuditRows.forget(session, migration, now().minus(retention)));
  }

  @Override
  public boolean openIfOlder(ControlRow row) {
    return write(
        session -> {
          session.update(
              INSERT
                  + "update set epoch = excluded.epoch, stage = excluded.stage, state ="
                  + " excluded.state, attempt = excluded.attempt, deadline = excluded.deadline,"
                  + " obeyed = excluded.obeyed"
                  + " where excluded.epoch > epoch",
              statement -> bindNext(statement, row));
          return row.equals(row(session, row.migration()));
        });
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void recordEvidence(String migration, String name, String detail) {
    write(
        session ->
            session.update(
                "insert into crossfade_evidence (migration, name, detail, recorded_at) values (?,"
                    + " ?, ?, ?) on conflict (migration, name) do update set detail ="
                    + " excluded.detail, recorded_at = excluded.recorded_at",
                statement -> {
                  statement.setString(1, migration);
                  statement.setString(2, name);
                  statement.setString(3, detail);
                  statement.setString(4, now().toString());
                }));
  }

  @Override
  public Map<String, Evidence> evidence(String migration) {
    return sessions.reading(
        "reading evidence",
        session ->
            session.query(
                "select name, detail, recorded_at from crossfade_evidence where migration = ?",
                statement -> statement.setString(1, migration),
                rows -> {
                  Map<String, Evidence> found = new HashMap<>();
                  while (rows.next()) {
                    found.put(
                        rows.getString(1),
                        new Evidence(rows.getString(2), Instant.parse(rows.getString(3))));
                  }
                  return found;
                }));
  }

  @Override
  public void voidEvidence(String migration) {
    write(
        session ->
            session.update(
                "delete from crossfade_evidence where migration = ?",
                statement -> statement.setString(1, migration)));
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  static @Nullable ControlRow row(Session session, String migration) throws SQLException {
    return session.query(
        SELECT,
        statement -> statement.setString(1, migration),
        rows -> rows.next() ? row(rows) : null);
  }

  private static ControlRow row(ResultSet rows) throws SQLException {
    String attempt = rows.getString(5);
    String deadline = rows.getString(6);
    return new ControlRow(
        rows.getString(1),
        rows.getLong(2),
        Stage.ofId(rows.getString(3)),
        ControlRow.State.valueOf(rows.getString(4)),
        attempt == null ? null : UUID.fromString(attempt),
        deadline == null ? null : Instant.parse(deadline),
        ControlRow.obeyedOf(rows.getString(7)));
  }

  private static boolean replaceAndNote(
      Session session, String sql, ControlRow expected, ControlRow next, @Nullable AuditEntry entry)
      throws SQLException {
    boolean replaced = replace(session, sql, expected, next);
    if (replaced && entry != null) {
      int unused = AuditRows.note(session, entry);
    }
    return replaced;
  }

  private static boolean replace(Session session, String sql, ControlRow expected, ControlRow next)
      throws SQLException {
    if (!expected.migration().equals(next.migration())) {
      return false;
    }
    return session.update(
            sql,
            statement -> {
              int index = bindNext(statement, next);
              statement.setLong(index++, expected.epoch());
              statement.setString(index++, expected.state().name());
              statement.setString(index++, text(expected.attempt()));
              statement.setString(index++, expected.obeyedText());
              if (!sql.equals(UPDATE)) {
                statement.setString(index, next.migration());
              }
            })
        > 0;
  }

  private static int bindNext(PreparedStatement statement, ControlRow row) throws SQLException {
    statement.setLong(1, row.epoch());
    statement.setString(2, row.stage().id());
    statement.setString(3, row.state().name());
    statement.setString(4, text(row.attempt()));
    statement.setString(5, text(row.deadline()));
    statement.setString(6, row.obeyedText());
    statement.setString(7, row.migration());
    return 8;
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private <R> R write(Session.Work<R> work) {
    SqliteFile open = file.get();
    return open.writer().run(session -> open.checks().around(session, work), true);
  }
}
