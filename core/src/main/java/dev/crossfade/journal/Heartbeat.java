package dev.crossfade.journal;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Stage.Side;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Wakeup;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says to a store again and again that this process lives, on a thread of its own: a repair or a
 * move that takes longer than the lease must not look like a death. Who lives counts in the
 * primary; the secondary is told because it may be the primary next, and on another thread because
 * it may not answer. Safe for use by many threads.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final Crossing crossing;
  private final Side side;
  private final Membership membership;
  private final Runnable fenced;
  private final Thread thread;

  private final Wakeup wakeup = new Wakeup();

  /**
   * Made once per migration and store; {@link #start} starts the thread.
   *
   * @param fenced told when another process has taken this one for dead
   */
  public Heartbeat(Crossing crossing, Side side, Membership membership, Runnable fenced) {
    this.crossing = crossing;
    this.side = side;
    this.membership = membership;
    this.fenced = fenced;
    this.thread =
        new Thread(
            this::run,
            "crossfade-heartbeat-" + crossing.name() + "-" + side.name().toLowerCase(Locale.ROOT));
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** What this process wants, or the epoch it has seen, has changed: say so at once. */
  public void signal() {
    wakeup.signal();
  }

  private void run() {
    while (wakeup.await(crossing.settings().heartbeat().toNanos())) {
      try {
        if (!membership.beat(side)) {
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

  /** Ends the thread after the heartbeat under way. */
  @Override
  public void close() {
    wakeup.close(thread);
  }
}
