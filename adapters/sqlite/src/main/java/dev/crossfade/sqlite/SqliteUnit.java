package dev.crossfade.sqlite;

import dev.crossfade.StoreTimeoutException;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.Unit;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * A body's turn at the writer's connection.
 *
 * <p>{@code using} guards the connection: held by the body's thread during a statement, and taken
 * by the writer before it goes on, so that the two never use it at once, however late the body is.
 */
final class SqliteUnit extends Unit {
  private static final long LOOK_AGAIN_MILLIS = 5;

  private final Session session;
  private final String store;
  private final ReentrantLock using = new ReentrantLock();
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean abandoned;
  private volatile boolean over;

  SqliteUnit(Session session, String store) {
    this.session = session;
    this.store = store;
  }

  @Override
  protected <R extends @Nullable Object> R run(Session.Work<R> work) throws SQLException {
    using.lock();
    try {
      if (over) {
        throw new StoreTimeoutException(
            "the unit of work on " + store + " is over; it was rolled back at its time limit",
            null);
      }
      return work.run(session);
    } finally {
      using.unlock();
    }
  }

  /** The body is done; what it did is to be committed. */
  void complete() {
    done.countDown();
  }

  /** The body is done; what it did is to be rolled back. */
  void abandon() {
    abandoned = true;
    done.countDown();
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** Waits for the body, and takes the connection back from it. False if its time was up. */
  boolean awaitBody(Duration limit) throws SQLException {
    boolean inTime = false;
    try {
      inTime = done.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the writer", e);
    } finally {
      takeBack();
    }
    return inTime;
  }

  /** A statement that is running is interrupted, again and again in case it had just not begun. */
  private void takeBack() throws SQLException {
    over = true;
    try {
      while (!using.tryLock(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
        ((SQLiteConnection) session.connection()).getDatabase().interrupt();
      }
      using.unlock();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the writer", e);
    }
  }
}
