package dev.crossfade.copy;

import dev.crossfade.CrossfadeListener.CopyProgress;
import dev.crossfade.RowEncoding;
import dev.crossfade.VerificationReport.Mode;
import dev.crossfade.copy.Standing.Pending;
import dev.crossfade.stage.StageView;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The work of one verification. The thread that called it cuts ranges of keys and keeps the
 * position; its own threads compare them, {@code crossfade-verify-…}, and end with it.
 *
 * <p>{@code failure} is set once, by whoever ends it: a thread that failed, an interrupt, a close.
 * All look at it for every row.
 */
final class VerificationRun {
  private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MILLIS = 100;
  private static final long END_MILLIS = 2_000;
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final Crossing crossing;
  private final Settling settling;
  private final StageView view;
  private final Mode mode;
  private final Repairer repairer;
  private final Runnable save;
  private final Semaphore room;
  private final ThreadPoolExecutor threads;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private long savedAt = System.nanoTime();

  /** Somebody has ended the run. */
  private static final class EndedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EndedException() {
      super("ended", null, false, false);
    }
  }

  VerificationRun(
      Crossing crossing,
      Settling settling,
      StageView view,
      Mode mode,
      Repairer repairer,
      Runnable save) {
    this.crossing = crossing;
    this.settling = settling;
    this.view = view;
    this.mode = mode;
    this.repairer = repairer;
    this.save = save;
    int count = crossing.settings().verificationThreads();
    this.room = new Semaphore(2 * count);
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(2 * count),
            work -> {
              Thread thread =
                  new Thread(
                      work,
                      "crossfade-verify-" + crossing.name() + "-" + THREADS.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Compares what is left of these.
   *
   * @throws InterruptedException if the caller was interrupted; the threads end, too
   * @throws IllegalStateException if it was ended by {@link #end}
   */
  void run(List<Standing<?, ?>> standings) throws InterruptedException {
    try {
      for (Standing<?, ?> standing : standings) {
        cut(standing);
      }
      threads.shutdown();
      while (!threads.awaitTermination(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        keepUp();
      }
      throwFailure();
    } catch (InterruptedException | RuntimeException | Error e) {
      fail(e);
      awaitEnd();
      throw e;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Ends it from another thread. */
  void end() {
    fail(new EndedException());
  }

  private <T, K> void cut(Standing<T, K> standing) throws InterruptedException {
    if (standing.isEnded()) {
      return;
    }
    EntityPair<T, K> pair = standing.pair();
    standing.begin(expectedRows(pair));
    Ranges<K> ranges =
        new Ranges<>(pair.on(view.primary()), standing.upTo(), RangeComparison.PAGE_ROWS);
    for (KeyRange<K> range = ranges.nextOrNull(); range != null; range = ranges.nextOrNull()) {
      while (!room.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        keepUp();
      }
      keepUp();
      Pending<K> pending = standing.handOut(range);
      threads.execute(() -> compare(standing, pending));
    }
  }

  private long expectedRows(EntityPair<?, ?> pair) {
    long rows = pair.on(view.primary()).estimatedRows();
    return rows >= 0 ? rows : pair.on(view.secondary()).estimatedRows();
  }

  private <T, K> void compare(Standing<T, K> standing, Pending<K> pending) {
    try {
      check();
      Found found = found(standing.pair(), pending.range());
      CopyProgress progress = standing.done(pending, found);
      if (progress != null) {
        crossing.events().tell(listener -> listener.progressed(progress));
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      room.release();
    }
  }

  private <T, K> Found found(EntityPair<T, K> pair, KeyRange<K> range) {
    RangeComparison.Watch<K> watch =
        new RangeComparison.Watch<>() {
          @Override
          public void check() {
            VerificationRun.this.check();
          }

          @Override
          public void differ(List<K> keys) {
            repairer.repair(pair, keys);
          }
        };
    RangeComparison<T, K> comparison = new RangeComparison<>(view, pair, settling, watch);
    RowEncoding<T> encoding =
        mode == Mode.QUICK ? RowEncoding.of(pair.entity()).orElse(null) : null;
    return encoding == null
        ? comparison.compare(range)
        : new RangeChecksums<>(view, pair, encoding, comparison, watch).compare(range);
  }

  private void keepUp() {
    throwFailure();
    if (System.nanoTime() - savedAt > SAVE_NANOS) {
      save.run();
      savedAt = System.nanoTime();
    }
  }

  private void check() {
    if (failure.get() != null) {
      throw new EndedException();
    }
  }

  private void fail(Throwable why) {
    failure.compareAndSet(null, why);
  }

  private void throwFailure() {
    Throwable why = failure.get();
    if (why instanceof EndedException) {
      throw new IllegalStateException(
          "migration '"
              + crossing.name()
              + "' was closed during its verification; the position is"
              + " kept, verify it again to go on");
    } else if (why instanceof RuntimeException e) {
      throw e;
    } else if (why instanceof Error e) {
      throw e;
    }
  }

  /** Whoever waits inside a store is interrupted; one that cannot be ends with its time limit. */
  private void awaitEnd() {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      threads.awaitTermination(END_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
