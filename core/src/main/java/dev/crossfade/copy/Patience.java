package dev.crossfade.copy;

import dev.crossfade.ConfigurationException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a step of a copy again while a store is out of reach or the stage changes, for a minute at
 * most. Safe for use by many threads.
 */
final class Patience {
  private static final Logger log = LoggerFactory.getLogger(Patience.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final Crossing crossing;
  private final Stages stages;
  private final Repair repair;
  private final LongPredicate goesOnAfter;

  /** A step of a copy. */
  @FunctionalInterface
  interface Step<R extends @Nullable Object> {
    /** Does it in this stage. */
    R in(StageView view);
  }

  /**
   * @param goesOnAfter waits so many nanoseconds; false if nobody wants it to go on
   */
  Patience(Crossing crossing, Stages stages, Repair repair, LongPredicate goesOnAfter) {
    this.crossing = crossing;
    this.stages = stages;
    this.repair = repair;
    this.goesOnAfter = goesOnAfter;
  }

  <R extends @Nullable Object> R patiently(Step<R> step) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2)) {
      try {
        return step.in(copyingView());
      } catch (StoreUnavailableException
          | StoreTimeoutException
          | ConflictException
          | OutcomeUnknownException e) {
        goOnOrThrow(e, deadline, pause);
      } catch (FencedException | StaleEpochException e) {
        goOnOrThrow(
            new StoreUnavailableException("the stage kept changing; run it again", e),
            deadline,
            pause);
      }
    }
  }

  private void goOnOrThrow(CrossfadeException e, long deadline, long pause) {
    repair.signal();
    if (System.nanoTime() > deadline || !goesOnAfter.test(TimeUnit.MILLISECONDS.toNanos(pause))) {
      throw e;
    }
    stages.refresh();
    log.debug("copying of migration '{}' goes on after", crossing.name(), e);
  }

  /** Not to a store that has just come back and has not been looked at: what it has counts, too. */
  private StageView copyingView() {
    StageView view = stages.current();
    if (!view.stage().writesBoth()) {
      throw new IllegalStateException(
          "migration '"
              + crossing.name()
              + "' is in "
              + view.stage().id()
              + ", where the other store does not follow; move it to dual_write or ramp_down before"
              + " copying");
    }
    stages.lookAtSecondary(view);
    ConfigurationException doubt = stages.doubt();
    if (doubt != null) {
      throw doubt;
    }
    return view;
  }
}
