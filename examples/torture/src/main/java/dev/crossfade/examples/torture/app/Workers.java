package dev.crossfade.examples.torture.app;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** The threads that work. */
final class Workers implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int PAUSE_NANOS = 40_000_000;

  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ending;

  Workers(ChildOptions options, Application application, Recording recording) {
    OwnTransactions transactions = new OwnTransactions(options, application);
    SplittableRandom seeds = new SplittableRandom(options.seed());
    for (int n = 0; n < THREADS; n++) {
      SplittableRandom random = seeds.split();
      Workload workload =
          new Workload(options, application, transactions, recording, random.split());
      Thread thread =
          new Thread(() -> work(workload, random, options.fullSpeed()), "torture-worker-" + n);
      threads.add(thread);
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  private void work(Workload workload, SplittableRandom random, boolean fullSpeed) {
    while (!ending) {
      workload.step();
      if (!fullSpeed) {
        LockSupport.parkNanos(random.nextInt(PAUSE_NANOS));
      }
    }
  }

  /** Returns when all have ended what they were at. */
  @Override
  public void close() {
    ending = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
