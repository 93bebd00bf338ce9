package dev.crossfade.cutover;

import dev.crossfade.CrossfadeException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.copy.Repair;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the stage of a migration: one step forward, or back over as many as it takes.
 *
 * <p>A step that keeps the primary raises the epoch in its control row. A step that changes it goes
 * by the protocol: close the old primary (nothing but repair is marked from here), drain its
 * journal, raise the key generators of the new one, decide on the old one, open the new one. Up to
 * the decision every failure is undone; after it everybody who looks completes it. Safe for use by
 * many threads; moves of one process take turns.
 */
public final class Moves {
  private static final Logger log = LoggerFactory.getLogger(Moves.class);
  private static final Duration CATCH_UP = Duration.ofSeconds(30);

  private final Crossing crossing;
  private final Stages stages;
  private final Repair repair;
  private final Gates gates;

  /**
   * One move of this process at a time; held over I/O, because a move is I/O and nothing but moves
   * waits for it.
   */
  private final ReentrantLock moving = new ReentrantLock();

  /** Made once per migration. */
  public Moves(Crossing crossing, Stages stages, Repair repair, Membership membership) {
    this.crossing = crossing;
    this.stages = stages;
    this.repair = repair;
    this.gates = new Gates(crossing, repair, membership);
  }

  /**
   * Moves to a stage. The report covers all steps; its pause is that of the change of primary, if
   * there was one.
   *
   * @throws MoveRefusedException if a gate refuses, or the stage is not the next one; earlier steps
   *     of a way back stay
   */
  public MoveReport moveTo(Stage wanted) {
    moving.lock();
    stages.beginMove();
    try {
      return moveStepwise(stages.refresh(), wanted);
    } finally {
      stages.endMove();
      moving.unlock();
    }
  }

  private MoveReport moveStepwise(StageView from, Stage wanted) {
    if (wanted.compareTo(from.stage()) > 0 && from.stage().stepTowards(wanted) != wanted) {
      throw refused(
          from,
          wanted,
          "stages are gone forward one by one; the next one is "
              + from.stage().stepTowards(wanted).id());
    }
    Duration pause = Duration.ZERO;
    StageView view = from;
    while (view.stage() != wanted) {
      MoveReport step = step(view, view.stage().stepTowards(wanted));
      pause = pause.plus(step.pause());
      view = stages.current();
    }
    return new MoveReport(crossing.name(), from.stage(), view.stage(), view.epoch(), pause);
  }

  private MoveReport step(StageView view, Stage next) {
    List<String> reasons = gates.reasonsAgainst(view, next);
    if (!reasons.isEmpty()) {
      throw new MoveRefusedException(crossing.name(), view.stage(), next, reasons);
    }
    return next.primary() == view.primary() ? keepPrimary(view, next) : changePrimary(view, next);
  }

  private MoveReport keepPrimary(StageView view, Stage next) {
    if (view.stage() == Stage.OFF) {
      crossing
          .store(Side.TARGET)
          .control()
          .createIfAbsent(
              new ControlRow(crossing.name(), 0, Stage.OFF, ControlRow.State.MOVED, null, null));
    }
    if (next.remembersKeys() && !repair.settle(CATCH_UP)) {
      throw refused(view, next, notDrained());
    }
    ControlTable control = crossing.store(view.primary()).control();
    ControlRow row = ControlRow.open(crossing.name(), view.epoch() + 1, next);
    if (next == Stage.OFF || view.stage() == Stage.OFF) {
      control.voidEvidence(crossing.name()); // before the step, and again on the way back
    }
    if (!control.replace(view.row(), row)) {
      throw refused(
          view,
          next,
          "somebody else is changing the stage at this moment; look at it and try again");
    }
    MoveReport report = stages.moved(view, new StageView(view.primary(), row), Duration.ZERO);
    repair.signal();
    return report;
  }

  private MoveReport changePrimary(StageView view, Stage next) {
    if (!repair.catchUp(CATCH_UP)) {
      throw refused(view, next, notDrained());
    }
    raiseGenerators(view);
    ControlTable old = crossing.store(view.primary()).control();
    ControlRow closing = view.row().closing(UUID.randomUUID(), old.now().plus(deadline()));
    long begun = System.nanoTime();
    if (!close(view, old, closing)) {
      throw refused(
          view,
          next,
          "somebody else is changing the stage at this moment; look at it and try again");
    }
    stages.publish(new StageView(view.primary(), closing));
    ControlRow moved = decide(view, next, old, closing);
    StageView opened = open(view, moved);
    Duration pause = Duration.ofNanos(System.nanoTime() - begun);
    log.info(
        "Migration '{}' changed its primary to {}; writes waited for {} ms.",
        crossing.name(),
        crossing.store(opened.primary()).name(),
        pause.toMillis());
    return stages.moved(view, opened, pause);
  }

  /**
   * From here nothing is marked. Where the answer is lost the attempt is undone at once: left to
   * its deadline, it would keep writes waiting for nobody.
   */
  private boolean close(StageView view, ControlTable old, ControlRow closing) {
    try {
      return old.replace(view.row(), closing);
    } catch (OutcomeUnknownException e) {
      try {
        undo(view, old, closing);
      } catch (CrossfadeException again) {
        e.addSuppressed(again); // its deadline undoes it
      }
      throw e;
    }
  }

  /**
   * Should this process die, others undo the attempt before those who write have waited too long.
   */
  private Duration deadline() {
    return crossing.settings().switchLimit().plus(crossing.settings().writeWait()).dividedBy(2);
  }

  /** Drains and decides; undoes the closing if that does not come about. */
  private ControlRow decide(StageView view, Stage next, ControlTable old, ControlRow closing) {
    ControlRow moved = closing.moved(next);
    String reason;
    try {
      if (repair.settle(crossing.settings().switchLimit())) {
        raiseGenerators(view);
        if (old.replaceIfDrained(closing, moved)) {
          return moved;
        }
      }
      reason = notDrained();
    } catch (RuntimeException e) {
      if (!undo(view, old, closing)) {
        return moved; // the answer to the decision was lost, not the decision
      }
      throw e;
    }
    if (!undo(view, old, closing)) {
      return moved;
    }
    throw refused(view, next, reason);
  }

  /** Whether the attempt is undone; false if the decision has been made after all. */
  private boolean undo(StageView view, ControlTable old, ControlRow closing) {
    ControlRow open = closing.reopened();
    if (old.replace(closing, open)) {
      stages.publish(new StageView(view.primary(), open));
      return true;
    }
    ControlRow now = old.read(crossing.name());
    if (now != null
        && now.state() == ControlRow.State.MOVED
        && now.epoch() == closing.epoch() + 1) {
      return false;
    }
    stages.refresh();
    return true; // somebody else has undone it
  }

  private StageView open(StageView view, ControlRow moved) {
    Side side = view.secondary();
    ControlRow open = ControlRow.open(crossing.name(), moved.epoch(), moved.stage());
    crossing.store(side).control().openIfOlder(open);
    return new StageView(side, open);
  }

  /**
   * Keys that the new primary gives must be above all that either store has given or holds. Its own
   * highest may be a row that was carried over, of which its generator knows nothing.
   */
  private void raiseGenerators(StageView view) {
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      OptionalLong old = pair.on(view.primary()).highestGenerated();
      OptionalLong own = pair.on(view.secondary()).highestGenerated();
      if (old.isPresent()) {
        pair.on(view.secondary()).raiseGenerator(Math.max(old.getAsLong(), own.orElse(0)));
      }
    }
  }

  private String notDrained() {
    JournalStatus status = repair.status();
    return "the journal did not drain in time: "
        + status.entries()
        + " entries, "
        + status.left()
        + " of them left, "
        + status.parked()
        + " parked, the oldest "
        + status.oldest().toMillis()
        + " ms old; wait until the other store has caught up, then try again";
  }

  private MoveRefusedException refused(StageView view, Stage next, String reason) {
    return new MoveRefusedException(crossing.name(), view.stage(), next, List.of(reason));
  }
}
