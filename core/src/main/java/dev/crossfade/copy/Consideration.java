package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.journal.Ownership;
import dev.crossfade.store.JournalStatus;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * How long a lane of a backfill rests so that the application and repair get on: while this process
 * writes, where marks, which are writes to the primary like any others, take far longer than they
 * did, and where more waits for repair than it should. It slows the backfill down to a third, and
 * never stops it.
 *
 * <p>Safe for use by many threads.
 */
final class Consideration {
  /** Below it nobody is waiting for anything. */
  private static final long SLOW_MARK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final double TIMES_SLOWER = 4;

  /** Of the last mark in their average: one that was slow alone says nothing. */
  private static final double WEIGHT = 0.3;

  /** The quickest mark is forgotten by so much with each further one: stores do become slower. */
  private static final double FORGETTING = 1.02;

  private static final long MOST_LEFT = 5_000;
  private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int RESTS_PER_CHUNK = 2;

  /** As many entries of others while a chunk was copied are writes. */
  private static final long WRITES = 8;

  private final Ownership ownership;
  private final Supplier<JournalStatus> journal;

  /** Guards what follows; held for nothing else. */
  private final ReentrantLock lock = new ReentrantLock();

  private double quickestMark = Double.MAX_VALUE;
  private double averageMark;
  private long given;
  private long lookedAt = System.nanoTime();
  private volatile boolean lags;

  Consideration(Ownership ownership, Supplier<JournalStatus> journal) {
    this.ownership = ownership;
    this.journal = journal;
    this.given = ownership.given();
  }

  /** Whether this process has written while chunks were copied. */
  boolean isAmongWrites() {
    lock.lock();
    try {
      long now = ownership.given();
      boolean writes = now - given > WRITES;
      given = now;
      return writes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How long to rest after a chunk.
   *
   * @param markNanos how long its mark took
   * @param chunkNanos how long it took to be loaded
   * @param amongWrites whether this process has written meanwhile
   */
  long rest(long markNanos, long chunkNanos, boolean amongWrites) {
    boolean slow = isSlow(markNanos); // both look at each chunk
    boolean lagging = isLagging();
    boolean suffers = amongWrites || slow || lagging;
    return suffers ? Math.min(LONGEST_REST_NANOS, RESTS_PER_CHUNK * chunkNanos) : 0;
  }

  private boolean isSlow(long markNanos) {
    lock.lock();
    try {
      quickestMark = Math.min((double) markNanos, quickestMark * FORGETTING);
      averageMark += WEIGHT * (markNanos - averageMark);
      return averageMark > SLOW_MARK_NANOS && averageMark > TIMES_SLOWER * quickestMark;
    } finally {
      lock.unlock();
    }
  }

  private boolean isLagging() {
    if (!isTimeToLook()) {
      return lags;
    }
    try {
      lags = journal.get().left() > MOST_LEFT;
    } catch (CrossfadeException e) {
      lags = true; // whoever cannot say how long its journal is has enough to do
    }
    return lags;
  }

  private boolean isTimeToLook() {
    lock.lock();
    try {
      long now = System.nanoTime();
      boolean time = now - lookedAt > LOOK_EVERY_NANOS;
      lookedAt = time ? now : lookedAt;
      return time;
    } finally {
      lock.unlock();
    }
  }
}
