package dev.crossfade.store;

import dev.crossfade.Stage;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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
 * @param obeyed the settings last obeyed: the wanted stages that have no effect any more. One after
 *     it was obeyed; those of all live instances after a move by hand; immutable
 */
public record ControlRow(
    String migration,
    long epoch,
    Stage stage,
    State state,
    @Nullable UUID attempt,
    @Nullable Instant deadline,
    Set<Stage> obeyed) {
  /** Copies what is given. */
  public ControlRow {
    obeyed = Set.copyOf(obeyed);
  }

  /** What a store is to a migration. */
  public enum State {
    /** It is the primary. */
    OPEN,
    /** It is the primary, and a change of primary is being tried: nothing is marked but repairs. */
    CLOSING,
    /** It was the primary until this epoch. */
    MOVED
  }

  /** A row that is open, no setting obeyed. */
  public static ControlRow open(String migration, long epoch, Stage stage) {
    return new ControlRow(migration, epoch, stage, State.OPEN, null, null, Set.of());
  }

  /** This row, closing. */
  public ControlRow closing(UUID byAttempt, Instant until) {
    return new ControlRow(migration, epoch, stage, State.CLOSING, byAttempt, until, obeyed);
  }

  /** This row, open at the same epoch: again after closing, or in the store it moved to. */
  public ControlRow opened() {
    return new ControlRow(migration, epoch, stage, State.OPEN, null, null, obeyed);
  }

  /** The primary's next row: open in the next epoch, which begins in {@code next}. */
  public ControlRow advanced(Stage next) {
    return new ControlRow(migration, epoch + 1, next, State.OPEN, null, null, obeyed);
  }

  /** This row, these settings obeyed. */
  public ControlRow obeying(Set<Stage> settings) {
    return new ControlRow(migration, epoch, stage, state, attempt, deadline, settings);
  }

  /**
   * This row, moved: the primary's role is gone to the other store at the next epoch, which begins
   * in {@code next}.
   */
  public ControlRow moved(Stage next) {
    return new ControlRow(migration, epoch + 1, next, State.MOVED, null, null, obeyed);
  }

  /** The settings last obeyed as stores keep them: {@code shadow,live}, in the stages' order. */
  public String obeyedText() {
    return Arrays.stream(Stage.values())
        .filter(obeyed::contains)
        .map(Stage::id)
        .collect(Collectors.joining(","));
  }

  /**
   * Reads {@link #obeyedText}.
   *
   * @throws IllegalArgumentException if it names a stage that does not exist
   */
  public static Set<Stage> obeyedOf(String text) {
    return text.isEmpty()
        ? Set.of()
        : Arrays.stream(text.split(",", -1)).map(Stage::ofId).collect(Collectors.toSet());
  }

  /** Whether it is open. */
  public boolean isOpen() {
    return state == State.OPEN;
  }
}
