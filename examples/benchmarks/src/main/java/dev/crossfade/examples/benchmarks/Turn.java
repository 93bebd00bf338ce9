package dev.crossfade.examples.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What was measured while one contender had its turn.
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

  /** Lets so many threads call it for so long, on random keys from 1 to {@code keys}. */
  static Turn of(Contender contender, int threads, double seconds, int keys) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    try {
      List<Future<Calls>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  ready.countDown();
                  go.await();
                  return calls(contender, seconds, keys);
                }));
      }
      ready.await();
      long begun = System.nanoTime();
      go.countDown();
      List<Calls> calls = results(running);
      contender.settle();
      return of(calls, System.nanoTime() - begun);
    } finally {
      pool.shutdownNow();
    }
  }

  private static Calls calls(Contender contender, double seconds, int keys) throws Exception {
    Calls calls = new Calls();
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long end = System.nanoTime() + (long) (seconds * NANOS_PER_SECOND);
    long before = System.nanoTime();
    do {
      contender.once(random.nextLong(keys) + 1);
      long after = System.nanoTime();
      calls.add(after - before);
      before = after;
    } while (before < end);
    return calls;
  }

  private static List<Calls> results(List<Future<Calls>> running) throws Exception {
    List<Calls> results = new ArrayList<>();
    for (Future<Calls> each : running) {
      try {
        results.add(each.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
    return results;
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
