package dev.crossfade.stage;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.UndoneAttempt;
import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.SwitchInProgressException;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlRow.State;
import dev.crossfade.store.ControlTable;
import dev.crossfade.wiring.Crossing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage of a migration as this process sees it, read from the control rows of both stores.
 *
 * <p>The truth is the row that is open (or closing). Between a decision and its opening no row is;
 * then the one that moved says what is to be opened, and whoever sees it does so. Safe for use by
 * many threads.
 */
public final class Stages {
  private static final Logger log = LoggerFactory.getLogger(Stages.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final Crossing crossing;
  private final Audit audit;
  private final Openings openings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean targetLookedAt;
  private volatile @Nullable ConfigurationException doubt;

  /** Against a target that still takes itself for the primary, as the last look at it found it. */
  private volatile @Nullable ConfigurationException givenUp;

  private volatile Runnable onNewEpoch = () -> {};

  /** Written under {@link #lock}. */
  private volatile StageView view;

  // Guarded by lock.

  /** How often this process has published a change of its own. */
  private long ownChanges;

  /** How often a reading of both stores has come to its end. */
  private long readings;

  /** What was told last, or known from the start. */
  private StageView told;

  /** This process is bringing the next epoch about, and will tell of it itself, with its pause. */
  private boolean changingHere;

  /** Reads the control rows; makes the legacy store's, in stage off, where there is none. */
  public Stages(Crossing crossing, Audit audit) {
    this.crossing = crossing;
    this.audit = audit;
    this.openings = new Openings(crossing);
    this.view = read();
    this.told = view;
  }

  /** Believes what it is given: the primary, which alone could tell, cannot be read. */
  public Stages(Crossing crossing, Audit audit, StageView believed) {
    this.crossing = crossing;
    this.audit = audit;
    this.openings = new Openings(crossing);
    this.view = believed;
    this.told = believed;
  }

  /** What this process believes now. */
  public StageView current() {
    return view;
  }

  /** Why the secondary cannot be what it should be, as the last reading found it; else null. */
  public @Nullable ConfigurationException doubt() {
    ConfigurationException found = doubt;
    return found == null && view.primary() == Side.LEGACY ? givenUp : found;
  }

  /**
   * Looks at the target's row where the legacy store is the primary: before anything is written to
   * it in an epoch, and when it was away. It may be another one than before; {@link #doubt} says.
   *
   * @throws CrossfadeException if it cannot be reached
   */
  public void lookAtSecondary(StageView seen) {
    if (seen.primary() == Side.LEGACY) {
      ControlRow row = target().read(crossing.name());
      if (row == null) {
        givenUp = null; // another database, which knows of nothing
      } else if (row.epoch() <= seen.epoch()) { // else somebody has moved on
        lookAtSecondary(seen.row(), row);
      }
    }
  }

  /** The target that was given up has become the secondary. */
  public void reconciled() {
    givenUp = null;
  }

  /**
   * Whom to tell that this process believes in a later epoch than before, on the thread that has
   * found or made it so; it must neither wait nor throw.
   */
  public void onNewEpoch(Runnable told) {
    onNewEpoch = told;
  }

  /**
   * Looks whether something has changed, by one small read: the primary's own row is the truth for
   * as long as it is open or closing. Both stores are asked only if it is not, so one that is away
   * holds nothing up while the primary stays. May be outdated when it returns, as any view.
   */
  public StageView look() {
    long before = stamp();
    StageView believed = view;
    ControlRow row = crossing.store(believed.primary()).control().read(crossing.name());
    if (row == null || row.state() == State.MOVED || row.epoch() < believed.epoch()) {
      return refresh();
    }
    StageView seen = new StageView(believed.primary(), undoneIfOverdue(believed.primary(), row));
    if (seen.row().state() == State.MOVED) { // decided instead of undone
      return refresh();
    }
    boolean later = false;
    lock.lock();
    try {
      if (ownChanges + readings == before || seen.epoch() > view.epoch()) {
        later = take(seen);
      }
    } finally {
      lock.unlock();
    }
    tellWhatIsUntold(later);
    return view;
  }

  /** The same as long as neither an own change nor a reading of both stores came to its end. */
  private long stamp() {
    lock.lock();
    try {
      return ownChanges + readings;
    } finally {
      lock.unlock();
    }
  }

  /** Reads the control rows again. */
  public StageView refresh() {
    reading.lock();
    try {
      readAgain();
    } finally {
      reading.unlock();
    }
    return view;
  }

  /**
   * Waits until the stage is open at another epoch than that of {@code seen}, or open again at the
   * same one, because a write under it was refused.
   *
   * @param deadline when to give up, by {@link System#nanoTime}
   * @throws SwitchInProgressException at the deadline
   */
  public StageView awaitAfter(StageView seen, long deadline) {
    for (boolean waited = false; ; waited = true) {
      StageView now = refreshUnlessSomebodyDoes();
      if (now.row().isOpen() && (waited || now.epoch() != seen.epoch())) {
        return now;
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new SwitchInProgressException(
            "migration '"
                + crossing.name()
                + "' has been changing its primary store for longer than "
                + crossing.settings().writeWait().toMillis()
                + " ms; nothing was written, trying again is safe",
            null);
      }
      pause(now, Math.min(left, LOOK_AGAIN.toNanos()));
    }
  }

  /** One thread at a time asks the stores; the others see what it finds. */
  private StageView refreshUnlessSomebodyDoes() {
    if (reading.tryLock()) {
      try {
        readAgain();
      } finally {
        reading.unlock();
      }
    }
    return view;
  }

  /** A reading that was begun before this process's own last change may have missed it. */
  private void readAgain() {
    long before = ownChanges();
    StageView read = readOrKeep();
    boolean later = false;
    lock.lock();
    try {
      readings++;
      if (ownChanges == before || read.epoch() > view.epoch()) {
        later = take(read);
      }
    } finally {
      lock.unlock();
    }
    tellWhatIsUntold(later);
  }

  /**
   * What the other store claims, once it is there, says nothing against a primary that this process
   * has seen to be one and that still is: it is the secondary that writes go on without.
   */
  private StageView readOrKeep() {
    try {
      StageView read = readWhileBusy();
      doubt = null;
      return read;
    } catch (ConfigurationException e) {
      targetLookedAt = false;
      StageView before = view;
      ControlRow row = crossing.store(before.primary()).control().read(crossing.name());
      if (row == null || row.state() == State.MOVED || row.epoch() < before.epoch()) {
        throw e;
      }
      ControlRow now = undoneIfOverdue(before.primary(), row);
      if (now.state() == State.MOVED) { // decided instead of undone
        throw e;
      }
      doubt = e;
      return new StageView(before.primary(), now);
    }
  }

  /**
   * While the legacy store is busy, who has a view goes on with what PostgreSQL says. Who has none
   * must not: one that was given up and is back says the same, and the legacy store knows better.
   */
  private StageView readWhileBusy() {
    try {
      return read();
    } catch (StoreTimeoutException e) {
      return withoutLegacy(e);
    }
  }

  private long ownChanges() {
    lock.lock();
    try {
      return ownChanges;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes what this process has written into the control row the current view, unless a newer one
   * is, and wakes who waits for it.
   */
  public void publish(StageView next) {
    boolean later;
    lock.lock();
    try {
      ownChanges++;
      later = take(next);
    } finally {
      lock.unlock();
    }
    tellWhatIsUntold(later);
  }

  /** Called under the lock. Returns whether it is of a later epoch. */
  private boolean take(StageView next) {
    StageView before = view;
    if (next.epoch() < before.epoch() || next.equals(before)) {
      return false;
    }
    view = next;
    changed.signalAll();
    if (next.epoch() == before.epoch()) {
      return false;
    }
    log.info(
        "Migration '{}' is in {} (epoch {}), before in {}; {} is primary.",
        crossing.name(),
        next.stage().id(),
        next.epoch(),
        before.stage().id(),
        crossing.store(next.primary()).name());
    return true;
  }

  /** This process closes the primary: until the end it tells of what comes of it itself. */
  public void beginChange() {
    lock.lock();
    try {
      changingHere = true;
    } finally {
      lock.unlock();
    }
  }

  /** The change is over, well or not: what somebody else did meanwhile is told now. */
  public void endChange() {
    lock.lock();
    try {
      changingHere = false;
    } finally {
      lock.unlock();
    }
    tellWhatIsUntold(false);
  }

  /** Publishes a change that this process has made, and tells of it unless somebody has. */
  public MoveReport moved(StageView before, StageView next, Duration pause) {
    MoveReport report = report(before, next, pause);
    boolean later;
    boolean untold;
    lock.lock();
    try {
      ownChanges++;
      later = take(next);
      untold = next.epoch() > told.epoch();
      told = untold ? next : told;
    } finally {
      lock.unlock();
    }
    if (later) {
      onNewEpoch.run();
    }
    if (untold) {
      tell(report);
    }
    return report;
  }

  /** Notes in the store that moved that the other one is open; that store may be away. */
  public void carriedOut(Side moved, long epoch) {
    openings.note(moved, epoch);
  }

  /** A store has no control row, or one that was never open: nothing was carried out behind it. */
  public void forgetOpenings(Side side) {
    openings.forget(side);
  }

  /**
   * What another process did, or what this one did and somebody here noticed first.
   *
   * @param later whether a later epoch was taken just now
   */
  private void tellWhatIsUntold(boolean later) {
    if (later) {
      onNewEpoch.run();
    }
    StageView before;
    StageView now;
    lock.lock();
    try {
      before = told;
      now = view;
      if (changingHere || now.epoch() <= before.epoch()) {
        return;
      }
      told = now;
    } finally {
      lock.unlock();
    }
    tell(report(before, now, Duration.ZERO));
  }

  private MoveReport report(StageView before, StageView next, Duration pause) {
    return new MoveReport(crossing.name(), before.stage(), next.stage(), next.epoch(), pause);
  }

  private void tell(MoveReport report) {
    crossing.events().tell(listener -> listener.moved(report));
  }

  /** Waits until another view is the current one, at most so long. */
  private void pause(StageView seen, long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (view.equals(seen) && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SwitchInProgressException(
          "interrupted while migration '"
              + crossing.name()
              + "' is changing its primary store; nothing was written, trying again is safe",
          e);
    } finally {
      lock.unlock();
    }
  }

  private StageView read() {
    ControlRow legacy;
    try {
      legacy = undoneIfOverdue(Side.LEGACY, readLegacy());
    } catch (StoreUnavailableException e) {
      return withoutLegacy(e);
    }
    ControlRow target = readTarget(legacy);
    if (target != null && claimsToBeOlder(legacy, target)) {
      legacy = undoneIfOverdue(Side.LEGACY, readLegacy()); // it may have moved in between
    }
    if (target != null && legacy.state() == State.MOVED) { // else it is no primary anyway
      target = undoneIfOverdue(Side.TARGET, target);
    }
    return truth(legacy, target);
  }

  private ControlRow readLegacy() {
    crossing.store(Side.LEGACY).connect();
    ControlRow row = legacy().read(crossing.name());
    if (row == null) {
      openings.forget(Side.LEGACY);
      legacy().createIfAbsent(ControlRow.open(crossing.name(), 1, Stage.OFF));
      row = legacy().read(crossing.name());
    }
    if (row == null) {
      throw new IllegalStateException("the control row just made is gone");
    }
    return row;
  }

  /** Where PostgreSQL is the primary, it says so itself; no other row can be open then. */
  private StageView withoutLegacy(CrossfadeException unreachable) {
    ControlRow target;
    try {
      crossing.store(Side.TARGET).connect();
      target = target().read(crossing.name());
    } catch (CrossfadeException e) {
      unreachable.addSuppressed(e);
      throw unreachable;
    }
    if (target == null || target.state() == State.MOVED) {
      throw unreachable;
    }
    ControlRow now = undoneIfOverdue(Side.TARGET, target);
    if (now.state() == State.MOVED) { // decided instead of undone
      throw unreachable;
    }
    return new StageView(Side.TARGET, now);
  }

  /**
   * The target's row. Not needed while the legacy store is the primary, but for one look that finds
   * a legacy store restored from a backup; null then and while it cannot be reached.
   */
  private @Nullable ControlRow readTarget(ControlRow legacy) {
    if (legacy.state() != State.MOVED && (targetLookedAt || legacy.stage() == Stage.OFF)) {
      return null;
    }
    try {
      crossing.store(Side.TARGET).connect();
      ControlRow row = target().read(crossing.name());
      targetLookedAt = true;
      return row;
    } catch (StoreUnavailableException | StoreTimeoutException e) {
      if (legacy.state() == State.MOVED) {
        throw e;
      }
      return null;
    }
  }

  private static boolean claimsToBeOlder(ControlRow legacy, ControlRow target) {
    return legacy.state() != State.MOVED && target.epoch() > legacy.epoch();
  }

  private StageView truth(ControlRow legacy, @Nullable ControlRow target) {
    if (legacy.state() != State.MOVED) {
      if (target != null && claimsToBeOlder(legacy, target)) {
        throw restored(Side.LEGACY, legacy, target);
      }
      if (target != null) {
        lookAtSecondary(legacy, target);
      }
      return new StageView(Side.LEGACY, legacy);
    }
    if (target != null && target.state() != State.MOVED) {
      if (target.epoch() < legacy.epoch()) {
        throw restored(Side.TARGET, target, legacy);
      }
      openings.note(Side.LEGACY, legacy.epoch());
      return new StageView(Side.TARGET, target);
    }
    return target == null || target.epoch() < legacy.epoch()
        ? opened(Side.TARGET, target, legacy)
        : opened(Side.LEGACY, legacy, target);
  }

  /** The target where the legacy store is the primary: it has moved, or has been given up. */
  private void lookAtSecondary(ControlRow legacy, ControlRow target) {
    if (target.state() != State.MOVED) {
      givenUp = stillPrimary(legacy, target);
      return;
    }
    givenUp = null;
    if (target.epoch() > 0) {
      openings.note(Side.TARGET, target.epoch());
    }
  }

  private ConfigurationException stillPrimary(ControlRow legacy, ControlRow target) {
    return new ConfigurationException(
        List.of(
            crossing.store(Side.TARGET).name()
                + " takes itself for the primary of migration '"
                + crossing.name()
                + "' at epoch "
                + target.epoch()
                + ", but "
                + crossing.store(Side.LEGACY).name()
                + " is, at epoch "
                + legacy.epoch()
                + ": it was given up, or restored from a backup. Nothing is written to it. If it"
                + " was given up, Migration.reconcile() writes down what only it has and takes it"
                + " back"));
  }

  /**
   * Opens the side that a decision on the other one has made primary; late or twice does no harm.
   * Not one that has been open since and does not know it: it has lost all that it was given.
   */
  private StageView opened(Side side, @Nullable ControlRow behind, ControlRow moved) {
    if (openings.wasCarriedOut(side.other(), moved)) {
      return openedMeanwhile(side, behind, moved);
    }
    crossing.store(side).control().openIfOlder(moved.opened());
    openings.note(side.other(), moved.epoch());
    ControlRow row = crossing.store(side).control().read(moved.migration());
    if (row == null) {
      throw new IllegalStateException("the control row just opened is gone");
    }
    return new StageView(side, row);
  }

  /** It may have been opened between the reading of its row and that of what was carried out. */
  private StageView openedMeanwhile(Side side, @Nullable ControlRow behind, ControlRow moved) {
    ControlRow again = crossing.store(side).control().read(moved.migration());
    if (again == null || again.epoch() < moved.epoch()) {
      throw restored(side, behind, moved);
    }
    return read();
  }

  private ControlRow undoneIfOverdue(Side side, ControlRow row) {
    ControlTable control = crossing.store(side).control();
    Instant deadline = row.deadline();
    if (deadline == null || control.now().isBefore(deadline)) {
      return row;
    }
    log.warn(
        "Undoing an attempt to change the primary of migration '{}' that is past its deadline;"
            + " whoever made it has died or stalled.",
        crossing.name());
    if (control.replace(row, row.opened(), undone(row, deadline))) {
      UndoneAttempt event = new UndoneAttempt(crossing.name(), row.stage(), deadline);
      crossing.events().tell(listener -> listener.attemptUndone(event));
    }
    ControlRow now = control.read(crossing.name());
    return now == null ? row : now;
  }

  private AuditEntry undone(ControlRow row, Instant deadline) {
    return audit.entry(
        Action.UNDONE,
        row.stage(),
        row.stage(),
        row.epoch(),
        deadline,
        crossing.settings().instance(),
        List.of(),
        "past its deadline; whoever made the attempt had died or stalled");
  }

  private ConfigurationException restored(Side side, @Nullable ControlRow older, ControlRow newer) {
    return new ConfigurationException(
        List.of(
            crossing.store(side).name()
                + (older != null && older.state() != State.MOVED
                    ? " says that it is the primary of migration '"
                    : " is to be the primary of migration '")
                + crossing.name()
                + "' at epoch "
                + (older == null ? 0 : older.epoch())
                + ", but "
                + crossing.store(side.other()).name()
                + " is at epoch "
                + newer.epoch()
                + " already: it was restored from a backup. Nothing is written to it. Bring its"
                + " data up to date from the other store, or restore the other one too"));
  }

  private ControlTable legacy() {
    return crossing.store(Side.LEGACY).control();
  }

  private ControlTable target() {
    return crossing.store(Side.TARGET).control();
  }
}
