package dev.crossfade.wiring;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a thread of the library waits for between two rounds of its work: to be told that there is
 * some, or to be ended. Safe for use by many threads.
 */
public final class Wakeup implements AutoCloseable {
  private static final long LONGEST_END_MILLIS = TimeUnit.SECONDS.toMillis(5);

  /** Guards the two flags; never held over anything else. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private boolean signalled;
  private boolean closed;

  /** There is something to do: whoever waits for it, or waits next, goes on at once. */
  public void signal() {
    lock.lock();
    try {
      signalled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until signalled, at most so long; false once closed. */
  public boolean await(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!signalled && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      signalled = false;
      return !closed;
    } catch (InterruptedException e) {
      return false; // nobody but a closing owner interrupts a thread of the library
    } finally {
      lock.unlock();
    }
  }

  /** Waits that long, whatever is signalled; false once closed. */
  public boolean pause(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is closed. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Whoever waits stops waiting, and nobody waits any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Closes it, and gives the thread that waits for it five seconds to end. */
  public void close(Thread thread) {
    close();
    try {
      thread.join(LONGEST_END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
