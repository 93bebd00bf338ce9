package dev.crossfade.stage;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Stage.Side;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.ControlTable.Evidence;
import dev.crossfade.wiring.Crossing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which decisions were carried out: kept as evidence in the store that has moved. A store that is
 * behind a decision which was not carried out yet is to be opened; behind one that was, it has
 * forgotten that it was open, and with it everything since. Safe for use by many threads.
 *
 * <p>The evidence has a name of its own beside the migration's, whose evidence is void in some
 * steps: for as long as a store's control row says that it moved, this must be there.
 */
final class Openings {
  private static final Logger log = LoggerFactory.getLogger(Openings.class);
  private static final String EVIDENCE = "opened";

  private final Crossing crossing;
  private final String name;

  /** The latest epoch that this process has noted. Noted twice by two threads it does no harm. */
  private volatile long noted;

  Openings(Crossing crossing) {
    this.crossing = crossing;
    this.name = crossing.name() + "/openings";
  }

  /** The other store was open at the epoch at which this one moved. Noted as well as can be. */
  void note(Side moved, long epoch) {
    if (noted >= epoch) {
      return;
    }
    try {
      if (!isNoted(moved, epoch)) { // a store that is busy can mostly be read
        control(moved).recordEvidence(name, EVIDENCE, String.valueOf(epoch));
      }
      noted = epoch;
    } catch (CrossfadeException e) {
      log.debug("an opening of '{}' at epoch {} is not noted", crossing.name(), epoch, e);
    }
  }

  /** Whether the other store is known to have been open at the epoch at which this one moved. */
  boolean wasCarriedOut(Side moved, ControlRow row) {
    return isNoted(moved, row.epoch());
  }

  /** What a store without control row says is of an earlier life; its epochs may come again. */
  void forget(Side side) {
    control(side).voidEvidence(name);
    noted = 0;
  }

  private boolean isNoted(Side moved, long epoch) {
    Evidence opened = control(moved).evidence(name).get(EVIDENCE);
    return opened != null && opened.detail().equals(String.valueOf(epoch));
  }

  private ControlTable control(Side side) {
    return crossing.store(side).control();
  }
}
