package dev.crossfade.examples.benchmarks;

import dev.crossfade.CrossfadeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Threads that save rows without a pause, every other time one of a few that all of them write, and
 * what each save took. For one thread, which starts and stops them, and may ask once they have
 * stopped.
 */
final class Writers {
  private static final int HOT = 20;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Items items;
  private final int keys;
  private final List<Calls> calls = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ending;

  /**
   * A part of the run.
   *
   * @param from its beginning, by {@link System#nanoTime}
   * @param to its end
   */
  record Window(long from, long to) {}

  /** One thread's calls. */
  private static final class Calls {
    private long[] begun = new long[4096];
    private long[] ended = new long[4096];
    private int count;
    private int failed;
    private @Nullable RuntimeException failure;

    void add(long from, long to) {
      if (count == begun.length) {
        begun = Arrays.copyOf(begun, 2 * count);
        ended = Arrays.copyOf(ended, 2 * count);
      }
      begun[count] = from;
      ended[count++] = to;
    }

    DoubleStream millisIn(Window window) {
      return IntStream.range(0, count)
          .filter(n -> begun[n] - window.to() < 0 && ended[n] - window.from() > 0)
          .mapToDouble(n -> (ended[n] - begun[n]) / NANOS_PER_MILLI);
    }
  }

  /** So many threads; rows have the keys from 1 to {@code keys}. */
  Writers(Items items, int count, int keys) {
    this.items = items;
    this.keys = keys;
    for (int n = 0; n < count; n++) {
      Calls own = new Calls();
      calls.add(own);
      threads.add(new Thread(() -> write(own), "benchmark-writer-" + n));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  private void write(Calls own) {
    try {
      while (!ending) {
        long begun = System.nanoTime();
        own.failed += isSaved() ? 0 : 1;
        own.add(begun, System.nanoTime());
      }
    } catch (RuntimeException e) {
      own.failure = e;
    }
  }

  /** Whether the library took it; an application would try again. */
  private boolean isSaved() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int choice = random.nextBoolean() ? Math.min(HOT, keys) : keys;
    try {
      items.save(Item.next(random.nextInt(choice) + 1L));
      return true;
    } catch (CrossfadeException e) {
      return false;
    }
  }

  /**
   * Returns when the last of them has ended.
   *
   * @throws IllegalStateException if one did before, with what it failed with
   */
  void stop() throws InterruptedException {
    ending = true;
    for (Thread thread : threads) {
      thread.join();
    }
    for (Calls each : calls) {
      if (each.failure != null) {
        throw new IllegalStateException("a writer failed", each.failure);
      }
    }
  }

  /** How many milliseconds each save took that was under way at some moment of the window. */
  DoubleStream millisIn(Window window) {
    return calls.stream().flatMapToDouble(each -> each.millisIn(window));
  }

  /** How many saves failed. */
  int failed() {
    return calls.stream().mapToInt(each -> each.failed).sum();
  }
}
