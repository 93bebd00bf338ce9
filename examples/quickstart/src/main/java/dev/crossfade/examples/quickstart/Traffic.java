package dev.crossfade.examples.quickstart;

import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writers and readers that work through the application's repositories without a pause. */
final class Traffic implements AutoCloseable {
  /** Enough to be in the way of everything the library does, little enough for two cores. */
  private static final double WRITES_PER_SECOND = 40;

  private static final double READS_PER_SECOND = 80;

  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  Traffic(TokenMonitor monitor, WriteLog log, Meter meter, Options options) {
    for (int i = 0; i < options.users(); i++) {
      Writer writer = new Writer(i, options.users(), monitor, log, meter, options);
      threads.add(thread("writer-" + i, writer::write, WRITES_PER_SECOND));
    }
    for (int i = 0; i < options.users(); i++) {
      Reader reader = new Reader(i, monitor, log, meter, options);
      threads.add(thread("reader-" + i, reader::read, READS_PER_SECOND));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** Does something again and again, at that rate unless it takes longer. */
  private Thread thread(String name, Runnable work, double perSecond) {
    long interval = (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    Thread thread =
        new Thread(
            () -> {
              long next = System.nanoTime();
              while (!stopped) {
                work.run();
                next = Math.max(next + interval, System.nanoTime() - interval);
                LockSupport.parkNanos(next - System.nanoTime());
              }
            },
            name);
    thread.setDaemon(true);
    return thread;
  }

  /** Lets everybody finish what is under way. */
  @Override
  public void close() {
    stopped = true;
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
