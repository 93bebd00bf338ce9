package dev.crossfade.junit.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Threads of a test, all over when it is; and its ways to wait. */
final class Crew implements AutoCloseable {
  /** Longer than anything takes that works; what waits longer has failed. */
  static final Duration LIMIT = Duration.ofMinutes(3);

  private final List<Thread> threads = new ArrayList<>();

  /** What a thread does; the index tells the threads of one crew apart. */
  interface Work {
    void run(int index) throws Exception;
  }

  <R extends @Nullable Object> Future<R> start(Callable<R> work) {
    FutureTask<R> task = new FutureTask<>(work);
    run(task);
    return task;
  }

  private void run(Runnable task) {
    Thread thread = new Thread(task, "contract-" + threads.size());
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  Thread lastStarted() {
    return threads.get(threads.size() - 1);
  }

  /** Runs the work on so many threads that begin together, and fails as the first of them does. */
  static void together(int count, Work work) {
    try (Crew crew = new Crew()) {
      CyclicBarrier start = new CyclicBarrier(count);
      CompletionService<Boolean> finished = new ExecutorCompletionService<>(crew::run);
      for (int i = 0; i < count; i++) {
        int index = i;
        Future<Boolean> unused =
            finished.submit(
                () -> {
                  start.await();
                  work.run(index);
                  return true;
                });
      }
      for (int i = 0; i < count; i++) {
        get(next(finished));
      }
    }
  }

  private static Future<Boolean> next(CompletionService<Boolean> finished) {
    try {
      Future<Boolean> next = finished.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (next == null) {
        throw new AssertionError("no thread came to its end within " + LIMIT + "; a deadlock?");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", e);
    }
  }

  /**
   * The result; what the work threw is thrown here, errors and unchecked exceptions as they are.
   */
  static <R extends @Nullable Object> R get(Future<R> future) {
    try {
      return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof RuntimeException exception) {
        throw exception;
      }
      throw new AssertionError("a thread of the test failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", e);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing came back within " + LIMIT + "; a deadlock?", e);
    }
  }

  /**
   * Whether the work is over within a moment. For work that must still be waiting: a store that
   * wrongly does not wait is caught, one that is merely slow never fails a test.
   */
  static boolean isOverWithin(Future<?> future, Duration moment) {
    try {
      future.get(moment.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", e);
    }
  }

  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("what was waited for did not come within " + LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", e);
    }
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + ": not within " + LIMIT);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Interrupts those that still run and waits for them. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join(LIMIT.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
