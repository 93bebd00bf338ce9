package dev.crossfade.postgres;

import dev.crossfade.StoreTimeoutException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Excludes everybody who locks rows of a table {@code for share}, to change one of them.
 *
 * <p>An update of a row that overlapping transactions keep share-locked waits until by chance
 * nobody holds it: with eight writers of 20 ms it took over eight seconds. A lock of the table
 * queues before those who come later. But they queue behind it, and one holder that does nothing
 * would stall them all; so the lock is waited for in short turns, between which they pass.
 */
final class TableLock {
  /** How long everybody else may be held up by one turn. */
  private static final int TURN_MILLIS = 100;

  /** Whoever has vanished with the lock holds everybody up no longer than this. */
  private static final int SILENCE_MILLIS = 2_000;

  private static final String HOLDERS =
      """
      select a.pid, a.application_name, a.state,
        round(extract(epoch from clock_timestamp() - a.xact_start))::bigint
      from pg_locks l left join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'relation' and l.relation = ?::regclass and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
        and l.mode <> 'AccessShareLock' and l.pid is distinct from pg_backend_pid()
      order by a.xact_start limit 5
      """;

  private final Pool pool;
  private final Duration wait;
  private final String table;

  TableLock(Pool pool, Duration wait, String table) {
    this.pool = pool;
    this.wait = wait;
    this.table = table;
  }

  /** Does the work in a transaction that holds the lock. */
  <R extends @Nullable Object> R holding(Session.Work<R> work) {
    long start = System.nanoTime();
    while (true) {
      try {
        return pool.transaction(session -> locked(session, work));
      } catch (StoreTimeoutException e) {
        if (!isTurnOver(e)) {
          throw e;
        } else if (Thread.currentThread().isInterrupted()) {
          throw new StoreTimeoutException("interrupted while waiting for a lock of " + table, e);
        } else if (System.nanoTime() - start >= wait.toNanos()) {
          throw new StoreTimeoutException(
              "no exclusive lock of " + table + " within " + wait.toMillis() + " ms; " + holders(),
              e);
        }
      }
    }
  }

  private <R extends @Nullable Object> R locked(Session session, Session.Work<R> work)
      throws SQLException {
    session.execute(
        "set local lock_timeout = "
            + TURN_MILLIS
            + "; set local idle_in_transaction_session_timeout = "
            + SILENCE_MILLIS
            + "; lock table "
            + table
            + " in exclusive mode");
    return work.run(session);
  }

  private static boolean isTurnOver(StoreTimeoutException e) {
    return e.getCause() instanceof SQLException cause && Failures.isLockTimeout(cause);
  }

  private String holders() {
    List<String> holders =
        pool.read(
            session ->
                session.query(
                    HOLDERS,
                    statement -> statement.setString(1, table),
                    rows -> {
                      List<String> found = new ArrayList<>();
                      while (rows.next()) {
                        found.add(
                            rows.getString(1) == null
                                ? "a prepared transaction"
                                : "process %s of application '%s', %s, its transaction %s s old"
                                    .formatted(
                                        rows.getString(1),
                                        rows.getString(2),
                                        rows.getString(3),
                                        rows.getString(4)));
                      }
                      return found;
                    }));
    return holders.isEmpty()
        ? "whoever was in the way is gone: try again"
        : "in the way: " + String.join("; ", holders) + ". End it there or try again later";
  }
}
