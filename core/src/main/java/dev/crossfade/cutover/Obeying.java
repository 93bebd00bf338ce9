package dev.crossfade.cutover;

import dev.crossfade.GateAnswer;
import dev.crossfade.Stage;
import dev.crossfade.store.ControlRow;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A setting is obeyed: with the last step of the move. A change of mind, a move by hand, or an
 * attempt of somebody else that comes in between ends it. For one attempt, by one thread.
 */
final class Obeying implements Purpose {
  /** What the audit calls the settings of all instances. */
  static final String ACTOR = "settings";

  private static final long NEVER = -1;

  private final Stage wanted;
  private final BooleanSupplier stillWanted;
  private long closedAt = NEVER;

  /**
   * Made for one attempt.
   *
   * @param stillWanted asked before every step, and before the primary is closed
   */
  Obeying(Stage wanted, BooleanSupplier stillWanted) {
    this.wanted = wanted;
    this.stillWanted = stillWanted;
  }

  /** The stage that is obeyed. */
  Stage wanted() {
    return wanted;
  }

  @Override
  public String actor() {
    return ACTOR;
  }

  @Override
  public @Nullable String reason() {
    return null;
  }

  @Override
  public GateAnswer forcing(GateAnswer answer) {
    return answer;
  }

  @Override
  public boolean stands(ControlRow row) {
    return stillWanted.getAsBoolean() && row.isOpen() && !row.obeyed().contains(wanted);
  }

  @Override
  public Set<Stage> obeyed(ControlRow row, Stage next) {
    return next == wanted ? Set.of(wanted) : row.obeyed();
  }

  @Override
  public boolean isPatient() {
    return true;
  }

  @Override
  public void closing(ControlRow row) {
    closedAt = row.epoch();
  }

  /** Whether writes have waited for nothing: the primary was closed, and the epoch is the same. */
  boolean closedInVain(long epoch) {
    return closedAt == epoch;
  }
}
