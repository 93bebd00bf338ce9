package dev.crossfade.postgres;

import static dev.crossfade.postgres.generated.Tables.AUDIT;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.Stage;
import dev.crossfade.postgres.generated.tables.records.AuditRecord;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The rows of the audit. */
final class PostgresAudit {
  private PostgresAudit() {}

  /** A new entry, or the pause of one that is there. */
  static int note(DSLContext sql, AuditEntry entry) {
    AuditRecord row = record(entry);
    return sql.insertInto(AUDIT)
        .set(row)
        .onConflict(AUDIT.ID)
        .doUpdate()
        .set(AUDIT.PAUSE_MS, DSL.coalesce(DSL.excluded(AUDIT.PAUSE_MS), AUDIT.PAUSE_MS))
        .execute();
  }

  /** The latest first. */
  static List<AuditEntry> latest(DSLContext sql, String migration, int most) {
    return sql.selectFrom(AUDIT)
        .where(AUDIT.MIGRATION.eq(migration))
        .orderBy(AUDIT.AT.desc(), AUDIT.EPOCH.desc(), AUDIT.ID)
        .limit(most)
        .fetch(PostgresAudit::entry);
  }

  /** Those older than that, by the server's clock. */
  static int forget(DSLContext sql, String migration, Duration retention) {
    return sql.deleteFrom(AUDIT)
        .where(AUDIT.MIGRATION.eq(migration))
        .and(
            AUDIT.AT.lt(
                DSL.field(
                    "clock_timestamp() - {0} * interval '1 second'",
                    AUDIT.AT.getDataType(), DSL.val(retention.toSeconds()))))
        .execute();
  }

  private static AuditRecord record(AuditEntry entry) {
    AuditRecord row = new AuditRecord();
    row.setId(entry.id());
    row.setAt(entry.at().atOffset(ZoneOffset.UTC));
    row.setMigration(entry.migration());
    row.setAction(entry.action().name().toLowerCase(Locale.ROOT));
    row.setFromStage(entry.from().id());
    row.setToStage(entry.to().id());
    row.setEpoch(entry.epoch());
    row.setActor(entry.actor());
    row.setInstance(entry.instance());
    row.setGates(String.join("\n", entry.gates()));
    row.setReason(entry.reason());
    row.setPauseMs(millis(entry.pause()));
    return row;
  }

  private static @Nullable Long millis(@Nullable Duration pause) {
    return pause == null ? null : pause.toMillis();
  }

  private static AuditEntry entry(AuditRecord row) {
    Long pause = row.getPauseMs();
    return new AuditEntry(
        row.getId(),
        row.getAt().toInstant(),
        row.getMigration(),
        Action.valueOf(row.getAction().toUpperCase(Locale.ROOT)),
        Stage.ofId(row.getFromStage()),
        Stage.ofId(row.getToStage()),
        row.getEpoch(),
        row.getActor(),
        row.getInstance(),
        row.getGates().isEmpty() ? List.of() : List.of(row.getGates().split("\n", -1)),
        row.getReason(),
        pause == null ? null : Duration.ofMillis(pause));
  }
}
