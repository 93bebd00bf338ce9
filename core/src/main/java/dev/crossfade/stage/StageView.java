package dev.crossfade.stage;

import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.store.ControlRow;

/**
 * What this process believes about a migration's stage. Immutable. May be outdated: every write
 * says under which epoch it was begun, and the store refuses an outdated one.
 *
 * @param primary the side whose control row is the truth
 * @param row that row
 */
public record StageView(Side primary, ControlRow row) {
  /** The stage. */
  public Stage stage() {
    return row.stage();
  }

  /** The epoch. */
  public long epoch() {
    return row.epoch();
  }

  /** The other side. */
  public Side secondary() {
    return primary.other();
  }
}
