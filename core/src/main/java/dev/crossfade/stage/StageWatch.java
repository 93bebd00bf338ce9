package dev.crossfade.stage;

import dev.crossfade.CrossfadeException;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Wakeup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for moves that other processes make: with every heartbeat, and at once when told that there
 * may be one. On a thread of its own, because a look may wait for a connection while this process
 * is busy, and neither heartbeats nor repair nor who told must wait with it. Nothing rests on it:
 * who has not seen a move is refused by the store, and looks then. Safe for use by many threads.
 */
public final class StageWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StageWatch.class);

  private final Crossing crossing;
  private final Stages stages;
  private final Thread thread;
  private final Wakeup wakeup = new Wakeup();

  /** Made once per migration; {@link #start} starts the thread. */
  public StageWatch(Crossing crossing, Stages stages) {
    this.crossing = crossing;
    this.stages = stages;
    this.thread = new Thread(this::run, "crossfade-stage-" + crossing.name());
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** There may have been a move, or the heartbeat has changed: look at once. */
  public void signal() {
    wakeup.signal();
  }

  private void run() {
    while (wakeup.await(crossing.settings().heartbeat().toNanos())) {
      try {
        stages.look();
      } catch (CrossfadeException e) {
        log.debug("the stage of migration '{}' could not be looked at", crossing.name(), e);
        lookAtBoth();
      } catch (RuntimeException | Error e) {
        log.error(
            "Looking at the stage of migration '{}' failed unexpectedly; the next look follows.",
            crossing.name(),
            e);
      }
    }
  }

  /** The primary is away; it may have been given up meanwhile, which the other store knows. */
  private void lookAtBoth() {
    try {
      StageView unused = stages.refresh();
    } catch (CrossfadeException e) {
      log.debug("the stage of migration '{}' could not be read", crossing.name(), e);
    }
  }

  /** Ends the thread after the look under way. */
  @Override
  public void close() {
    wakeup.close(thread);
  }
}
