package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import dev.crossfade.store.PoolUse;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections that only read, beside the writer; opened when first needed. In WAL they neither wait
 * for the writer nor hold it up. One on which a read has failed is closed, in or outside of a
 * transaction.
 */
final class ReaderPool {
  private final Settings settings;
  private final Callable<Session> connect;
  private final Semaphore permits;

  /** Guarded by itself; the one used last is the next to be used. */
  private final Deque<Session> idle = new ArrayDeque<>();

  private volatile boolean closed;

  ReaderPool(Settings settings, Callable<Session> connect) {
    this.settings = settings;
    this.connect = connect;
    this.permits = new Semaphore(settings.readers(), true);
  }

  /** Runs a read in which each statement sees a state of its own. */
  <R extends @Nullable Object> R read(Session.Work<R> work) throws SQLException {
    acquire();
    try {
      Session session = session();
      boolean done = false;
      try {
        R result = work.run(session);
        done = true;
        return result;
      } finally {
        giveBack(session, done);
      }
    } finally {
      permits.release();
    }
  }

  /** Runs a read in a transaction, so that its statements see one state. */
  <R extends @Nullable Object> R snapshot(Session.Work<R> work) throws SQLException {
    return read(
        session -> {
          session.update("begin", Session.Binder.NONE);
          R result = work.run(session);
          session.update("commit", Session.Binder.NONE);
          return result;
        });
  }

  PoolUse use() {
    return new PoolUse(
        settings.name() + " readers",
        settings.readers(),
        settings.readers() - permits.availablePermits(),
        idleSessions(),
        permits.getQueueLength());
  }

  private int idleSessions() {
    synchronized (idle) {
      return idle.size();
    }
  }

  void close() {
    closed = true;
    for (Session session = next(); session != null; session = next()) {
      closeQuietly(session);
    }
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(settings.turnWait().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreTimeoutException(
            "all "
                + settings.readers()
                + " readers of "
                + settings.name()
                + " were busy for "
                + settings.turnWait().toMillis()
                + " ms; raise readers, or make the reads faster",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreTimeoutException(
          "interrupted while waiting for a reader of " + settings.name(), e);
    }
  }

  private Session session() throws SQLException {
    if (closed) {
      throw new StoreUnavailableException(settings.name() + " is closed", null);
    }
    Session session = next();
    if (session != null) {
      return session;
    }
    try {
      return connect.call();
    } catch (SQLException | CrossfadeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable Session next() {
    synchronized (idle) {
      return idle.poll();
    }
  }

  private void giveBack(Session session, boolean done) {
    if (done && !closed) {
      synchronized (idle) {
        idle.push(session);
      }
    } else {
      closeQuietly(session);
    }
    if (closed) {
      close();
    }
  }

  private static void closeQuietly(Session session) {
    try {
      session.connection().close();
    } catch (SQLException e) {
      // It has only read.
    }
  }
}
