package dev.crossfade.copy;

import java.util.concurrent.TimeUnit;

/**
 * How many rows of an entity the next chunk should have: as many as the settings allow, fewer where
 * that many take too much memory or too long. It begins small, because it knows nothing yet.
 *
 * <p>Safe for use by many threads; what several of them learn at once may count for less.
 */
final class ChunkSize {
  /** Of the rows in memory; a lane has two chunks. */
  private static final double BYTES = 8e6;

  /** Where rows are far larger than those before; the chunk ends there. */
  static final long MOST_BYTES = 16_000_000;

  private static final long TIME_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Whoever writes a key of a chunk that is being loaded waits for it. */
  private static final long TIME_AMONG_WRITES_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private static final int FIRST = 1_000;
  private static final int LEAST = 50;

  /** With fewer the commits around a chunk would cost more than its rows. */
  private static final int LEAST_AMONG_WRITES = 500;

  private volatile int rows = FIRST;

  /** At most {@code most}. */
  int rows(int most) {
    return Math.min(most, rows);
  }

  /** A chunk was copied. */
  void copied(long chunkRows, long bytes, long nanos, boolean amongWrites) {
    if (chunkRows == 0) {
      return;
    }
    double byBytes = BYTES / bytes * chunkRows;
    double byTime =
        amongWrites
            ? Math.max(LEAST_AMONG_WRITES, (double) TIME_AMONG_WRITES_NANOS / nanos * chunkRows)
            : (double) TIME_NANOS / nanos * chunkRows;
    double next = Math.min(Math.min(byBytes, byTime), 2.0 * Math.max(rows, LEAST));
    rows = (int) Math.max(LEAST, next);
  }
}
