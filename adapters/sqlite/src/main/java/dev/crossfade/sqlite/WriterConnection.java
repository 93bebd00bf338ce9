package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a file's one writing connection, which is opened when first needed and
 * replaced when it is beyond use. For whoever's turn it is, see {@link WriteQueue}.
 */
final class WriterConnection {
  /** Between two looks whether another process has let go of the file. */
  private static final long SHORTEST_PAUSE_NANOS = 50_000;

  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private static final String SAVEPOINT = "crossfade_unit";

  /** Where the connection comes from. */
  interface Connector {
    /** One that does not wait for other processes itself. */
    Session connect() throws SQLException;

    void setDurable(Session session, boolean durable) throws SQLException;
  }

  private final String store;
  private final SqliteErrors errors;
  private final Connector connector;
  private final Checks checks;
  private final Duration busyTimeout;
  private @Nullable Session session;
  private boolean durableNow = true;

  WriterConnection(
      String store, SqliteErrors errors, Connector connector, Checks checks, Duration busyTimeout) {
    this.store = store;
    this.errors = errors;
    this.connector = connector;
    this.checks = checks;
    this.busyTimeout = busyTimeout;
  }

  /**
   * Begins a transaction that nobody else's can be in the way of from then on.
   *
   * @throws CrossfadeException if it cannot; nothing has begun
   */
  Session begin(boolean durable) {
    try {
      Session open = connected();
      if (durable != durableNow) {
        connector.setDurable(open, durable);
        durableNow = durable;
      }
      beginImmediate(open);
      checks.forget();
      return open;
    } catch (SQLException e) {
      if (!SqliteErrors.isBusy(e)) {
        disconnect(); // whatever is wrong with it is not for the next one
      }
      throw errors.translate(e, "beginning a transaction");
    }
  }

  /**
   * Waits for other processes up to the busy timeout, looking often. SQLite's own wait looks ten
   * times a second in the end, so of several processes that write all the time it keeps one out for
   * seconds. A snapshot that is too old is renewed by beginning again, too.
   */
  private void beginImmediate(Session open) throws SQLException {
    long begun = System.nanoTime();
    for (long pause = SHORTEST_PAUSE_NANOS; ; pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2)) {
      try {
        open.update("begin immediate", Session.Binder.NONE);
        return;
      } catch (SQLException e) {
        if (!SqliteErrors.isBusy(e)
            || System.nanoTime() - begun >= busyTimeout.toNanos()
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(this, pause);
      }
    }
  }

  /**
   * Commits what {@code writes} tasks have done.
   *
   * @throws CrossfadeException if that failed: rolled back for certain, or of unknown outcome
   */
  void commit(Session open, int writes) {
    try {
      open.update("commit", Session.Binder.NONE);
    } catch (SQLException e) {
      rollback(open);
      throw SqliteErrors.isRolledBack(e)
          ? errors.translate(e, "committing " + writes + " writes")
          : unknown(e, writes);
    } catch (RuntimeException | Error e) {
      throw unknown(e, writes);
    }
  }

  private OutcomeUnknownException unknown(Throwable cause, int writes) {
    disconnect();
    return new OutcomeUnknownException(
        "committing " + writes + " writes on " + store + ": " + cause.getMessage(), cause);
  }

  /** Gives the transaction up. If even that fails, the connection is beyond use. */
  void rollback(Session open) {
    checks.forget();
    try {
      open.update("rollback", Session.Binder.NONE);
    } catch (SQLException e) {
      if (!String.valueOf(e.getMessage()).contains("no transaction is active")) {
        disconnect();
      }
    }
  }

  void savepoint(Session open) throws SQLException {
    open.update("savepoint " + SAVEPOINT, Session.Binder.NONE);
  }

  void release(Session open) throws SQLException {
    open.update("release " + SAVEPOINT, Session.Binder.NONE);
  }

  /** Undoes what was done since the savepoint. False if the whole transaction is gone. */
  boolean rollbackToSavepoint(Session open) {
    checks.forget();
    try {
      open.update("rollback to " + SAVEPOINT, Session.Binder.NONE);
      open.update("release " + SAVEPOINT, Session.Binder.NONE);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  void disconnect() {
    Session open = session;
    session = null;
    if (open != null) {
      try {
        open.connection().close();
      } catch (SQLException e) {
        // Nothing hangs on it: what was committed is in the file, the rest is rolled back.
      }
    }
  }

  private Session connected() throws SQLException {
    Session open = session;
    if (open == null) {
      open = connector.connect();
      durableNow = true;
      session = open;
    }
    return open;
  }
}
