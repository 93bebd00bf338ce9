package dev.crossfade.cutover;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.CrossfadeListener.FailedMove;
import dev.crossfade.Force;
import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.MovePlan;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.copy.Repair;
import dev.crossfade.journal.Membership;
import dev.crossfade.stage.Audit;
import dev.crossfade.stage.Beginnings;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import java.time.Duration;
import java.time.Instant;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the stage of a migration: one step forward, or back over as many as it takes.
 *
 * <p>Before each step the gates are asked; a {@link Force} makes those it names give way. The audit
 * says what came of it: in the transaction that makes a step true.
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
  private final Beginnings beginnings;
  private final Gates gates;
  private final Audit audit;

  /**
   * One move of this process at a time; held over I/O, because a move is I/O and nothing but moves
   * waits for it.
   */
  private final ReentrantLock moving = new ReentrantLock();

  /** What is left to do after a move once the next one may begin. Guarded by {@link #moving}. */
  private Runnable aftermath = () -> {};

  /** Made once per migration. */
  public Moves(
      Crossing crossing,
      Stages stages,
      Repair repair,
      Membership membership,
      Findings findings,
      Audit audit) {
    this.crossing = crossing;
    this.stages = stages;
    this.repair = repair;
    this.membership = membership;
    this.audit = audit;
    this.beginnings = new Beginnings(crossing);
    this.gates = new Gates(crossing, repair, membership, findings, beginnings);
  }

  /** What a move to that stage would meet now; nothing is moved. */
  public MovePlan plan(Stage goal) {
    StageView view = stages.look();
    List<Stage> path = path(view.stage(), goal);
    boolean allowed = path.size() <= 1 || goal.compareTo(view.stage()) < 0;
    List<GateAnswer> answers =
        path.isEmpty() || !view.row().isOpen() ? List.of() : gates.preview(view, path.get(0));
    return new MovePlan(
        crossing.name(),
        view.stage(),
        goal,
        view.epoch(),
        path,
        allowed && view.row().isOpen(),
        answers);
  }

  /**
   * Moves to a stage by hand. The report covers all steps; its pause is that of the change of
   * primary, if there was one. What the settings of live instances want at this moment counts as
   * obeyed from the first step on, so that none of them undoes it. It goes before one that obeys
   * settings and has not closed the primary yet.
   *
   * @param force what is forced; null if nothing is
   * @throws MoveRefusedException if a gate refuses, the stage is not the next one, somebody else is
   *     changing it, or the thread is interrupted while it waits for its turn; earlier steps of a
   *     way back stay
   */
  public MoveReport moveTo(Stage goal, @Nullable Force force) {
    Stage from = stages.current().stage();
    String actor = crossing.settings().actor();
    try {
      return alone(goal, view -> walk(view, goal, Purpose.byHand(actor, force, wantedNow(view))));
    } catch (RuntimeException e) {
      tellOfFailure(from, goal, e);
      if (e instanceof MoveRefusedException refused) {
        noteRefusal(goal, actor, refused);
      }
      throw e;
    }
  }

  /** Says in the audit that a move was refused, and why. */
  void noteRefusal(Stage goal, String actor, MoveRefusedException refused) {
    StageView view = stages.current();
    try {
      audit.note(
          view.primary(),
          audit.entry(
              Action.REFUSED,
              view.stage(),
              goal,
              view.epoch(),
              crossing.store(view.primary()).control().now(),
              actor,
              refused.answers().stream().map(GateAnswer::toString).toList(),
              String.join("; ", refused.reasons())));
    } catch (CrossfadeException e) {
      log.debug("A refused move of '{}' is not in the audit.", crossing.name(), e);
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

  /** Begins with a look at the primary alone: who waits for a turn waits for no absent store. */
  private MoveReport alone(Stage goal, Function<StageView, MoveReport> move) {
    awaitTurn(goal);
    try {
      return move.apply(stages.look());
    } finally {
      Runnable after = aftermath;
      aftermath = () -> {};
      moving.unlock();
      after.run();
    }
  }

  /** The old primary may be away: the next move does not wait for this. */
  private void tidyUp(StageView before, ControlRow decided, AuditEntry entry) {
    Side now = decided.stage().primary();
    if (now != before.primary()) {
      stages.carriedOut(before.primary(), decided.epoch());
    }
    audit.carryOver(before.primary(), now, entry);
  }

  private void awaitTurn(Stage goal) {
    try {
      moving.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(
          stages.current(),
          goal,
          "interrupted while another move of this process was under way; nothing was moved, trying"
              + " again is safe");
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
      if (view.epoch() > step.epoch()) { // others have moved on since; that is theirs
        return new MoveReport(crossing.name(), from.stage(), step.to(), step.epoch(), pause);
      }
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
    List<Stage> path = path(from.stage(), goal);
    if (path.size() > 1) {
      throw refused(
          from,
          goal,
          "stages are gone forward one by one; the path is "
              + String.join(", ", path.stream().map(Stage::id).toList()));
    }
  }

  private static List<Stage> path(Stage from, Stage goal) {
    List<Stage> path = new ArrayList<>();
    for (Stage at = from; at != goal; at = at.stepTowards(goal)) {
      path.add(at.stepTowards(goal));
    }
    return path;
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
    List<GateAnswer> answers = gates.ask(view, next).stream().map(purpose::forcing).toList();
    if (answers.stream().anyMatch(GateAnswer::refuses)) {
      if (stages.look().epoch() != view.epoch()) {
        throw refused(view, next, SOMEBODY_ELSE); // the answers are about what was
      }
      throw MoveRefusedException.byGates(crossing.name(), view.stage(), next, answers);
    }
    if (next.primary() != view.primary()) {
      return changePrimary(view, next, purpose, answers);
    }
    return next.remembersKeys()
        ? letGo(view, next, purpose, answers)
        : keepPrimary(view, next, purpose, answers);
  }

  private AuditEntry entry(
      StageView view, Stage next, Purpose purpose, List<GateAnswer> answers, Instant at) {
    return audit.entry(
        Action.MOVED,
        view.stage(),
        next,
        view.epoch() + 1,
        at,
        purpose.actor(),
        answers.stream().map(GateAnswer::toString).toList(),
        purpose.reason());
  }

  private MoveReport keepPrimary(
      StageView view, Stage next, Purpose purpose, List<GateAnswer> answers) {
    if (view.stage() == Stage.OFF) {
      beginAtTarget();
    }
    ControlTable control = crossing.store(view.primary()).control();
    ControlRow row = view.row().advanced(next).obeying(purpose.obeyed(view.row(), next));
    if (next == Stage.OFF || view.stage() == Stage.OFF) {
      control.voidEvidence(crossing.name()); // before the step, and again on the way back
    }
    AuditEntry entry = entry(view, next, purpose, answers, control.now());
    if (!control.replace(view.row(), row, entry)) {
      throw refused(view, next, SOMEBODY_ELSE);
    }
    StageView now = new StageView(view.primary(), row);
    MoveReport report = stages.moved(view, now, Duration.ZERO);
    beginnings.note(now);
    repair.signal();
    return report;
  }

  /**
   * What the target says was found is of an earlier life. So are its openings where it has never
   * been the primary, as far as its control row knows, which may have been deleted; where it has
   * been they tell a restored legacy store, and stay.
   */
  private void beginAtTarget() {
    ControlTable target = crossing.store(Side.TARGET).control();
    target.voidEvidence(crossing.name());
    ControlRow row = target.read(crossing.name());
    if (row == null || row.epoch() == 0) {
      stages.forgetOpenings(Side.TARGET);
      target.createIfAbsent(
          new ControlRow(
              crossing.name(), 0, Stage.OFF, ControlRow.State.MOVED, null, null, Set.of()));
    }
  }

  private MoveReport changePrimary(
      StageView view, Stage next, Purpose purpose, List<GateAnswer> answers) {
    catchUp(view, next, purpose);
    raiseGenerators(view);
    if (next.primary() == Side.TARGET) {
      // of when it was the primary before; what counts is in the legacy store as well
      crossing.store(Side.TARGET).control().voidEvidence(crossing.name());
    }
    return drained(view, purpose, row -> row.moved(next), answers);
  }

  /**
   * The other store follows no further, so it must have got everything; while writes go on the
   * journal need never be empty.
   */
  private MoveReport letGo(StageView view, Stage next, Purpose purpose, List<GateAnswer> answers) {
    catchUp(view, next, purpose);
    return drained(view, purpose, row -> row.advanced(next), answers);
  }

  private void catchUp(StageView view, Stage next, Purpose purpose) {
    BooleanSupplier goesOn = () -> goesOn(purpose, stages.current());
    boolean caughtUp = repair.catchUp(CATCH_UP, purpose.isPatient(), goesOn);
    if (!goesOn.getAsBoolean()) {
      throw refused(view, next, SOMEBODY_ELSE);
    }
    if (!caughtUp) {
      throw notDrained(view, next);
    }
  }

  /** A step that is decided with an empty journal: writes wait from its closing on. */
  private MoveReport drained(
      StageView view,
      Purpose purpose,
      UnaryOperator<ControlRow> decision,
      List<GateAnswer> answers) {
    Settings settings = crossing.settings();
    ControlTable old = crossing.store(view.primary()).control();
    Instant now = old.now();
    ControlRow closing = view.row().closing(UUID.randomUUID(), now.plus(deadline(settings)));
    ControlRow next = decision.apply(closing);
    ControlRow decided = next.obeying(purpose.obeyed(view.row(), next.stage()));
    if (!goesOn(purpose, view)) {
      throw refused(view, next.stage(), SOMEBODY_ELSE);
    }
    AuditEntry entry = entry(view, next.stage(), purpose, answers, now);
    purpose.closing(view.row());
    stages.beginChange();
    try {
      MoveReport report = drained(view, old, closing, decided, entry);
      aftermath = () -> tidyUp(view, decided, entry.withPause(report.pause()));
      return report;
    } finally {
      stages.endChange();
    }
  }

  private MoveReport drained(
      StageView view, ControlTable old, ControlRow closing, ControlRow decided, AuditEntry entry) {
    long begun = System.nanoTime();
    if (!close(view, old, closing)) {
      throw refused(view, decided.stage(), SOMEBODY_ELSE);
    }
    stages.publish(new StageView(view.primary(), closing));
    decide(view, old, closing, decided, entry);
    StageView opened =
        decided.isOpen() ? new StageView(view.primary(), decided) : open(view, decided);
    Duration pause = Duration.ofNanos(System.nanoTime() - begun);
    log.info(
        "Writes of migration '{}' waited for {} ms; {} is the primary.",
        crossing.name(),
        pause.toMillis(),
        crossing.store(opened.primary()).name());
    MoveReport report = stages.moved(view, opened, pause);
    beginnings.note(opened);
    return report;
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
      StageView view, ControlTable old, ControlRow closing, ControlRow decided, AuditEntry entry) {
    try {
      long deadline = System.nanoTime() + crossing.settings().switchLimit().toNanos();
      while (!isDecidedDrained(view, old, closing, decided, entry, deadline)) {
        if (System.nanoTime() - deadline >= 0 || !closing.equals(old.read(crossing.name()))) {
          throw notDrained(view, decided.stage());
        }
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

  /** Drains, and decides; false if a late finish elsewhere has left something in between. */
  private boolean isDecidedDrained(
      StageView view,
      ControlTable old,
      ControlRow closing,
      ControlRow decided,
      AuditEntry entry,
      long deadline) {
    Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    if (!repair.settle(left)) {
      throw notDrained(view, decided.stage());
    }
    if (!decided.isOpen()) {
      raiseGenerators(view);
    }
    if (old.replaceIfDrained(closing, decided, entry)) {
      return true;
    }
    refuseIfParked(view, decided.stage());
    return false;
  }

  /** What the other store refuses does not drain, however long writes wait. */
  private void refuseIfParked(StageView view, Stage next) {
    GateAnswer parked = Answers.parked(repair.status());
    if (parked.refuses()) {
      throw MoveRefusedException.byGates(crossing.name(), view.stage(), next, List.of(parked));
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

  private MoveRefusedException notDrained(StageView view, Stage next) {
    JournalStatus status = repair.status();
    boolean tooLate = status.entries() == 0;
    return MoveRefusedException.byGates(
        crossing.name(),
        view.stage(),
        next,
        List.of(
            Answers.refuses(
                Gate.JOURNAL,
                tooLate
                    ? "the journal has drained, but a moment too late"
                    : "the journal did not drain in time: " + Answers.show(status),
                null,
                "drains within " + crossing.settings().switchLimit().toMillis() + " ms",
                tooLate
                    ? "try again"
                    : "wait until the other store has caught up, then try again")));
  }

  private MoveRefusedException refused(StageView view, Stage next, String reason) {
    return new MoveRefusedException(crossing.name(), view.stage(), next, List.of(reason));
  }
}
