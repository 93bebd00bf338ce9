package dev.crossfade.examples.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What was measured of one contender in one round.
 *
 * @param p50Micros the median time of one call, as its caller saw it
 * @param p99Micros the 99th percentile
 * @param perSecond calls per second, until nothing was under way any more
 * @param evenness the calls of the slowest thread, as a share of the fastest one's
 */
record Turn(double p50Micros, double p99Micros, double perSecond, double evenness) {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;

  /** One thread's calls. */
  private static final class Calls {
    private long[] nanos = new long[4096];
    private int count;

    void add(long taken) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = taken;
    }
  }

  /**
   * Collects a turn from its slices: so many threads call a contender, on random keys from 1 to
   * {@code keys}. Not safe for use by several threads.
   */
  static final class Slices implements AutoCloseable {
    private final Contender contender;
    private final int keys;
    private final ExecutorService pool;
    private final List<Calls> calls = new ArrayList<>();
    private long elapsed;

    Slices(Contender contender, int threads, int keys) {
      this.contender = contender;
      this.keys = keys;
      this.pool = Executors.newFixedThreadPool(threads);
      for (int i = 0; i < threads; i++) {
        calls.add(new Calls());
      }
    }

    /** Lets them call it for so long, and waits until nothing is under way. */
    void run(double seconds) throws Exception {
      CountDownLatch ready = new CountDownLatch(calls.size());
      CountDownLatch go = new CountDownLatch(1);
      List<Future<?>> running = new ArrayList<>();
      for (Calls own : calls) {
        running.add(
            pool.submit(
                () -> {
                  ready.countDown();
                  go.await();
                  call(own, seconds);
                  return null;
                }));
      }
      ready.await();
      long begun = System.nanoTime();
      go.countDown();
      for (Future<?> each : running) {
        each.get();
      }
      contender.settle();
      elapsed += System.nanoTime() - begun;
    }

    private void call(Calls own, double seconds) throws Exception {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      long before = System.nanoTime();
      long end = before + (long) (seconds * NANOS_PER_SECOND);
      do {
        contender.once(random.nextLong(keys) + 1);
        long after = System.nanoTime();
        own.add(after - before);
        before = after;
      } while (before < end);
    }

    Turn turn() {
      return of(calls, elapsed);
    }

    @Override
    public void close() {
      pool.shutdownNow();
    }
  }

  private static Turn of(List<Calls> calls, long elapsed) {
    long[] sorted =
        calls.stream().flatMapToLong(each -> Arrays.stream(each.nanos, 0, each.count)).toArray();
    Arrays.sort(sorted);
    int slowest = calls.stream().mapToInt(each -> each.count).min().orElseThrow();
    int fastest = calls.stream().mapToInt(each -> each.count).max().orElseThrow();
    return new Turn(
        sorted[sorted.length / 2] / NANOS_PER_MICRO,
        sorted[(int) (sorted.length * 0.99)] / NANOS_PER_MICRO,
        sorted.length * NANOS_PER_SECOND / elapsed,
        (double) slowest / fastest);
  }
}
