package dev.crossfade.examples.quickstart;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Measures what callers see: in intervals, and across moves. Safe for use by many threads. */
final class Meter {
  private volatile Interval current = new Interval();
  private volatile long moveBegan = Long.MAX_VALUE;
  private volatile long moveEnded = Long.MAX_VALUE;
  private long longestPause;

  /** A write that began at that moment is over. */
  void wrote(long begun) {
    long now = System.nanoTime();
    current.write(now - begun);
    if (now >= moveBegan && begun <= moveEnded) {
      paused(now - begun);
    }
  }

  void read() {
    current.reads.increment();
  }

  void failed() {
    current.failed.increment();
  }

  /** Writes that overlap with what follows count for the longest pause. */
  void moveBegins() {
    moveEnded = Long.MAX_VALUE;
    moveBegan = System.nanoTime();
  }

  void moveEnds() {
    moveEnded = System.nanoTime();
  }

  private synchronized void paused(long nanos) {
    longestPause = Math.max(longestPause, nanos);
  }

  synchronized long longestPauseMillis() {
    return Math.round(longestPause / 1e6);
  }

  /** What has happened since this was called last. */
  synchronized Interval next() {
    Interval over = current;
    current = new Interval();
    over.ended = System.nanoTime();
    return over;
  }

  /** Some time, and what callers saw in it. */
  static final class Interval {
    private final long begun = System.nanoTime();
    private final LongAdder reads = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private long[] latencies = new long[1024];
    private int writes;
    private volatile long ended;

    private synchronized void write(long nanos) {
      if (writes == latencies.length) {
        latencies = Arrays.copyOf(latencies, writes * 2);
      }
      latencies[writes++] = nanos;
    }

    double seconds() {
      return (ended - begun) / 1e9;
    }

    synchronized double writesPerSecond() {
      return writes / seconds();
    }

    double readsPerSecond() {
      return reads.sum() / seconds();
    }

    long failures() {
      return failed.sum();
    }

    /** The latency that this share of the writes did not exceed, in milliseconds. */
    synchronized double writeMillis(double share) {
      if (writes == 0) {
        return 0;
      }
      long[] sorted = Arrays.copyOf(latencies, writes);
      Arrays.sort(sorted);
      return sorted[(int) Math.min(writes - 1, Math.ceil(share * writes))] / 1e6;
    }
  }
}
