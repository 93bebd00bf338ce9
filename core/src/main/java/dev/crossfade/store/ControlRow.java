package dev.crossfade.store;

import dev.crossfade.Stage;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of a migration's stage: each store has one row per migration. The truth is the
 * row that is open, or, between a decision and its opening, the one that moved.
 *
 * @param migration the migration's name
 * @param epoch grows with every change of stage
 * @param stage the stage at that epoch
 * @param state whether this store is primary
 * @param attempt who is closing, while closing; else null
 * @param deadline until when an attempt to close may be left alone, by the store's clock; null
 *     unless closing
 */
public record ControlRow(
    String migration,
    long epoch,
    Stage stage,
    State state,
    @Nullable UUID attempt,
    @Nullable Instant deadline) {
  /** What a store is to a migration. */
  public enum State {
    /** It is the primary. */
    OPEN,
    /** It is the primary, and a change of primary is being tried: nothing is marked but repairs. */
    CLOSING,
    /** It was the primary until this epoch. */
    MOVED
  }

  /** A row that is open. */
  public static ControlRow open(String migration, long epoch, Stage stage) {
    return new ControlRow(migration, epoch, stage, State.OPEN, null, null);
  }

  /** This row, closing. */
  public ControlRow closing(UUID byAttempt, Instant until) {
    return new ControlRow(migration, epoch, stage, State.CLOSING, byAttempt, until);
  }

  /** This row, open again at the same epoch. */
  public ControlRow reopened() {
    return open(migration, epoch, stage);
  }

  /**
   * This row, moved: the primary's role is gone to the other store at the next epoch, which begins
   * in {@code next}.
   */
  public ControlRow moved(Stage next) {
    return new ControlRow(migration, epoch + 1, next, State.MOVED, null, null);
  }

  /** Whether it is open. */
  public boolean isOpen() {
    return state == State.OPEN;
  }
}
