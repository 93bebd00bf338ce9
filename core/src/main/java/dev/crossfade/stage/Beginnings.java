package dev.crossfade.stage;

import dev.crossfade.CrossfadeException;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.ControlTable.Evidence;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when the epoch is: evidence in the store that is the primary in it, noted once it has
 * begun. So it is told by one clock, never too early, and however much the audit has forgotten.
 * Safe for use by many threads.
 */
public final class Beginnings {
  private static final Logger log = LoggerFactory.getLogger(Beginnings.class);
  private static final String EVIDENCE = "began";

  private final Crossing crossing;

  /** Made wherever it is asked for; it keeps nothing. */
  public Beginnings(Crossing crossing) {
    this.crossing = crossing;
  }

  /** This epoch has begun. Noted as well as can be: who asks next notes it otherwise. */
  public void note(StageView view) {
    try {
      control(view).recordEvidence(crossing.name(), EVIDENCE, text(view));
    } catch (CrossfadeException e) {
      log.debug("the beginning of an epoch of '{}' is not noted", crossing.name(), e);
    }
  }

  /**
   * How long the migration has been in this epoch, at least: where nobody has noted its beginning,
   * because whoever made the step has died, it counts from now.
   */
  public Duration since(StageView view) {
    ControlTable control = control(view);
    Evidence noted = control.evidence(crossing.name()).get(EVIDENCE);
    if (noted == null || !noted.detail().equals(text(view))) {
      note(view);
      return Duration.ZERO;
    }
    Duration since = Duration.between(noted.recordedAt(), control.now());
    return since.isNegative() ? Duration.ZERO : since;
  }

  private static String text(StageView view) {
    return String.valueOf(view.epoch());
  }

  private ControlTable control(StageView view) {
    return crossing.store(view.primary()).control();
  }
}
