package dev.crossfade.copy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When the lanes of a backfill may read their next chunk: not while it is paused, not faster than
 * its rate, not once it has ended. Safe for use by many threads.
 */
final class Pace {
  /** Guards what follows; nothing is waited for under it but its condition. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private boolean paused;
  private boolean ended;

  /** When the rows taken so far have had their time. */
  private long freeAt = System.nanoTime();

  void pause() {
    set(true, ended);
  }

  void resume() {
    set(false, ended);
  }

  void end() {
    set(paused, true);
  }

  boolean isPaused() {
    lock.lock();
    try {
      return paused && !ended;
    } finally {
      lock.unlock();
    }
  }

  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  private void set(boolean nowPaused, boolean nowEnded) {
    lock.lock();
    try {
      paused = nowPaused;
      ended = nowEnded;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the turn to read; false once it has ended. */
  boolean awaitTurn() {
    lock.lock();
    try {
      while (!ended) {
        long wait = freeAt - System.nanoTime();
        if (paused) {
          changed.await();
        } else if (wait > 0) {
          changed.awaitNanos(wait);
        } else {
          return true;
        }
      }
      return false;
    } catch (InterruptedException e) {
      return false; // nobody but a closing owner interrupts a thread of the library
    } finally {
      lock.unlock();
    }
  }

  /**
   * So many rows were read.
   *
   * @param perSecond the rate; zero for no limit
   */
  void took(long rows, int perSecond) {
    lock.lock();
    try {
      long now = System.nanoTime();
      freeAt = Math.max(now, freeAt);
      if (perSecond > 0) {
        freeAt += (long) (rows * (double) TimeUnit.SECONDS.toNanos(1) / perSecond);
      } else {
        freeAt = now;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits so long; false once it has ended. */
  boolean rest(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !ended;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }
}
