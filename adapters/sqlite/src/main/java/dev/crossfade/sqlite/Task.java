package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the writer's thread does for a caller that waits.
 *
 * <p>The caller and the writer meet twice: whoever wins {@link #take} decides whether it is run at
 * all, and {@link #events} tells the caller what has become of it.
 */
abstract class Task {
  /** The task is over. */
  record End(@Nullable Throwable failure) {
    /**
     * What another thread has made bears the stack of the caller, who can do something about it.
     */
    void orThrow() {
      if (failure instanceof CrossfadeException e && e.getCause() != null) {
        e.fillInStackTrace();
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      } else if (failure instanceof Error e) {
        throw e;
      } else if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }
  }

  private final AtomicBoolean taken = new AtomicBoolean();
  private final boolean durable;
  private boolean claimed;
  private int attempts;
  final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  Task(boolean durable) {
    this.durable = durable;
  }

  /** Does the work on the writer's thread, within the task's savepoint. */
  abstract void work(Session session) throws SQLException;

  /** Whether it must have reached the disk before its caller goes on. */
  final boolean isDurable() {
    return durable;
  }

  /** The writer's claim to run it, or the caller's to give up; the first wins. */
  final boolean take() {
    return taken.compareAndSet(false, true);
  }

  /** Whether the writer may run it: it has won it, now or for an earlier attempt. */
  final boolean claim() {
    claimed = claimed || take();
    return claimed;
  }

  /** Whether it runs an application's code, which must not be run twice. */
  boolean hasBody() {
    return false;
  }

  /** Whether it may be done anew when the group is given up for another task's sake. */
  boolean isRepeatable() {
    return true;
  }

  /** Counts an attempt that was no fault of its own. */
  final int attempts() {
    return ++attempts;
  }

  final void end(@Nullable Throwable failure) {
    events.add(new End(failure));
  }

  /** What happens next; gives the task up if the writer has not begun it in time. */
  final Object nextEvent(Duration wait, String store) {
    try {
      Object event = events.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
      if (event != null) {
        return event;
      }
      if (take()) {
        throw new StoreTimeoutException(
            "the writer of "
                + store
                + " did not begin within "
                + wait.toMillis()
                + " ms; it is busy with other units, or another program holds the file",
            null);
      }
      return events.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(store, e);
    }
  }

  private CrossfadeException interrupted(String store, InterruptedException cause) {
    return take()
        ? new StoreTimeoutException("interrupted before the writer of " + store + " began", cause)
        : new OutcomeUnknownException(
            "interrupted while the writer of " + store + " was at work", cause);
  }
}
