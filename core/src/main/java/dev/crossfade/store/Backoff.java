package dev.crossfade.store;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * How often, and after which pauses, work is done again that a store gave up because of a
 * concurrent transaction. Those who met once would meet again if they came back together: each
 * pause is by chance, and longer than the one before on average.
 */
public final class Backoff {
  /** How often work is done again at most. */
  public static final int RETRIES = 3;

  private static final long JITTER_NANOS = 2_000_000;

  private Backoff() {}

  /**
   * Waits before work is done again for the {@code retry}-th time, counted from 1: some
   * milliseconds.
   *
   * @return false if the work is to be given up: it was the last time, or the thread is
   *     interrupted, which it stays
   */
  public static boolean pause(int retry) {
    if (retry > RETRIES || Thread.currentThread().isInterrupted()) {
      return false;
    }
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(JITTER_NANOS << retry));
    return !Thread.currentThread().isInterrupted();
  }
}
