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
 *
 * <p>One is replaced after {@value #MOST_READS} reads. The driver enters the monitor of a
 * connection for each value. HotSpot inflates a monitor that is held where code is deoptimized, as
 * happens while a JVM warms up, and leaves it so (seen with JDK 17): each read of that connection
 * was then a tenth slower for good.
 */
final class ReaderPool {
  /** A connection is opened in the time of some 30 reads. */
  private static final int MOST_READS = 50_000;

  private final Settings settings;
  private final Callable<Session> connect;
  private final Semaphore permits;

  /** Guarded by itself; the one used last is the next to be used. */
  private final Deque<Reader> idle = new ArrayDeque<>();

  private volatile boolean closed;

  /** A connection, which one thread has at a time. */
  private static final class Reader {
    final Session session;
    int reads;

    Reader(Session session) {
      this.session = session;
    }

    boolean isWorn() {
      return ++reads >= MOST_READS;
    }
  }

  ReaderPool(Settings settings, Callable<Session> connect) {
    this.settings = settings;
    this.connect = connect;
    this.permits = new Semaphore(settings.readers(), true);
  }

  /** Runs a read in which each statement sees a state of its own. */
  <R extends @Nullable Object> R read(Session.Work<R> work) throws SQLException {
    acquire();
    try {
      Reader reader = reader();
      boolean done = false;
      try {
        R result = work.run(reader.session);
        done = true;
        return result;
      } finally {
        giveBack(reader, done);
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
        idleReaders(),
        permits.getQueueLength());
  }

  private int idleReaders() {
    synchronized (idle) {
      return idle.size();
    }
  }

  void close() {
    closed = true;
    for (Reader reader = next(); reader != null; reader = next()) {
      closeQuietly(reader);
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

  private Reader reader() throws SQLException {
    if (closed) {
      throw new StoreUnavailableException(settings.name() + " is closed", null);
    }
    Reader reader = next();
    if (reader != null) {
      return reader;
    }
    try {
      return new Reader(connect.call());
    } catch (SQLException | CrossfadeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable Reader next() {
    synchronized (idle) {
      return idle.poll();
    }
  }

  private void giveBack(Reader reader, boolean done) {
    if (done && !closed && !reader.isWorn()) {
      synchronized (idle) {
        idle.push(reader);
      }
    } else {
      closeQuietly(reader);
    }
    if (closed) {
      close();
    }
  }

  private static void closeQuietly(Reader reader) {
    try {
      reader.session.connection().close();
    } catch (SQLException e) {
      // It has only read.
    }
  }
}
