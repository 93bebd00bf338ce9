package dev.crossfade.journal;

import dev.crossfade.CrossfadeException;
import dev.crossfade.stage.Stages;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Wakeup;
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

  private final Wakeup wakeup = new Wakeup();

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
    wakeup.signal();
  }

  private void run() {
    while (wakeup.await(crossing.settings().heartbeat().toNanos())) {
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

  /** Ends the thread after the heartbeat under way. */
  @Override
  public void close() {
    wakeup.close(thread);
  }
}
