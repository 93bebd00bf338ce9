package dev.crossfade;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Told what happens in a {@link Crossfade}. Register it with {@link Crossfade.Builder#listener}.
 *
 * <p>Methods are called on the thread where it happens, which each of them names; the hot ones run
 * on callers' threads. They must be quick, must not block, and must be safe for use by many
 * threads. What a listener throws is logged and otherwise ignored: the other listeners are told,
 * and the work goes on. One that blocks holds the thread it is called on, and with it what only
 * that thread does; no lock that a write needs is held meanwhile, and by then the write is decided.
 *
 * <p>No order between events of different threads is promised, and events are not repeated after a
 * crash: they are for metrics and alarms, not for bookkeeping. Events are immutable and hold no
 * values of rows but those that {@link Mismatch} is for. Nothing is made where nobody listens.
 *
 * <p>New methods may be added, with a body that does nothing.
 */
public interface CrossfadeListener {
  /** A write returned to its caller, or failed. On the caller's thread, before it returns. */
  default void written(WriteEvent event) {}

  /**
   * Rows of a write reached the secondary store, or did not. On a thread of the secondary's pool;
   * on the caller's where it was skipped.
   */
  default void secondary(SecondaryEvent event) {}

  /**
   * Writes go to the secondary store again, or go on without it. Told once for each change, in
   * order, on the thread that found out: a writer's, one of the secondary's pool, or that of
   * repair.
   */
  default void secondaryAvailability(AvailabilityEvent event) {}

  /**
   * A read was compared, or was to be. On a thread of the shadow reads' pool; on the caller's where
   * it was dropped.
   */
  default void shadowRead(ShadowReadEvent event) {}

  /**
   * A write was rehearsed on PostgreSQL, or was to be. On a thread of the secondary's pool; on the
   * caller's where it was skipped.
   */
  default void rehearsed(RehearsalEvent event) {}

  /**
   * A compared read, or a rehearsed write, differs, also after settling. On a thread of the shadow
   * reads' pool, or of the secondary's.
   */
  default void mismatch(Mismatch mismatch) {}

  /**
   * Repair has copied keys, or could not. On the thread of repair, or one that waits for the
   * journal to settle (a move, {@link Migration#awaitSettled}).
   */
  default void repaired(RepairEvent event) {}

  /**
   * Repair has come further with more than one round can do: after an outage of the secondary,
   * mostly. Told when it begins, every few seconds, and at the end. On the thread of repair, or one
   * that waits for the journal to settle.
   */
  default void backlog(BacklogEvent event) {}

  /**
   * A key was parked: the secondary has refused its row too often. On the thread that copied it:
   * repair's, or that of who called a backfill, a move or a repair. Alarm: it blocks a change of
   * primary.
   */
  default void parked(ParkedEvent event) {}

  /**
   * Repair failed in a way it did not expect; it tries again. On the thread of repair. Alarm: what
   * is left stays left while this goes on.
   */
  default void repairFailed(RepairFailure event) {}

  /**
   * The entries of finished writes could not be taken from the journal; repair copies their keys.
   * On the thread that finishes. One or two are harmless, many mean that the primary is in trouble.
   */
  default void finishFailed(FinishFailure event) {}

  /** An incarnation was fenced. On the thread of repair, of a move or of the heartbeats. */
  default void fenced(FencingEvent event) {}

  /**
   * A backfill or a verification has come further. A backfill tells on the thread of who called it,
   * a verification on its own, several at once, about five times a second for each entity.
   */
  default void progressed(CopyProgress progress) {}

  /**
   * A round of the continuous verification has come to its end ({@link Settings#verificationRate}).
   * On the thread of that.
   */
  default void roundVerified(VerificationEvent event) {}

  /** A backfill has come to its end. On the thread of who called it. */
  default void backfilled(BackfillEvent event) {}

  /** A verification has come to its end. On the thread of who called it. */
  default void verified(VerificationEvent event) {}

  /**
   * Keys that changed while the migration was complete are on their way to the other store. On the
   * thread of repair or of a move.
   */
  default void recalled(RecallEvent event) {}

  /**
   * The migration is in another stage. Also told by a process that only noticed it. On the thread
   * of who moves or notices: that of repair, a writer's, or one that has found a difference.
   */
  default void moved(MoveReport move) {}

  /**
   * The stage that the settings want was obeyed, or is not for a reason not told before. On the
   * thread that obeys.
   */
  default void wanted(WantedEvent event) {}

  /**
   * A move by hand was refused, or failed; told for the whole move, after {@link #moved} for the
   * steps that were made. On the thread of who moves. What keeps the stage that the settings want
   * from being obeyed is told by {@link #wanted}.
   */
  default void moveFailed(FailedMove event) {}

  /**
   * An attempt to change the primary was past its deadline and is undone: whoever made it has died
   * or stalled. On the thread that noticed it: that of repair, or a writer's.
   */
  default void attemptUndone(UndoneAttempt event) {}

  /**
   * A write of an application.
   *
   * @param migration its migration
   * @param operation {@code tokens.save}, {@code tokens.activate}, {@code unit}, or {@code joined},
   *     which is told when the application says that it has committed
   * @param stage the stage in which it ended
   * @param duration as the caller saw it, the wait for the secondary store included
   * @param retries how often a method or a repeatable unit was run again because the store gave it
   *     up for a concurrent transaction ({@link ConflictException}). What a store repeats by
   *     itself, as PostgreSQL's does with the write of a single row, is not among them
   * @param failure what its caller got instead of a result; null if it succeeded
   */
  record WriteEvent(
      String migration,
      String operation,
      Stage stage,
      Duration duration,
      int retries,
      @Nullable Throwable failure) {}

  /**
   * Step 3 of one write.
   *
   * @param migration its migration
   * @param outcome what is known about it
   * @param duration from its being handed over; zero if it was skipped
   * @param failure why it was not done; null if it was, or was skipped
   */
  record SecondaryEvent(
      String migration, Outcome outcome, Duration duration, @Nullable Throwable failure) {
    /** What became of it. */
    public enum Outcome {
      /** The rows are there. */
      APPLIED,
      /** Not tried: queue full, breaker open, or store not ready. Repair follows. */
      SKIPPED,
      /** Tried, and known not to be there. Repair follows. */
      FAILED,
      /** Nobody knows; the incarnation is fenced, then repair follows. */
      UNKNOWN
    }
  }

  /**
   * Whether writes are carried over to the secondary store.
   *
   * @param migration its migration
   * @param store the secondary store's kind and place
   * @param available whether writes go to it; if not, their keys stay in the journal until it is
   *     back
   * @param reason what was found
   * @param failure what the store answered last; null where it is available
   */
  record AvailabilityEvent(
      String migration,
      String store,
      boolean available,
      Reason reason,
      @Nullable Throwable failure) {
    /** What was found. */
    public enum Reason {
      /** The store could not be reached, or was and is again. */
      CONNECTION,
      /**
       * The store can be reached, but its tables do not fit, or its stage and epoch cannot be:
       * another database, or one restored from a backup. Nothing is written to it. Told even where
       * it could not be reached before; the failure says what to do.
       */
      UNFIT,
      /** Writes kept failing there and the breaker opened, or repair got through and closed it. */
      BREAKER
    }
  }

  /**
   * One sampled read.
   *
   * @param migration its migration
   * @param entity its entity
   * @param method the repository's method
   * @param result what came of it
   * @param failure why the other store failed; null unless {@link ShadowReadEvent.Result#FAILED}
   */
  record ShadowReadEvent(
      String migration,
      String entity,
      String method,
      ShadowReadEvent.Result result,
      @Nullable Throwable failure) {
    /** What came of a sampled read. */
    public enum Result {
      /** Both stores gave the same at once. */
      MATCH,
      /** They did when both were read again. */
      SETTLED,
      /**
       * They differ in keys that the journal knows to be under way, or that kept changing: nothing
       * can be said.
       */
      EXCUSED,
      /** They differ; {@link CrossfadeListener#mismatch} has the details. */
      MISMATCH,
      /** Not read: the queue was full. */
      DROPPED,
      /** The other store failed. */
      FAILED
    }
  }

  /**
   * A call of a sampled write in {@link Stage#SHADOW}, run on PostgreSQL's implementation as well
   * and rolled back there.
   *
   * @param migration its migration
   * @param entity the entity of its repository
   * @param method the repository's method
   * @param result what came of it
   */
  record RehearsalEvent(
      String migration, String entity, String method, RehearsalEvent.Result result) {
    /** What came of a rehearsed call. */
    public enum Result {
      /** PostgreSQL's implementation did what the primary's had done. */
      MATCH,
      /** It did something else; {@link CrossfadeListener#mismatch} has the details. */
      MISMATCH,
      /** It threw, and the primary's had not; the log has the reason. */
      FAILED,
      /** It took longer than {@link Settings#rehearsalLimit}, or waited so long for a lock. */
      TIMED_OUT,
      /**
       * Nothing can be said: its keys are under way in the journal, it came to something else while
       * other writes were under way, or the other store was lost meanwhile.
       */
      EXCUSED,
      /**
       * Not run: the other store is not to be reached, the unit of work is too large, its arguments
       * cannot be used twice, or the method timed out a moment ago.
       */
      SKIPPED
    }
  }

  /**
   * A difference between the stores that a compared read has found and confirmed, or between what a
   * write did on the primary and what PostgreSQL's implementation did in its rehearsal.
   *
   * @param migration its migration
   * @param entity its entity
   * @param method the repository's method that found it
   * @param key the row's key as text; null if the result has no rows of the entity
   * @param differences the components that differ, values shown unless redacted
   */
  record Mismatch(
      String migration,
      String entity,
      String method,
      @Nullable String key,
      List<Difference> differences) {
    /** Copies the list. */
    public Mismatch {
      differences = List.copyOf(differences);
    }
  }

  /**
   * A round of repair.
   *
   * @param migration its migration
   * @param repaired keys and ranges that are right now
   * @param failed keys that the secondary refused
   * @param parked entries that were parked, after too many refusals
   */
  record RepairEvent(String migration, int repaired, int failed, int parked) {}

  /**
   * How far repair has come with a backlog.
   *
   * @param migration its migration
   * @param left entries that still wait for repair
   * @param copied rows copied since it began
   * @param oldest the age of the oldest entry, parked ones included
   */
  record BacklogEvent(String migration, long left, long copied, Duration oldest) {}

  /**
   * A key that the secondary refuses.
   *
   * @param migration its migration
   * @param parked the key, and why
   */
  record ParkedEvent(String migration, ParkedKey parked) {}

  /**
   * A failure of repair that is no answer of a store.
   *
   * @param migration its migration
   * @param failure what it was
   */
  record RepairFailure(String migration, Throwable failure) {}

  /**
   * A finish that was lost.
   *
   * @param migration its migration
   * @param operations how many writes it was for
   * @param failure why
   */
  record FinishFailure(String migration, int operations, Throwable failure) {}

  /**
   * An incarnation that may not change the stores any more.
   *
   * @param migration its migration
   * @param incarnation which
   * @param cause why
   */
  record FencingEvent(String migration, UUID incarnation, Cause cause) {
    /** Why it was fenced. */
    public enum Cause {
      /** One of this process, because the outcome of a change of the secondary is unknown. */
      OUTCOME_UNKNOWN,
      /**
       * One of another process that is silent for longer than its lease, or owns keys in the
       * journal and is not registered; taken over here.
       */
      SILENT,
      /**
       * This process's own, by another process that took it for dead. Work goes on under a new one.
       * Alarm: pauses longer than {@code lease}, or clocks and stores that are too slow for it.
       */
      BY_ANOTHER_PROCESS
    }
  }

  /**
   * How far a backfill or a verification has come with an entity.
   *
   * @param migration its migration
   * @param activity {@code backfill}, {@code verify}, or {@code continuous} for a round of the
   *     continuous verification
   * @param entity the entity
   * @param rows rows of it so far
   * @param more how many of them are new since the last such event
   * @param expectedRows about how many there will be, as a store estimates it; -1 if none knows
   * @param elapsed how long these rows took; of those that an earlier run has copied, how long they
   *     would have taken at the speed of this one
   */
  record CopyProgress(
      String migration,
      String activity,
      String entity,
      long rows,
      long more,
      long expectedRows,
      Duration elapsed) {

    /** Without an estimate. */
    public CopyProgress(String migration, String activity, String entity, long rows, long more) {
      this(migration, activity, entity, rows, more, -1, Duration.ZERO);
    }

    /** How fast it has been so far; 0 while that cannot be told. */
    public double rowsPerSecond() {
      return elapsed.isZero() ? 0 : rows * 1e9 / elapsed.toNanos();
    }

    /** How long it will take from here if it goes on as fast; null while that cannot be told. */
    public @Nullable Duration left() {
      return expectedRows < 0 || rows == 0 || elapsed.isZero()
          ? null
          : Duration.ofNanos(
              (long) ((double) Math.max(0, expectedRows - rows) / rows * elapsed.toNanos()));
    }
  }

  /**
   * What has come of the stage that the settings want.
   *
   * @param migration its migration
   * @param stage the wanted stage
   * @param obeyed whether it has no effect any more: it was obeyed, or a move by hand has
   *     superseded it. Not told again by a process that finds it so at its start.
   * @param reasons why it is not obeyed for now, and what to do; told again only when they are
   *     others, figures aside. Empty if it is obeyed.
   */
  record WantedEvent(String migration, Stage stage, boolean obeyed, List<String> reasons) {}

  /**
   * The end of a backfill.
   *
   * @param report what it did
   * @param counts whether it is evidence for a later move; false if the stage changed meanwhile
   */
  record BackfillEvent(BackfillReport report, boolean counts) {}

  /**
   * The end of a verification.
   *
   * @param report what it found
   * @param counts whether it is evidence for or against a later move; false if the stage changed
   *     meanwhile
   */
  record VerificationEvent(VerificationReport report, boolean counts) {}

  /**
   * The way back from complete.
   *
   * @param migration its migration
   * @param keys how many keys had been remembered
   */
  record RecallEvent(String migration, long keys) {}

  /**
   * A move that did not come to its end. The stage is {@link Migration#stage()}: what it was, or
   * that of the last step made of a way back.
   *
   * @param migration its migration
   * @param from the stage in which it began
   * @param to the stage that was wanted
   * @param reasons why, one sentence or two each, with what to do
   * @param failure what the caller of the move got: a {@link MoveRefusedException} if a gate
   *     refused, else what a store threw
   */
  record FailedMove(
      String migration, Stage from, Stage to, List<String> reasons, Throwable failure) {
    /** Copies the list. */
    public FailedMove {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * An attempt to change the primary that nobody brought to its end.
   *
   * @param migration its migration
   * @param stage the stage it began in, and which stays
   * @param deadline until when it could have been, by the store's clock
   */
  record UndoneAttempt(String migration, Stage stage, Instant deadline) {}
}
