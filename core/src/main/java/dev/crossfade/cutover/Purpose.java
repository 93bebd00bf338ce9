package dev.crossfade.cutover;

import dev.crossfade.Stage;
import dev.crossfade.store.ControlRow;
import java.util.Set;

/** Why a move is made: what it leaves behind as the settings last obeyed. */
interface Purpose {
  /** Whether the move is still to be made, or to go on, where the truth is this row. */
  boolean stands(ControlRow row);

  /** The settings last obeyed once the step from this row to {@code next} is made. */
  Set<Stage> obeyed(ControlRow row, Stage next);

  /**
   * A move by hand: it supersedes what is wanted at that moment, from its first step on. Where
   * nothing is wanted, what was obeyed before stays so.
   */
  static Purpose byHand(Set<Stage> wanted) {
    return new Purpose() {
      @Override
      public boolean stands(ControlRow row) {
        return true;
      }

      @Override
      public Set<Stage> obeyed(ControlRow row, Stage next) {
        return wanted.isEmpty() ? row.obeyed() : wanted;
      }
    };
  }

  /**
   * A setting is obeyed: with its last step. A move by hand, or an attempt of somebody else, that
   * comes in between ends it.
   */
  static Purpose obeying(Stage wanted) {
    return new Purpose() {
      @Override
      public boolean stands(ControlRow row) {
        return row.isOpen() && !row.obeyed().contains(wanted);
      }

      @Override
      public Set<Stage> obeyed(ControlRow row, Stage next) {
        return next == wanted ? Set.of(wanted) : row.obeyed();
      }
    };
  }
}
