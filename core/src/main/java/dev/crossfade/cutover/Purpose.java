package dev.crossfade.cutover;

import dev.crossfade.Force;
import dev.crossfade.GateAnswer;
import dev.crossfade.Stage;
import dev.crossfade.store.ControlRow;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Why a move is made: what it leaves behind as the settings last obeyed. */
interface Purpose {
  /** Who makes it, as the audit is to say. */
  String actor();

  /** Why gates are forced; null if none are. */
  @Nullable String reason();

  /** What a gate's answer comes to: it is forced, or stands. */
  GateAnswer forcing(GateAnswer answer);

  /** Whether the move is still to be made, or to go on, where the truth is this row. */
  boolean stands(ControlRow row);

  /** The settings last obeyed once the step from this row to {@code next} is made. */
  Set<Stage> obeyed(ControlRow row, Stage next);

  /**
   * Whether it can wait: until nothing at all is left to be copied, and for whoever wants to move
   * as well.
   */
  boolean isPatient();

  /** The primary is about to be closed, and writes to wait, where the truth is this row. */
  void closing(ControlRow row);

  /**
   * A move by hand: it supersedes what is wanted at that moment, from its first step on. Where
   * nothing is wanted, what was obeyed before stays so.
   */
  static Purpose byHand(String actor, @Nullable Force force, Set<Stage> wanted) {
    return new Purpose() {
      @Override
      public String actor() {
        return actor;
      }

      @Override
      public @Nullable String reason() {
        return force == null ? null : force.reason();
      }

      @Override
      public GateAnswer forcing(GateAnswer answer) {
        return force == null ? answer : answer.givingWayTo(force);
      }

      @Override
      public boolean stands(ControlRow row) {
        return true;
      }

      @Override
      public Set<Stage> obeyed(ControlRow row, Stage next) {
        return wanted.isEmpty() ? row.obeyed() : wanted;
      }

      @Override
      public boolean isPatient() {
        return false;
      }

      @Override
      public void closing(ControlRow row) {
        // who moves by hand sees what comes of it
      }
    };
  }
}
