package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PgConnection;

/**
 * The time limits of changes of the secondary, on connections that make nothing else.
 *
 * <p>The server's are settings of the session. What a session has is remembered here, so that they
 * are sent only where the limit is another one than that of the change before: next to never, and
 * never in a round trip of their own while writes are carried over. The driver's own limit, for a
 * server that does not even say that it gave up, costs no message.
 *
 * <p>Safe for use by many threads, each with its own session.
 */
final class ChangeLimits {
  private final PostgresSettings.Limits limits;

  /** Guards what follows; held for nothing but to look and to note. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<PGConnection, Long> sent = new WeakHashMap<>();

  ChangeLimits(PostgresSettings.Limits limits) {
    this.limits = limits;
  }

  /** To be called outside of a transaction, whose end would undo it. */
  void set(Session session, Duration limit, Duration grace) throws SQLException {
    PgConnection driver = session.connection().unwrap(PgConnection.class);
    Duration statement = shorter(limit, limits.statement());
    driver.setNetworkTimeout(Runnable::run, Math.toIntExact(statement.plus(grace).toMillis()));
    if (!isSent(driver, limit.toMillis())) {
      session.execute(
          "set statement_timeout = "
              + statement.toMillis()
              + "; set lock_timeout = "
              + shorter(limit, limits.lockWait()).toMillis());
      noteSent(driver, limit.toMillis());
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private boolean isSent(PGConnection driver, long millis) {
    lock.lock();
    try {
      Long known = sent.get(driver);
      return known != null && known == millis;
    } finally {
      lock.unlock();
    }
  }

  private void noteSent(PGConnection driver, long millis) {
    lock.lock();
    try {
      sent.put(driver, millis);
    } finally {
      lock.unlock();
    }
  }
}
