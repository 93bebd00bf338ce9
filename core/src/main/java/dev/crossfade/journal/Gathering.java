package dev.crossfade.journal;

import java.util.concurrent.TimeUnit;

/**
 * How long finished operations wait for others to share their transaction.
 *
 * <p>The longer they wait, the fewer transactions; but the longer their entries stay open, the
 * likelier the next write of the same key overlaps with one. That contests it, and repair copies
 * the key: where few keys are written again and again waiting would cost more than it saves. So the
 * wait grows with every batch in which nothing was contested, a little at a time, and is none for a
 * while after one in which something was.
 *
 * <p>Safe for use by many threads; one that sees an outdated wait waits a little more or less.
 */
final class Gathering {
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long STEP = TimeUnit.MICROSECONDS.toNanos(250);
  private static final int CALM_BATCHES = 32;

  /** A copy for so many operations costs less than their finishing one by one. */
  private static final int OPERATIONS_PER_CONTESTED = 32;

  private final long longest;
  private final long step;

  /** Batches since the last one with much contested; negative while there is no waiting. */
  private volatile int calm;

  Gathering() {
    this(LONGEST, STEP);
  }

  Gathering(long longestNanos, long stepNanos) {
    this.longest = longestNanos;
    this.step = stepNanos;
  }

  /** How long to wait. */
  long nanos() {
    return Math.min(longest, Math.max(0, calm) * step);
  }

  /** Whether much was contested of late. */
  boolean isContested() {
    return calm < 0;
  }

  /** A batch is finished. */
  void finished(int operations, int contested) {
    boolean much = contested * OPERATIONS_PER_CONTESTED > operations;
    calm = much ? -CALM_BATCHES : (int) Math.min(longest / step, calm + 1L);
  }
}
