package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.RecallEvent;
import dev.crossfade.CrossfadeListener.RepairEvent;
import dev.crossfade.CrossfadeListener.RepairFailure;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.journal.Finisher;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Journal.Taken;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Wakeup;
import dev.crossfade.write.SecondaryBreaker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the journal short: copies what was left, on a thread of its own, at once when it is told of
 * it and otherwise with every heartbeat; there it also keeps up the membership and looks for a
 * change of stage made elsewhere.
 *
 * <p>Safe for use by many threads. Rounds take turns.
 */
public final class Repair implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Repair.class);
  private static final int ENTRIES_PER_ROUND = 256;
  private static final Duration FIRST_DELAY = Duration.ofMillis(50);
  private static final Duration PROVE_EVERY = Duration.ofSeconds(5);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(200);

  /** While writes are under way a backlog gets a third of the time: they must not feel it. */
  private static final int RESTS_PER_ROUND = 2;

  private static final Duration LONGEST_REST = Duration.ofMillis(500);
  private static final int LOOKS_PER_UPKEEP = 20;

  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Membership membership;
  private final Finisher finisher;
  private final SecondaryBreaker breaker;
  private final Copier copier;
  private final Findings findings;
  private final Thread thread;

  /**
   * One round or one upkeep at a time; held over I/O, because two would only be in each other's
   * way. Fair: who runs round after round must not keep upkeep, and with it the heartbeat, waiting.
   */
  private final ReentrantLock turn = new ReentrantLock(true);

  private final Wakeup wakeup = new Wakeup();

  /** Only written under {@link #turn}. */
  private volatile long recalledEpoch;

  /** Only written under {@link #turn}. */
  private volatile @Nullable Proof proof;

  /** Guarded by {@link #turn}. */
  private long provenAt = System.nanoTime() - PROVE_EVERY.toNanos();

  /** How many ids rounds have given out. */
  private final AtomicLong marked = new AtomicLong();

  /** Guarded by {@link #turn}. */
  private final Backlog backlog;

  /** Guarded by {@link #turn}. */
  private final RollbackWindow window;

  /**
   * What the other store is known to have.
   *
   * @param epoch in which it was found
   * @param until all that was acknowledged until then
   */
  private record Proof(long epoch, Instant until) {}

  /** What a round has come to. */
  private enum Progress {
    /** There is nothing that can be repaired. */
    NOTHING,
    /** There may be more that can be repaired at once. */
    MORE,
    /** As {@link #MORE}, and there was as much as a round may have. */
    MUCH,
    /**
     * Keys were refused, or are being written or copied at this moment: at once would be too soon.
     */
    LATER
  }

  /** Made once per migration; {@link #start} starts the thread. */
  public Repair(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      Membership membership,
      Finisher finisher,
      SecondaryBreaker breaker,
      Findings findings) {
    this.crossing = crossing;
    this.stages = stages;
    this.ownership = ownership;
    this.membership = membership;
    this.finisher = finisher;
    this.breaker = breaker;
    this.backlog = new Backlog(crossing, this::status);
    this.copier = new Copier(crossing, ownership, breaker);
    this.findings = findings;
    this.window = new RollbackWindow(crossing, ownership, findings);
    this.thread = new Thread(this::run, "crossfade-repair-" + crossing.name());
    this.thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** Something was left, or the settings have changed: look soon. */
  public void signal() {
    wakeup.signal();
  }

  /**
   * Repairs until the journal is empty but for parked entries.
   *
   * @return false if that took longer than {@code limit}, or the thread was interrupted
   */
  public boolean settle(Duration limit) {
    return until(this::isSettled, limit, () -> true);
  }

  /**
   * As {@link #settle}, until nothing is left but what writes under way will finish themselves.
   *
   * @param wholly whether nothing at all may be left, where else it may be as much as a round takes
   * @param goesOn asked before each look; false ends it, too
   */
  public boolean catchUp(Duration limit, boolean wholly, BooleanSupplier goesOn) {
    int few = wholly ? 1 : ENTRIES_PER_ROUND;
    return until(() -> isRecalled() && status().left() < few, limit, goesOn);
  }

  private boolean until(BooleanSupplier reached, Duration limit, BooleanSupplier goesOn) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (int look = 1; !isReached(reached); look++) {
      boolean keepUp = look % LOOKS_PER_UPKEEP == 0;
      if (System.nanoTime() >= deadline
          || !goesOn.getAsBoolean()
          || !lookAgain(deadline, keepUp ? this::upkeepAndRounds : this::roundsOfALook)) {
        return false;
      }
    }
    return true;
  }

  /** A primary that cannot be asked is not settled. */
  private boolean isReached(BooleanSupplier reached) {
    try {
      return reached.getAsBoolean();
    } catch (CrossfadeException e) {
      log.debug("the journal of migration '{}' could not be read", crossing.name(), e);
      return false;
    }
  }

  private boolean isSettled() {
    JournalStatus status = status();
    return isRecalled() && status.entries() == status.parked();
  }

  /** While keys are only remembered the journal does not show them. */
  private boolean isRecalled() {
    StageView view = stages.current();
    return !view.stage().writesBoth() || view.epoch() == recalledEpoch;
  }

  /** The journal now; asks the primary. */
  public JournalStatus status() {
    return journal(stages.current()).status(crossing.name());
  }

  /** Waits for what is being finished, and repairs; false if interrupted or closed. */
  private boolean lookAgain(long deadline, Runnable work) {
    try {
      finisher.flush(Math.min(LONGEST_LOOK.toNanos(), Math.max(0, deadline - System.nanoTime())));
      try {
        work.run();
      } catch (CrossfadeException | StaleEpochException | FencedException e) {
        log.debug("settling migration '{}' goes on after", crossing.name(), e);
      }
      return wakeup.pause(
          Math.min(LOOK_AGAIN.toNanos(), Math.max(0, deadline - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void upkeepAndRounds() {
    upkeep();
    roundsOfALook();
  }

  private void roundsOfALook() {
    rounds(System.nanoTime() + LONGEST_LOOK.toNanos(), false);
  }

  /**
   * Repairs until nothing is left that can be repaired now, or it is time for something else: keys
   * in a range whose owner is to be fenced, or has forgotten it, stay left however often they are
   * copied, and only upkeep ends that.
   *
   * @param yields whether it rests between rounds while writes are under way and much is left;
   *     nobody waits for it then
   */
  private Progress rounds(long until, boolean yields) {
    Progress progress = Progress.MORE;
    boolean goesOn = true;
    while (goesOn && !wakeup.isClosed() && System.nanoTime() - until < 0) {
      long begun = System.nanoTime();
      long writes = writes();
      progress = round();
      goesOn = progress == Progress.MORE || progress == Progress.MUCH;
      if (yields && progress == Progress.MUCH && writes() > writes) {
        goesOn = pauseUnlessClosed(rest(System.nanoTime() - begun));
      }
    }
    return progress;
  }

  private static long rest(long roundNanos) {
    return Math.min(LONGEST_REST.toNanos(), RESTS_PER_ROUND * roundNanos);
  }

  /** How many entries others than rounds have made in this process. */
  private long writes() {
    return ownership.given() - marked.get();
  }

  private void run() {
    long lastUpkeep = System.nanoTime() - heartbeat();
    long delay = 0;
    while (delay == 0
        ? wakeup.await(lastUpkeep + heartbeat() - System.nanoTime())
        : pauseUnlessClosed(delay)) {
      try {
        if (System.nanoTime() - lastUpkeep >= heartbeat()) {
          lastUpkeep = System.nanoTime();
          upkeep();
        }
        delay =
            rounds(lastUpkeep + heartbeat(), true) == Progress.LATER ? FIRST_DELAY.toNanos() : 0;
      } catch (RuntimeException | Error e) {
        delay = Math.min(LONGEST_DELAY.toNanos(), Math.max(FIRST_DELAY.toNanos(), delay * 2));
        explain(e);
      }
    }
  }

  private long heartbeat() {
    return crossing.settings().heartbeat().toNanos();
  }

  private void explain(Throwable e) {
    if (e instanceof CrossfadeException
        || e instanceof StaleEpochException
        || e instanceof FencedException) {
      log.debug("repair of migration '{}' tries again after", crossing.name(), e);
    } else {
      log.error(
          "Repair of migration '{}' failed unexpectedly; it tries again.", crossing.name(), e);
      RepairFailure event = new RepairFailure(crossing.name(), e);
      crossing.events().tell(listener -> listener.repairFailed(event));
    }
  }

  private void sweep(StageView view) {
    UUID owner = ownership.current();
    journal(view).leaveForgotten(owner, id -> ownership.knows(owner, id));
  }

  /**
   * A write whose entry is gone is in the other store; so is every one acknowledged before the
   * oldest of those under way began. What is left proves nothing: its entry may be younger than its
   * write, above all one that was recalled. Looked at now and then, because a long journal is not
   * counted for nothing.
   *
   * @param looked when the stage was still to be read: nobody had moved on and written elsewhere
   */
  private void prove(StageView view, Instant looked) {
    long now = System.nanoTime();
    if (!view.stage().writesBoth()
        || view.epoch() != recalledEpoch
        || now - provenAt < PROVE_EVERY.toNanos()) {
      return;
    }
    JournalStatus status = journal(view).status(crossing.name());
    provenAt = now;
    if (status.left() == 0 && status.parked() == 0 && !findings.lacksForgotten(view.primary())) {
      proof = new Proof(view.epoch(), looked.minus(status.oldest()));
    }
  }

  /**
   * Until when every acknowledged write is known to be in the other store, by the clock of this
   * process; null if nothing is known.
   */
  public @Nullable Instant provenUntil() {
    Proof last = proof;
    return last == null ? null : last.until();
  }

  /**
   * Whether the other store was known to have everything at some moment of this epoch: if so,
   * nothing of an earlier one is missing there.
   */
  public boolean isProvenIn(long epoch) {
    Proof last = proof;
    return last != null && last.epoch() == epoch;
  }

  /** Keeps up what has to be done again and again, whatever is left. */
  private void upkeep() {
    turn.lock();
    try {
      Instant looked = Instant.now();
      StageView view = stages.refresh();
      membership.keepUp(view);
      recall(view);
      sweep(view);
      prove(view, looked);
      if (!breaker.isClosed()) {
        tryAgain(view);
      }
      window.keepUp(view);
    } finally {
      turn.unlock();
    }
  }

  /**
   * Whether the secondary takes changes again show the rounds, while anything is left. Where
   * nothing is, the key whose change was too much for it is copied once more; where there is none,
   * the heartbeat that the membership has just sent was the first change to get through.
   */
  private void tryAgain(StageView view) {
    Side secondary = view.secondary();
    if (!view.stage().writesBoth() || breaker.isOutdated(secondary)) {
      breaker.close(secondary);
    } else if (membership.ready(secondary, ownership.current()) && status().left() == 0) {
      breaker.suspect().ifPresentOrElse(this::copyAgain, () -> breaker.close(secondary));
    }
  }

  private void copyAgain(Span suspect) {
    StageView view = stages.current();
    Operation operation = ownership.begin();
    try {
      List<Entry> own =
          journal(view).mark(operation.copyMark(crossing.name(), view), List.of(suspect));
      CopyResult result = copier.copy(view, operation, own, List.of());
      if (result.refused() > 0) {
        breaker.acquit(suspect); // it is left now, and says no more than others that are
      }
    } finally {
      operation.end();
    }
  }

  /**
   * After the way back from complete the remembered keys are left entries; until then again, should
   * it be killed here.
   */
  private void recall(StageView view) {
    if (view.epoch() == recalledEpoch || !view.stage().writesBoth() || !view.row().isOpen()) {
      return;
    }
    Operation operation = ownership.begin();
    try {
      long recalled = journal(view).recall(operation.copyMark(crossing.name(), view));
      if (recalled > 0) {
        log.info(
            "Migration '{}' copies {} keys that changed while it was complete.",
            crossing.name(),
            recalled);
        RecallEvent event = new RecallEvent(crossing.name(), recalled);
        crossing.events().tell(listener -> listener.recalled(event));
      }
      recalledEpoch = view.epoch();
    } finally {
      operation.end();
    }
  }

  /**
   * Makes sure that no key is merely remembered any more: from here on the journal shows all that
   * the other store has not got.
   */
  public void ensureRecalled() {
    turn.lock();
    try {
      recall(stages.refresh());
    } finally {
      turn.unlock();
    }
  }

  /** Repairs some of what was left. */
  private Progress round() {
    turn.lock();
    try {
      StageView view = stages.current();
      recall(view);
      if (view.stage() == Stage.OFF || !membership.ready(view.secondary(), ownership.current())) {
        return Progress.NOTHING;
      }
      Operation operation = ownership.begin();
      try {
        return round(view, operation);
      } finally {
        operation.end();
      }
    } finally {
      turn.unlock();
    }
  }

  private Progress round(StageView view, Operation operation) {
    int most = breaker.isClosed() ? ENTRIES_PER_ROUND : 1; // one shows whether there is a point
    Taken taken = journal(view).take(operation.copyMark(crossing.name(), view), most);
    if (taken.own().isEmpty()) {
      backlog.round(0, false);
      return Progress.NOTHING;
    }
    marked.addAndGet(taken.own().size());
    CopyResult result = copier.copy(view, operation, taken.own(), taken.taken());
    tell(result);
    boolean much = taken.taken().size() == ENTRIES_PER_ROUND;
    backlog.round(result.rows(), much || most == 1); // one was but a trial
    if (result.refused() > 0 || result.left() >= taken.own().size()) {
      return Progress.LATER;
    }
    return much ? Progress.MUCH : Progress.MORE;
  }

  private void tell(CopyResult result) {
    if (result.parked() > 0) {
      log.warn(
          "{} entries of migration '{}' are parked: {} refused their rows {} times. They block a"
              + " change of primary; see Migration.parked() for the reasons.",
          result.parked(),
          crossing.name(),
          crossing.store(stages.current().secondary()).name(),
          crossing.settings().parkAfter());
    }
    RepairEvent event =
        new RepairEvent(
            crossing.name(), Math.toIntExact(result.rows()), result.refused(), result.parked());
    crossing.events().tell(listener -> listener.repaired(event));
  }

  private Journal journal(StageView view) {
    return crossing.store(view.primary()).journal();
  }

  /** Waits that long, whatever is signalled; false once closed. */
  private boolean pauseUnlessClosed(long nanos) {
    try {
      return wakeup.pause(nanos);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Ends the thread after the round under way. */
  @Override
  public void close() {
    wakeup.close(thread);
  }
}
