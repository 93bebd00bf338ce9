package dev.crossfade.journal;

import dev.crossfade.CrossfadeListener.FinishFailure;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Finish;
import dev.crossfade.wiring.Crossing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step 4 of writes: finishes operations in batches, on a thread of its own so that no caller waits
 * for it.
 *
 * <p>A batch is one transaction on the primary, so it lets a few operations gather, but never while
 * somebody waits for them to be {@linkplain #flush finished}: see {@link Gathering}.
 *
 * <p>A finish that fails is lost on purpose: its operation ends, the sweep finds the entries,
 * repair copies the keys. Where the queue is full, who carries rows over waits for room: a primary
 * that finishes more slowly than it is written to slows its writers down instead of leaving more
 * and more to repair. Safe for use by many threads.
 */
public final class Finisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Finisher.class);

  /** Few enough to be finished in a fraction of the time that a change of primary may take. */
  private static final int QUEUE = 1024;

  /**
   * While keys are contested. What is open then is contested by every further write, and what is
   * contested is left: writers of few keys must not be far ahead of finishing and repair.
   */
  private static final int QUEUE_OF_CONTESTED = 16;

  private static final int BATCH = 256;

  /** Of a batch, for those that have changed nothing. */
  private static final int LEAVING_AT_LEAST = 64;

  /** Longer than a batch takes; who finds no room until then leaves its entries to the sweep. */
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Crossing crossing;
  private final Runnable somethingLeft;
  private final Gathering gathering;
  private final Thread thread;

  /** Guards what follows; never held while finishing. */
  private final ReentrantLock lock = new ReentrantLock();

  /** For the thread: there is something to finish, or no reason to wait for more. */
  private final Condition wanted = lock.newCondition();

  /** For those who wait for room, or for none to be left: there are fewer. */
  private final Condition fewer = lock.newCondition();

  private final Queue<Item> queue = new ArrayDeque<>();

  /**
   * Those that have changed nothing. They are in no hurry, and a store that is away makes many of
   * them: they must not keep those waiting that every further write of their keys would contest.
   */
  private final Queue<Item> leaving = new ArrayDeque<>();

  private long added;
  private long done;
  private int flushing;
  private boolean closed;

  private record Item(StageView view, Operation operation, Finish finish) {}

  /**
   * Starts the thread.
   *
   * @param somethingLeft told when entries stay behind for repair
   */
  public Finisher(Crossing crossing, Runnable somethingLeft) {
    this(crossing, somethingLeft, new Gathering());
  }

  Finisher(Crossing crossing, Runnable somethingLeft, Gathering gathering) {
    this.crossing = crossing;
    this.somethingLeft = somethingLeft;
    this.gathering = gathering;
    this.thread = new Thread(this::run, "crossfade-finish-" + crossing.name());
    this.thread.setDaemon(true);
    this.thread.start();
  }

  /**
   * Finishes an operation soon, and ends it; waits for room in the queue, but not for long, and not
   * at all for one that has changed nothing: its entry is as well left by the sweep.
   */
  public void finish(StageView view, Operation operation, Finish finish) {
    add(new Item(view, operation, finish), room(), System.nanoTime() + LONGEST_WAIT_NANOS);
  }

  /**
   * As {@link #finish}, for operations that were carried over together while nobody waited: whoever
   * writes is ahead of them anyway, so they need not be few where keys are contested. All of them
   * wait no longer than one would.
   */
  public void finishTogether(StageView view, List<Operation> operations, List<Finish> finishes) {
    long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
    for (int i = 0; i < operations.size(); i++) {
      add(new Item(view, operations.get(i), finishes.get(i)), QUEUE, deadline);
    }
  }

  private void add(Item item, int room, long deadline) {
    if (!isAdded(item, room, deadline)) {
      item.operation.end(); // lost: the sweep finds its entries
      somethingLeft.run();
    }
  }

  private boolean isAdded(Item item, int room, long deadline) {
    lock.lock();
    try {
      boolean skipped = item.finish.outcome() == Finish.Outcome.NOT_DONE;
      if (!skipped) {
        awaitRoom(room, deadline);
      }
      Queue<Item> line = skipped ? leaving : queue;
      if (line.size() >= QUEUE || closed) {
        return false;
      }
      line.add(item);
      added++;
      if (waiting() == 1 || waiting() == BATCH) {
        wanted.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** To be called with the lock. */
  private int waiting() {
    return queue.size() + leaving.size();
  }

  /** To be called with the lock. */
  private void awaitRoom(int room, long deadline) {
    try {
      long left = deadline - System.nanoTime();
      while (queue.size() >= room && !closed && left > 0) {
        left = fewer.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int room() {
    return gathering.isContested() ? QUEUE_OF_CONTESTED : QUEUE;
  }

  /** The next ones to finish; to be called with the lock. */
  private List<Item> batch() {
    List<Item> batch = new ArrayList<>(Math.min(BATCH, waiting()));
    move(queue, batch, BATCH - Math.min(LEAVING_AT_LEAST, leaving.size()));
    move(leaving, batch, BATCH);
    fewer.signalAll();
    return batch;
  }

  private static void move(Queue<Item> from, List<Item> to, int most) {
    while (to.size() < most && !from.isEmpty()) {
      to.add(from.remove());
    }
  }

  /** Nobody else finishes, so nothing ends this thread but {@link #close}. */
  private void run() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        List<Item> batch = await();
        goesOn = !batch.isEmpty();
        finish(batch);
      } catch (RuntimeException | Error e) {
        // What it held has ended; the sweep finds the entries.
      }
    }
  }

  /** The next ones to finish; none once closed. */
  private List<Item> await() {
    lock.lock();
    try {
      while (waiting() == 0 && !closed) {
        wanted.awaitUninterruptibly();
      }
      gather();
      return batch();
    } finally {
      lock.unlock();
    }
  }

  private void gather() {
    try {
      long left = gathering.nanos();
      while (left > 0 && waiting() < BATCH && flushing == 0 && !closed) {
        left = wanted.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if somebody did, it gathers a little less.
    }
  }

  /**
   * Waits until what is to be finished now is finished; nothing gathers meanwhile. What comes while
   * it waits is not waited for: under writers it never ends.
   *
   * @return false if that took longer
   */
  public boolean flush(long nanos) throws InterruptedException {
    lock.lock();
    try {
      flushing++;
      wanted.signal();
      long last = added;
      long left = nanos;
      while (done < last && left > 0) {
        left = fewer.awaitNanos(left);
      }
      return done >= last;
    } finally {
      flushing--;
      lock.unlock();
    }
  }

  private void finished(int count) {
    lock.lock();
    try {
      done += count;
      fewer.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void finish(List<Item> batch) {
    try {
      for (int from = 0, to; from < batch.size(); from = to) {
        to = endOfView(batch, from);
        finishSameView(batch.subList(from, to));
      }
    } finally {
      batch.forEach(item -> item.operation.end());
      finished(batch.size());
    }
  }

  /**
   * Operations begun before and after a change of stage may meet in one batch; each belongs to its
   * own primary.
   */
  private static int endOfView(List<Item> batch, int from) {
    int to = from + 1;
    while (to < batch.size() && batch.get(to).view.primary() == batch.get(from).view.primary()) {
      to++;
    }
    return to;
  }

  private void finishSameView(List<Item> items) {
    List<Finish> operations = new ArrayList<>(items.size());
    int left = 0;
    for (Item item : items) {
      operations.add(item.finish);
      left += item.finish.outcome() == Finish.Outcome.DONE ? 0 : item.finish.entries().size();
    }
    try {
      int stay = crossing.store(items.get(0).view.primary()).journal().finish(operations);
      gathering.finished(items.size(), stay - left);
      if (stay > 0) {
        somethingLeft.run();
      }
    } catch (RuntimeException | Error e) {
      log.info(
          "{} operations of migration '{}' could not be finished; their entries stay and repair copies the keys: {}",
          items.size(),
          crossing.name(),
          e.toString());
      somethingLeft.run();
      FinishFailure event = new FinishFailure(crossing.name(), items.size(), e);
      crossing.events().tell(listener -> listener.finishFailed(event));
    }
  }

  /** Finishes what waits, then ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wanted.signal();
      fewer.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
