package dev.crossfade.postgres;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.jooq.ChangeWriter;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Unit;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StoreRepository;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a change's transaction in which its rehearsal takes place: between two savepoints'
 * worth of nothing.
 *
 * <p>The server ends a statement, or its wait for a lock, when the limit is over; before each
 * statement these limits are lowered if much of the time has gone. They are set within the
 * savepoint, and go with it. What a savepoint does not undo stands in {@code docs/decisions.md}.
 * For one thread.
 */
final class PostgresTrial implements Rehearsal.Trial {
  private static final String ALL = "crossfade_rehearsal";
  private static final String CALL = "crossfade_call";

  private final Pool pool;
  private final PostgresSessions sessions;
  private final ChangeWriter changes;
  private final PostgresSettings.Limits limits;
  private final Session session;
  private final Session guarded;
  private final long slack;
  private final long deadline;
  private long armedFor;

  /** Runs a rehearsal in the transaction of the session, and rolls back what it did. */
  static void run(
      Rehearsal rehearsal,
      Pool pool,
      PostgresSessions sessions,
      ChangeWriter changes,
      PostgresSettings.Limits limits,
      Session session)
      throws SQLException {
    session.execute("savepoint " + ALL);
    try {
      rehearsal.run(new PostgresTrial(pool, sessions, changes, limits, session, rehearsal.limit()));
    } finally {
      session.execute(undo(ALL));
    }
  }

  private PostgresTrial(
      Pool pool,
      PostgresSessions sessions,
      ChangeWriter changes,
      PostgresSettings.Limits limits,
      Session session,
      Duration limit) {
    this.pool = pool;
    this.sessions = sessions;
    this.changes = changes;
    this.limits = limits;
    this.session = session;
    this.guarded = session.guarded(this::checkTime);
    this.slack = limit.toNanos() / 8;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  private static String undo(String savepoint) {
    return "rollback to savepoint " + savepoint + "; release savepoint " + savepoint;
  }

  @Override
  public Duration left() {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  /** What a call runs statements in: each is recorded, none is committed. */
  private final class Recording extends Unit {
    @Override
    protected <R extends @Nullable Object> R run(Session.Work<R> work) throws SQLException {
      return work.run(guarded);
    }
  }

  @Override
  public List<RowState<?, ?>> attempt(Runnable calls, boolean last) {
    Recording unit = new Recording();
    within(
        CALL,
        () -> {
          recorded(unit, calls);
          if (last) {
            guarded.execute("set constraints all immediate");
          }
        });
    return unit.states();
  }

  /** The failure of a statement counts, whatever the calls have made of it. */
  private void recorded(Recording unit, Runnable calls) {
    RuntimeException thrown = null;
    try {
      boolean unused =
          sessions.<Boolean, RuntimeException>within(
              unit,
              () -> {
                calls.run();
                return true;
              });
    } catch (RuntimeException e) {
      thrown = e;
    }
    CrossfadeException failure = unit.failure();
    if (failure != null) {
      throw explained(failure);
    } else if (thrown != null) {
      throw thrown;
    }
  }

  /** A partition that is missing is made when the change itself finds it missing. */
  private static CrossfadeException explained(CrossfadeException failure) {
    return failure.getCause() instanceof SQLException cause
            && Failures.missingPartition(cause) != null
        ? new ConflictException("a partition is missing: " + failure.getMessage(), failure)
        : failure;
  }

  @Override
  public void bring(List<RowState<?, ?>> states) {
    doing(
        () -> {
          arm();
          changes.apply(guarded, states);
        });
  }

  /** What it locks is let go at once; where the sequence stands is not undone. */
  @Override
  public void raiseGenerator(StoreRepository<?, ?> repository) {
    if (repository instanceof PostgresRepository<?, ?> own) {
      within(CALL, () -> own.generatedKeys().raisePastRows(guarded));
    }
  }

  private interface Work {
    void run() throws SQLException;
  }

  private void within(String savepoint, Work work) {
    doing(
        () -> {
          session.execute("savepoint " + savepoint);
          try {
            arm();
            work.run();
          } finally {
            session.execute(undo(savepoint));
          }
        });
  }

  private void doing(Work work) {
    try {
      work.run();
    } catch (SQLException e) {
      throw pool.failures().notWritten(e, "a rehearsal");
    }
  }

  private void checkTime() throws SQLException {
    if (armedFor - left().toNanos() > slack || left().isZero()) {
      arm();
    }
  }

  private void arm() throws SQLException {
    armedFor = left().toNanos();
    if (armedFor == 0) {
      throw new StoreTimeoutException(
          pool.failures().store() + ": the time limit of a rehearsal is over", null);
    }
    long millis = Math.max(1, armedFor / 1_000_000);
    session.execute(
        "set local statement_timeout = "
            + Math.min(millis, limits.statement().toMillis())
            + "; set local lock_timeout = "
            + Math.min(millis, limits.lockWait().toMillis()));
  }
}
