package dev.crossfade.examples.torture.app;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** The threads that work. */
final class Workers implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int PAUSE_NANOS = 40_000_000;

  /** The server that stands in for MongoDB goes through all entries of the journal each time. */
  private static final int PAUSE_ON_MONGO_NANOS = 160_000_000;

  private static final int EASY_PAUSE_NANOS = 400_000_000;

  private final List<Thread> threads = new ArrayList<>();
  private volatile int pauseNanos;
  private volatile boolean ending;

  Workers(ChildOptions options, Application application, Recording recording) {
    pauseNanos = pauseNanos(options);
    OwnTransactions transactions = new OwnTransactions(options, application);
    SplittableRandom seeds = new SplittableRandom(options.seed());
    for (int n = 0; n < THREADS; n++) {
      SplittableRandom random = seeds.split();
      Workload workload =
          new Workload(options, application, transactions, recording, random.split());
      Thread thread = new Thread(() -> work(workload, random), "torture-worker-" + n);
      threads.add(thread);
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  private static int pauseNanos(ChildOptions options) {
    if (options.fullSpeed()) {
      return 0;
    }
    return options.onMongo() ? PAUSE_ON_MONGO_NANOS : PAUSE_NANOS;
  }

  /** From here on they do a tenth of what they did, or less. */
  void ease() {
    pauseNanos = EASY_PAUSE_NANOS;
  }

  private void work(Workload workload, SplittableRandom random) {
    while (!ending) {
      workload.step();
      int most = pauseNanos;
      if (most > 0) {
        LockSupport.parkNanos(random.nextInt(most));
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
