package dev.crossfade;

import dev.crossfade.CrossfadeListener.CopyProgress;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * A backfill under way, from {@link Migration#startBackfill}. It runs on threads of its own,
 * whoever holds this.
 *
 * <p>Safe for use by many threads.
 */
public interface BackfillRun {
  /** What it does. */
  enum State {
    /** It copies. */
    RUNNING,
    /** It was asked to {@link #pause}. */
    PAUSED,
    /** It has come to its end. */
    DONE,
    /** It was ended before; what was copied stays, and the next one goes on from there. */
    CANCELLED,
    /** It could not go on; {@link #await} throws why. What was copied stays, as above. */
    FAILED
  }

  /** What it does now. */
  State state();

  /** How far it has come with each entity it has begun with, in the order it began. */
  List<CopyProgress> progress();

  /**
   * Asks it to read nothing more until {@link #resume}; returns at once. What was read already, up
   * to two chunks per lane, still arrives, so that no key stays marked meanwhile. Does nothing once
   * it has ended.
   */
  void pause();

  /** Lets it go on. */
  void resume();

  /**
   * Asks it to end; returns at once. What is under way is finished, which takes about as long as a
   * chunk does, at most as long as a change of the other store may take; {@link #await} returns
   * then. Does nothing once it has ended.
   */
  void cancel();

  /**
   * Waits for its end.
   *
   * @return what it has copied, with what earlier runs had copied where it went on from them
   * @throws CancellationException if it was cancelled, or the {@link Crossfade} closed
   * @throws InterruptedException if the thread was interrupted; the run goes on
   * @throws CrossfadeException if it could not go on, as {@link Migration#backfill} says
   */
  BackfillReport await() throws InterruptedException;
}
