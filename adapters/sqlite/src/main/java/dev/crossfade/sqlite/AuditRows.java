package dev.crossfade.sqlite;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.Stage;
import dev.crossfade.jooq.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of the audit. Times are milliseconds since 1970. */
final class AuditRows {
  private static final String NOTE =
      "insert into crossfade_audit (id, at, migration, action, from_stage, to_stage, epoch, actor,"
          + " instance, gates, reason, pause_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          + " on conflict (id) do update set pause_ms = coalesce(excluded.pause_ms, pause_ms)";
  private static final String LATEST =
      "select id, at, migration, action, from_stage, to_stage, epoch, actor, instance, gates,"
          + " reason, pause_ms from crossfade_audit where migration = ?"
          + " order by at desc, epoch desc, id limit ?";
  private static final String FORGET = "delete from crossfade_audit where migration = ? and at < ?";

  private AuditRows() {}

  /** A new entry, or the pause of one that is there. */
  static int note(Session session, AuditEntry entry) throws SQLException {
    return session.update(NOTE, statement -> bind(statement, entry));
  }

  /** The latest first. */
  static List<AuditEntry> latest(Session session, String migration, int most) throws SQLException {
    return session.query(
        LATEST,
        statement -> {
          statement.setString(1, migration);
          statement.setInt(2, most);
        },
        rows -> {
          List<AuditEntry> entries = new ArrayList<>();
          while (rows.next()) {
            entries.add(entry(rows));
          }
          return entries;
        });
  }

  /** Those from before that moment. */
  static int forget(Session session, String migration, Instant before) throws SQLException {
    return session.update(
        FORGET,
        statement -> {
          statement.setString(1, migration);
          statement.setLong(2, before.toEpochMilli());
        });
  }

  private static void bind(PreparedStatement statement, AuditEntry entry) throws SQLException {
    statement.setString(1, entry.id().toString());
    statement.setLong(2, entry.at().toEpochMilli());
    statement.setString(3, entry.migration());
    statement.setString(4, entry.action().name().toLowerCase(Locale.ROOT));
    statement.setString(5, entry.from().id());
    statement.setString(6, entry.to().id());
    statement.setLong(7, entry.epoch());
    statement.setString(8, entry.actor());
    statement.setString(9, entry.instance());
    statement.setString(10, String.join("\n", entry.gates()));
    statement.setString(11, entry.reason());
    setMillis(statement, 12, entry.pause());
  }

  private static void setMillis(PreparedStatement statement, int index, @Nullable Duration pause)
      throws SQLException {
    if (pause == null) {
      statement.setNull(index, Types.INTEGER);
    } else {
      statement.setLong(index, pause.toMillis());
    }
  }

  private static AuditEntry entry(ResultSet rows) throws SQLException {
    String gates = rows.getString(10);
    long pause = rows.getLong(12);
    Duration known = rows.wasNull() ? null : Duration.ofMillis(pause);
    return new AuditEntry(
        UUID.fromString(rows.getString(1)),
        Instant.ofEpochMilli(rows.getLong(2)),
        rows.getString(3),
        Action.valueOf(rows.getString(4).toUpperCase(Locale.ROOT)),
        Stage.ofId(rows.getString(5)),
        Stage.ofId(rows.getString(6)),
        rows.getLong(7),
        rows.getString(8),
        rows.getString(9),
        gates.isEmpty() ? List.of() : List.of(gates.split("\n", -1)),
        rows.getString(11),
        known);
  }
}
