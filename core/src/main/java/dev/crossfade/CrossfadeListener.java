package dev.crossfade;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Told what happens in a {@link Crossfade}. Register it with {@link Crossfade.Builder#listener}.
 *
 * <p>Methods are called on the thread where it happens, the hot ones on callers' threads: they must
 * be quick, must not block, and must be safe for use by many threads. What a listener throws is
 * logged and otherwise ignored. No order between events of different threads is promised, and
 * events are not repeated after a crash: they are for metrics and alarms, not for bookkeeping.
 */
public interface CrossfadeListener {
  /** A write returned to its caller, or failed. */
  default void written(WriteEvent event) {}

  /** Rows of a write reached the secondary store, or did not. */
  default void secondary(SecondaryEvent event) {}

  /** A read was compared, or was to be. */
  default void shadowRead(ShadowReadEvent event) {}

  /** A write was rehearsed on PostgreSQL, or was to be. */
  default void rehearsed(RehearsalEvent event) {}

  /** A compared read, or a rehearsed write, differs, also after settling. */
  default void mismatch(Mismatch mismatch) {}

  /** Repair has copied keys, or could not. */
  default void repaired(RepairEvent event) {}

  /** A backfill or a verification has come further. */
  default void progressed(CopyProgress progress) {}

  /** The migration is in another stage. Also told by a process that only noticed it. */
  default void moved(MoveReport move) {}

  /** The stage that the settings want was obeyed, or is not for a reason not told before. */
  default void wanted(WantedEvent event) {}

  /**
   * A write of an application.
   *
   * @param migration its migration
   * @param operation {@code tokens.save}, {@code tokens.activate}, or {@code unit}
   * @param stage the stage in which it ended
   * @param duration as the caller saw it
   * @param failure what its caller got instead of a result; null if it succeeded
   */
  record WriteEvent(
      String migration,
      String operation,
      Stage stage,
      Duration duration,
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
   * One sampled read.
   *
   * @param migration its migration
   * @param entity its entity
   * @param method the repository's method
   * @param result what came of it
   */
  record ShadowReadEvent(
      String migration, String entity, String method, ShadowReadEvent.Result result) {
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
       * Nothing can be said: its keys are under way in the journal, or it came to something else
       * while other writes were under way.
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
      List<Difference> differences) {}

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
   * How far a backfill or a verification has come with an entity.
   *
   * @param migration its migration
   * @param activity {@code backfill} or {@code verify}
   * @param entity the entity
   * @param rows rows of it so far
   */
  record CopyProgress(String migration, String activity, String entity, long rows) {}

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
}
