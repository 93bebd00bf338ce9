package dev.crossfade.cutover;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.CrossfadeListener.FailedMove;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Settings;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
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
  static final String SOMEBODY_ELSE =
      "somebody else is changing the stage at this moment; look at it and try again";

  private final Crossing crossing;
  private final Stages stages;
  private final Repair repair;
  private final Membership membership;
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
    this.membership = membership;
    this.gates = new Gates(crossing, repair, membership);
  }

  /**
   * Moves to a stage by hand. The report covers all steps; its pause is that of the change of
   * primary, if there was one. What the settings of live instances want at this moment counts as
   * obeyed from the first step on, so that none of them undoes it. It goes before one that obeys
   * settings and has not closed the primary yet.
   *
   * @throws MoveRefusedException if a gate refuses, the stage is not the next one, somebody else is
   *     changing it, or the thread is interrupted while it waits for its turn; earlier steps of a
   *     way back stay
   */
  public MoveReport moveTo(Stage goal) {
    Stage from = stages.current().stage();
    try {
      return alone(goal, view -> walk(view, goal, Purpose.byHand(wantedNow(view))));
    } catch (RuntimeException e) {
      tellOfFailure(from, goal, e);
      throw e;
    }
  }

  /**
   * Moves to the stage that the settings of all live instances want, unless it has been obeyed, or
   * superseded by a move by hand; some of the way back if it is not wanted any more under way.
   *
   * @throws MoveRefusedException as {@link #moveTo} does, and with {@link #SOMEBODY_ELSE} alone
   *     where it gave way before the primary was closed
   */
  MoveReport obey(Obeying attempt) {
    return alone(attempt.wanted(), view -> walk(view, attempt.wanted(), attempt));
  }

  private MoveReport alone(Stage goal, Function<StageView, MoveReport> move) {
    awaitTurn(goal);
    try {
      return move.apply(stages.refresh());
    } finally {
      moving.unlock();
    }
  }

  private void awaitTurn(Stage goal) {
    try {
      moving.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(
          stages.current(),
          goal,
          "interrupted while another move of this process was under way; nothing was moved, trying again is safe");
    }
  }

  private void tellOfFailure(Stage from, Stage wanted, RuntimeException e) {
    List<String> reasons =
        e instanceof MoveRefusedException refused
            ? refused.reasons()
            : List.of(String.valueOf(e.getMessage()));
    FailedMove event = new FailedMove(crossing.name(), from, wanted, reasons, e);
    crossing.events().tell(listener -> listener.moveFailed(event));
  }

  /** The own settings may have changed since the store last heard of them. */
  private Set<Stage> wantedNow(StageView view) {
    Set<Stage> wanted = new HashSet<>();
    membership.wishesOfOthers(view).forEach(wish -> wanted.add(wish.stage()));
    Stage own = crossing.wanted();
    if (own != null) {
      wanted.add(own);
    }
    return wanted;
  }

  private MoveReport walk(StageView from, Stage goal, Purpose purpose) {
    if (purpose.stands(from.row()) && goal.compareTo(from.stage()) > 0) {
      refuseJump(from, goal);
    }
    Duration pause = Duration.ZERO;
    StageView view = from;
    while (view.stage() != goal && goesOn(purpose, view)) {
      MoveReport step = step(view, view.stage().stepTowards(goal), purpose);
      pause = pause.plus(step.pause());
      view = stages.current();
    }
    if (view.stage() == goal && purpose.stands(view.row())) {
      noteObeyed(view, purpose.obeyed(view.row(), goal));
    }
    return new MoveReport(crossing.name(), from.stage(), view.stage(), view.epoch(), pause);
  }

  private boolean goesOn(Purpose purpose, StageView view) {
    return purpose.stands(view.row()) && !(purpose.isPatient() && moving.hasQueuedThreads());
  }

  private void refuseJump(StageView from, Stage goal) {
    List<String> path = new ArrayList<>();
    for (Stage at = from.stage(); at != goal; at = at.stepTowards(goal)) {
      path.add(at.stepTowards(goal).id());
    }
    if (path.size() > 1) {
      throw refused(
          from, goal, "stages are gone forward one by one; the path is " + String.join(", ", path));
    }
  }

  /** Where no step was needed. */
  private void noteObeyed(StageView view, Set<Stage> obeyed) {
    if (obeyed.equals(view.row().obeyed())) {
      return;
    }
    ControlRow row = view.row().obeying(obeyed);
    if (!row.isOpen() || !crossing.store(view.primary()).control().replace(view.row(), row)) {
      throw refused(view, view.stage(), SOMEBODY_ELSE);
    }
    stages.publish(new StageView(view.primary(), row));
  }

  private MoveReport step(StageView view, Stage next, Purpose purpose) {
    if (!view.row().isOpen()) {
      throw refused(view, next, SOMEBODY_ELSE); // that attempt is not to be disturbed
    }
    List<String> reasons = gates.reasonsAgainst(view, next);
    if (!reasons.isEmpty()) {
      throw new MoveRefusedException(crossing.name(), view.stage(), next, reasons);
    }
    if (next.primary() != view.primary()) {
      return changePrimary(view, next, purpose);
    }
    return next.remembersKeys()
        ? letGo(view, next, purpose)
        : keepPrimary(view, next, purpose.obeyed(view.row(), next));
  }

  private MoveReport keepPrimary(StageView view, Stage next, Set<Stage> obeyed) {
    if (view.stage() == Stage.OFF) {
      crossing
          .store(Side.TARGET)
          .control()
          .createIfAbsent(
              new ControlRow(
                  crossing.name(), 0, Stage.OFF, ControlRow.State.MOVED, null, null, Set.of()));
    }
    ControlTable control = crossing.store(view.primary()).control();
    ControlRow row = view.row().advanced(next).obeying(obeyed);
    if (next == Stage.OFF || view.stage() == Stage.OFF) {
      control.voidEvidence(crossing.name()); // before the step, and again on the way back
    }
    if (!control.replace(view.row(), row)) {
      throw refused(view, next, SOMEBODY_ELSE);
    }
    MoveReport report = stages.moved(view, new StageView(view.primary(), row), Duration.ZERO);
    repair.signal();
    return report;
  }

  private MoveReport changePrimary(StageView view, Stage next, Purpose purpose) {
    catchUp(view, next, purpose);
    raiseGenerators(view);
    return drained(view, purpose, row -> row.moved(next));
  }

  /**
   * The other store follows no further, so it must have got everything; while writes go on the
   * journal need never be empty.
   */
  private MoveReport letGo(StageView view, Stage next, Purpose purpose) {
    catchUp(view, next, purpose);
    return drained(view, purpose, row -> row.advanced(next));
  }

  private void catchUp(StageView view, Stage next, Purpose purpose) {
    BooleanSupplier goesOn = () -> goesOn(purpose, stages.current());
    boolean caughtUp = repair.catchUp(CATCH_UP, purpose.isPatient(), goesOn);
    if (!goesOn.getAsBoolean()) {
      throw refused(view, next, SOMEBODY_ELSE);
    }
    if (!caughtUp) {
      throw refused(view, next, notDrained());
    }
  }

  /** A step that is decided with an empty journal: writes wait from its closing on. */
  private MoveReport drained(StageView view, Purpose purpose, UnaryOperator<ControlRow> decision) {
    Settings settings = crossing.settings();
    ControlTable old = crossing.store(view.primary()).control();
    ControlRow closing = view.row().closing(UUID.randomUUID(), old.now().plus(deadline(settings)));
    ControlRow next = decision.apply(closing);
    ControlRow decided = next.obeying(purpose.obeyed(view.row(), next.stage()));
    if (!goesOn(purpose, view)) {
      throw refused(view, next.stage(), SOMEBODY_ELSE);
    }
    purpose.closing(view.row());
    stages.beginChange();
    try {
      return drained(view, old, closing, decided, settings.switchLimit());
    } finally {
      stages.endChange();
    }
  }

  private MoveReport drained(
      StageView view, ControlTable old, ControlRow closing, ControlRow decided, Duration limit) {
    long begun = System.nanoTime();
    if (!close(view, old, closing)) {
      throw refused(view, decided.stage(), SOMEBODY_ELSE);
    }
    stages.publish(new StageView(view.primary(), closing));
    decide(view, old, closing, decided, limit);
    StageView opened =
        decided.isOpen() ? new StageView(view.primary(), decided) : open(view, decided);
    Duration pause = Duration.ofNanos(System.nanoTime() - begun);
    log.info(
        "Writes of migration '{}' waited for {} ms; {} is the primary.",
        crossing.name(),
        pause.toMillis(),
        crossing.store(opened.primary()).name());
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
      if (!undoAfter(e, view, old, closing)) {
        refreshAfter(e);
      }
      throw e;
    }
  }

  /**
   * Should this process die, others undo the attempt before those who write have waited too long.
   */
  private static Duration deadline(Settings settings) {
    return settings.switchLimit().plus(settings.writeWait()).dividedBy(2);
  }

  /** Drains and decides; undoes the closing if that does not come about. */
  private void decide(
      StageView view, ControlTable old, ControlRow closing, ControlRow decided, Duration limit) {
    try {
      if (!repair.settle(limit)) {
        throw refused(view, decided.stage(), notDrained());
      }
      if (!decided.isOpen()) {
        raiseGenerators(view);
      }
      if (!old.replaceIfDrained(closing, decided)) {
        throw refused(view, decided.stage(), notDrained());
      }
    } catch (RuntimeException e) {
      if (undoAfter(e, view, old, closing)) {
        throw e;
      }
      if (!isDecided(e, old, closing, decided)) {
        refreshAfter(e);
        throw e;
      }
    }
  }

  /**
   * Whether the attempt need not be looked at any further: undone here, or left to its deadline
   * because that could not be done. False if the row is closing no more.
   */
  private boolean undoAfter(
      RuntimeException failure, StageView view, ControlTable old, ControlRow closing) {
    ControlRow open = closing.opened();
    try {
      if (!old.replace(closing, open)) {
        return false;
      }
      stages.publish(new StageView(view.primary(), open));
      return true;
    } catch (RuntimeException again) {
      failure.addSuppressed(again);
      return true;
    }
  }

  /**
   * Whether the answer to the decision was lost, not the decision, where the row is closing no more
   * and was not opened here. Before its deadline nobody else changes a closing row, so it was the
   * decision, whatever has become of the row since; the clock is asked after the row. Later the
   * attempt may have been undone, and only the decided row itself tells: whoever wrote it, the move
   * is made. Otherwise the failure says the truth, that it is unknown.
   */
  private boolean isDecided(
      RuntimeException failure, ControlTable old, ControlRow closing, ControlRow decided) {
    if (failure instanceof CrossfadeException known && known.outcome() == Outcome.NOT_WRITTEN) {
      return false;
    }
    try {
      return old.now().isBefore(closing.deadline()) || decided.equals(old.read(crossing.name()));
    } catch (RuntimeException again) {
      failure.addSuppressed(again);
      return false;
    }
  }

  private void refreshAfter(RuntimeException failure) {
    try {
      stages.refresh();
    } catch (RuntimeException again) {
      failure.addSuppressed(again);
    }
  }

  private StageView open(StageView view, ControlRow moved) {
    Side side = view.secondary();
    ControlRow open = moved.opened();
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
