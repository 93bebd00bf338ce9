package dev.crossfade.journal;

import dev.crossfade.CrossfadeException;
import dev.crossfade.stage.Stages;
import dev.crossfade.wiring.Crossing;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says to the primary again and again that this process lives, on a thread of its own: a repair or
 * a move that takes longer than the lease must not look like a death. Safe for use by many threads.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final Crossing crossing;
  private final Stages stages;
  private final Membership membership;
  private final Runnable fenced;
  private final Thread thread;

  /** Guards the two flags; never held over I/O. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private boolean signalled;
  private boolean closed;

  /**
   * Made once per migration; {@link #start} starts the thread.
   *
   * @param fenced told when another process has taken this one for dead
   */
  public Heartbeat(Crossing crossing, Stages stages, Membership membership, Runnable fenced) {
    this.crossing = crossing;
    this.stages = stages;
    this.membership = membership;
    this.fenced = fenced;
    this.thread = new Thread(this::run, "crossfade-heartbeat-" + crossing.name());
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** What this process wants has changed: say so at once. */
  public void signal() {
    lock.lock();
    try {
      signalled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (awaitNext()) {
      try {
        if (!membership.beat(stages.current().primary())) {
          fenced.run();
        }
      } catch (CrossfadeException e) {
        log.debug("a heartbeat of migration '{}' was missed", crossing.name(), e);
      } catch (RuntimeException | Error e) {
        log.error(
            "A heartbeat of migration '{}' failed unexpectedly; the next one follows.",
            crossing.name(),
            e);
      }
    }
  }

  /** Waits for the next one, or until told to say something new; false once closed. */
  private boolean awaitNext() {
    lock.lock();
    try {
      long left = crossing.settings().heartbeat().toNanos();
      while (!signalled && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      signalled = false;
      return !closed;
    } catch (InterruptedException e) {
      return false; // nobody but a closing owner interrupts this thread
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread after the heartbeat under way. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
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
