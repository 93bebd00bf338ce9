package dev.crossfade.postgres;

import static dev.crossfade.postgres.generated.Tables.CONTROL;
import static dev.crossfade.postgres.generated.Tables.EVIDENCE;
import static dev.crossfade.postgres.generated.Tables.JOURNAL;

import dev.crossfade.AuditEntry;
import dev.crossfade.Stage;
import dev.crossfade.jooq.Session;
import dev.crossfade.postgres.generated.tables.records.ControlRecord;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The control rows. Every change excludes the marks of writers, who lock their row for share. */
final class PostgresControl implements ControlTable {
  private static final Field<OffsetDateTime> CLOCK =
      DSL.field("clock_timestamp()", SQLDataType.TIMESTAMPWITHTIMEZONE);

  private final Pool pool;
  private final TableLock lock;

  PostgresControl(Pool pool, TableLock lock) {
    this.pool = pool;
    this.lock = lock;
  }

  @Override
  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  public @Nullable ControlRow read(String migration) {
    return pool.read(session -> read(session, migration));
  }

  @Override
  public void createIfAbsent(ControlRow row) {
    if (read(row.migration()) == null) {
      lock.holding(
          session ->
              LibraryTables.on(
                  session,
                  sql -> sql.insertInto(CONTROL).set(record(row)).onConflictDoNothing().execute()));
    }
  }

  @Override
  public boolean replace(ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
    return lock.holding(session -> replace(session, expected, next, DSL.noCondition(), entry));
  }

  @Override
  public boolean replaceIfDrained(
      ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
    Condition drained =
        DSL.notExists(
            DSL.selectOne().from(JOURNAL).where(JOURNAL.MIGRATION.eq(expected.migration())));
    return lock.holding(session -> replace(session, expected, next, drained, entry));
  }

  private static boolean replace(
      Session session,
      ControlRow expected,
      ControlRow next,
      Condition condition,
      @Nullable AuditEntry entry)
      throws SQLException {
    boolean replaced =
        LibraryTables.on(
            session,
            sql -> {
              boolean done = replace(sql, expected, next, condition) == 1;
              if (done && entry != null) {
                PostgresAudit.note(sql, entry);
              }
              return done;
            });
    if (replaced) {
      ControlNotices.send(session, next.migration());
    }
    return replaced;
  }

  private static int replace(
      DSLContext sql, ControlRow expected, ControlRow next, Condition condition) {
    return sql.update(CONTROL)
        .set(record(next))
        .where(CONTROL.MIGRATION.eq(expected.migration()))
        .and(CONTROL.EPOCH.eq(expected.epoch()))
        .and(CONTROL.STATE.eq(id(expected.state())))
        .and(CONTROL.ATTEMPT.isNotDistinctFrom(expected.attempt()))
        .and(CONTROL.OBEYED.eq(expected.obeyedText()))
        .and(condition)
        .execute();
  }

  @Override
  public void note(AuditEntry entry) {
    pool.transaction(session -> LibraryTables.on(session, sql -> PostgresAudit.note(sql, entry)));
  }

  @Override
  public List<AuditEntry> audit(String migration, int most) {
    return pool.read(
        session -> LibraryTables.on(session, sql -> PostgresAudit.latest(sql, migration, most)));
  }

  @Override
  public int forgetAudit(String migration, Duration retention) {
    return pool.transaction(
        session ->
            LibraryTables.on(session, sql -> PostgresAudit.forget(sql, migration, retention)));
  }

  @Override
  public boolean openIfOlder(ControlRow row) {
    return lock.holding(
        session -> {
          int opened = LibraryTables.on(session, sql -> openIfOlder(sql, row));
          if (opened == 1) {
            ControlNotices.send(session, row.migration());
          }
          return row.equals(read(session, row.migration()));
        });
  }

  private static int openIfOlder(DSLContext sql, ControlRow row) {
    return sql.insertInto(CONTROL)
        .set(record(row))
        .onConflict(CONTROL.MIGRATION)
        .doUpdate()
        .set(record(row))
        .where(CONTROL.EPOCH.lt(row.epoch()))
        .execute();
  }

  @Override
  public Instant now() {
    return pool.read(session -> LibraryTables.on(session, PostgresControl::now));
  }

  private static Instant now(DSLContext sql) {
    return Objects.requireNonNull(sql.select(CLOCK).fetchSingle(CLOCK)).toInstant();
  }

  @Override
  public void recordEvidence(String migration, String name, String detail) {
    pool.transaction(
        session ->
            LibraryTables.on(
                session,
                sql ->
                    sql.insertInto(EVIDENCE)
                        .set(EVIDENCE.MIGRATION, migration)
                        .set(EVIDENCE.NAME, name)
                        .set(EVIDENCE.DETAIL, detail)
                        .onConflict(EVIDENCE.MIGRATION, EVIDENCE.NAME)
                        .doUpdate()
                        .set(EVIDENCE.DETAIL, detail)
                        .set(EVIDENCE.RECORDED_AT, CLOCK)
                        .execute()));
  }

  @Override
  public Map<String, Evidence> evidence(String migration) {
    return pool.read(
        session ->
            LibraryTables.on(
                session,
                sql ->
                    sql.selectFrom(EVIDENCE)
                        .where(EVIDENCE.MIGRATION.eq(migration))
                        .fetchMap(
                            EVIDENCE.NAME,
                            row ->
                                new Evidence(row.getDetail(), row.getRecordedAt().toInstant()))));
  }

  @Override
  public void voidEvidence(String migration) {
    pool.transaction(
        session ->
            LibraryTables.on(
                session,
                sql -> sql.deleteFrom(EVIDENCE).where(EVIDENCE.MIGRATION.eq(migration)).execute()));
  }

  private static @Nullable ControlRow read(Session session, String migration) throws SQLException {
    ControlRecord row =
        LibraryTables.on(
            session,
            sql -> sql.selectFrom(CONTROL).where(CONTROL.MIGRATION.eq(migration)).fetchOne());
    return row == null ? null : row(row);
  }

  private static ControlRow row(ControlRecord row) {
    OffsetDateTime deadline = row.getDeadline();
    return new ControlRow(
        row.getMigration(),
        row.getEpoch(),
        Stage.ofId(row.getStage()),
        ControlRow.State.valueOf(row.getState().toUpperCase(Locale.ROOT)),
        row.getAttempt(),
        deadline == null ? null : deadline.toInstant(),
        ControlRow.obeyedOf(row.getObeyed()));
  }

  private static ControlRecord record(ControlRow row) {
    Instant deadline = row.deadline();
    ControlRecord record = new ControlRecord();
    record.setMigration(row.migration());
    record.setEpoch(row.epoch());
    record.setStage(row.stage().id());
    record.setState(id(row.state()));
    record.setAttempt(row.attempt());
    record.setDeadline(deadline == null ? null : deadline.atOffset(ZoneOffset.UTC));
    record.setObeyed(row.obeyedText());
    return record;
  }

  private static String id(ControlRow.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
