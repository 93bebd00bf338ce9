package dev.crossfade;

import dev.crossfade.CrossfadeListener.RehearsalEvent;
import dev.crossfade.CrossfadeListener.ShadowReadEvent;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.store.JournalStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A named group of entities that cross together, with one stage. Obtained from {@link
 * Crossfade#migration}.
 *
 * <p>Safe for use by many threads. The long operations (backfill, verify) run on the caller's
 * thread, while the application goes on.
 */
public interface Migration {
  /** Its name. */
  String name();

  /** Its stage, as this process last saw it. */
  Stage stage();

  /**
   * The side that decides writes, as this process last saw it: whose connection {@link
   * Crossfade#join} takes.
   */
  Stage.Side primary();

  /** The number of changes of stage so far, plus one. */
  long epoch();

  /**
   * What a move to that stage would meet now: the way there, and what every gate says of its first
   * step. Moves nothing. Asks both stores; in off the legacy store alone, and one that was out of
   * reach when this process last tried is not waited for.
   *
   * @throws StoreUnavailableException if the primary store is out of reach
   */
  MovePlan plan(Stage stage);

  /**
   * Moves to a stage: forward to the next one only, back over as many as asked for, one by one.
   *
   * <p>Where the primary changes, writes wait until it is done; the report says how long. Up to the
   * decision a failure is undone; after it every process that looks completes the move.
   *
   * <p>It supersedes the settings: the stages that live instances want at this moment count as
   * obeyed, so that none of them, nor one that is started again with the same settings, undoes it.
   * So does a move to the stage that is.
   *
   * @return what has happened; from and to are the same if it was there already
   * @throws StoreUnavailableException if the primary store is out of reach; the stage is what it
   *     was, or, once decided, is completed by whoever looks next
   * @throws MoveRefusedException if a gate refuses; the message says why and what to do. Of a way
   *     back over several stages the steps before stay.
   */
  MoveReport moveTo(Stage stage);

  /**
   * As {@link #moveTo(Stage)}, with gates that give way where they refuse. The others stand.
   *
   * @param force which, and why; the audit keeps both
   */
  MoveReport moveTo(Stage stage, Force force);

  /**
   * Gives PostgreSQL up for lost, where it is the primary and does not come back: the legacy store
   * is the primary from now on, in {@code dual_write}. Acknowledged writes that had not reached it
   * are missing, and nobody can say which: the report says since when, and the way forward begins
   * with a backfill. Every other process follows as soon as it looks.
   *
   * <p><b>Make sure first that the lost server cannot be reached by anybody, and end all other
   * processes.</b> One that can still reach it, and not the legacy store, goes on writing there.
   * Keys that only the lost server has given may be given again.
   *
   * <p>Should the server come back it is refused until {@link #reconcile}.
   *
   * @param reason why, for the audit; not blank
   * @throws IllegalArgumentException if the reason is blank
   * @throws IllegalStateException if the legacy store is the primary
   * @throws MoveRefusedException if PostgreSQL can be reached (then move back, which loses nothing)
   *     or that cannot be told, or if another process lives; nothing was changed
   * @throws ConfigurationException if the legacy store does not fit; nothing was changed
   * @throws StoreUnavailableException if it is out of reach
   */
  AbandonReport abandonPrimary(String reason);

  /**
   * Takes a PostgreSQL back that was given up and has come back: writes down each row that only it
   * has, or has otherwise, as its journal knows them; then it is the secondary. The rows of the
   * legacy store win, and come there with the next backfill.
   *
   * <p>What is in the file is out of the journal: should this fail, keep the file.
   *
   * @param file must not exist; gets a line for each of those rows, with its contents, redacted
   *     ones too; for its owner alone where the file system knows owners
   * @throws IllegalStateException if there is none that was given up
   * @throws java.io.UncheckedIOException if the file is there or cannot be written
   * @throws StoreUnavailableException if a store is out of reach; safe to repeat with another file
   */
  ReconcileReport reconcile(Path file);

  /**
   * What was done to this migration, the latest first: moves, refusals, attempts undone, with who,
   * when, what the gates said and how long writes waited. Kept for {@link Settings#auditRetention}.
   *
   * @param most how many entries at most
   * @throws StoreUnavailableException if the primary store is out of reach
   */
  List<AuditEntry> audit(int most);

  /**
   * The stage that the settings of this process want ({@link Settings.Builder#stage}), and whether
   * it was obeyed; empty if they want none. For health checks: asks no store.
   */
  Optional<WantedStage> wanted();

  /**
   * What a backfill would do, and whether it would begin; changes nothing. Counts the rows of both
   * stores.
   *
   * @throws IllegalStateException in off and complete, where the other store does not follow
   * @throws StoreUnavailableException if a store is out of reach for a minute
   */
  BackfillPlan planBackfill();

  /**
   * Copies everything from the primary to the other store, while writes go on, and waits for its
   * end. Safe to repeat; rows that are the same stay. It goes on from where the last one was ended,
   * or killed, if the migration is in the same epoch and both stores have run on since.
   *
   * <p>An interrupt ends it: it waits for what is under way, and throws {@link
   * java.util.concurrent.CancellationException}, the interrupt flag set. What was copied stays.
   *
   * @throws IllegalStateException in off and complete, where the other store does not follow; or if
   *     one is under way in this process
   * @throws ConfigurationException if there is too little room, or a right is missing, nothing was
   *     copied; or if the other store is a primary that was given up and has come back, {@link
   *     #reconcile} first
   * @throws StoreUnavailableException if a store is out of reach for a minute; what was copied
   *     stays, run it again
   */
  BackfillReport backfill();

  /**
   * Begins what {@link #backfill} does, on threads of its own, and returns.
   *
   * @throws IllegalStateException as there
   * @throws ConfigurationException as there
   * @throws StoreUnavailableException if a store is out of reach for a minute; nothing was copied
   */
  BackfillRun startBackfill();

  /** As {@link #startBackfill}, from the beginning, whatever was copied before. */
  BackfillRun restartBackfill();

  /**
   * Compares every field of every row of both stores, while writes go on. Differences are confirmed
   * by reading again. As {@link #verify(VerifyOptions)} with {@link VerifyOptions#full()}.
   */
  VerificationReport verify();

  /**
   * Compares the rows of both stores, while writes go on, with {@link Settings#verificationThreads}
   * threads beside the caller's. Differences are confirmed by reading again.
   *
   * <p>One that was cut short, by an interrupt, a failure or the end of its process, is gone on
   * with by the next one, unless that is not to be or what was found then may not hold any more:
   * another stage or mapping, a store that was restarted, a backfill since, or too long ago ({@link
   * GateSettings#verificationAge}). What differed then is read again.
   *
   * @throws IllegalArgumentException if it has no entity of a name
   * @throws IllegalStateException in off and complete, where the stores differ by design; or if the
   *     migration is closed meanwhile
   * @throws StoreTimeoutException if the thread is interrupted; its flag stays set
   * @throws StoreUnavailableException if a store is out of reach; the position is kept
   */
  VerificationReport verify(VerifyOptions options);

  /**
   * Compares every field of every row of both stores, copies the rows that differ again from the
   * primary as soon as that is certain, however many, and where there were any, compares everything
   * once more. Safe while writes go on.
   *
   * @throws IllegalStateException as {@link #verify(VerifyOptions)}
   * @throws StoreUnavailableException if a store is out of reach; what was copied stays
   */
  RepairReport verifyAndRepair();

  /**
   * Copies rows that differ again from the primary: safe while writes go on.
   *
   * @return how many the other store refused; they stay in the journal
   */
  int repair(Collection<RowDifference> differences);

  /** How many compared reads came to which result in this process, dropped samples included. */
  Map<ShadowReadEvent.Result, Long> shadowReads();

  /** How many rehearsed calls came to which result in this process, skipped ones included. */
  Map<RehearsalEvent.Result, Long> rehearsals();

  /**
   * Whether writes are carried over to the other store, as this process last saw it: false while it
   * cannot be reached or keeps failing. True in off, where nobody has asked.
   */
  boolean secondaryAvailable();

  /** How large and how old the journal is; asks the primary. */
  JournalStatus journal();

  /**
   * Waits until the other store has caught up: nothing in the journal but parked entries.
   *
   * @return false if it took longer, or the thread was interrupted
   */
  boolean awaitSettled(Duration limit);

  /** Keys that the other store refuses, with the reason; at most 1,000. */
  List<ParkedKey> parked();

  /** Tries parked keys again, after their cause was removed. Returns how many there were. */
  int retryParked();

  /**
   * Gives up keys that are parked, by name: the other store is left without their latest state,
   * until they are written again, and no gate asks for them any more. No row is changed; a
   * verification goes on reporting them.
   *
   * @param keys as {@link #parked} shows them
   * @param reason why, for the audit; not blank
   * @return how many entries of the journal were given up; those of keys that are not parked any
   *     more stay
   * @throws IllegalArgumentException if the reason is blank
   */
  int giveUp(Collection<ParkedKey> keys, String reason);

  /**
   * Makes a backup of the legacy store into a new file, while the application goes on, and notes it
   * for the gate that asks for one.
   *
   * @param file must not exist
   * @throws UnsupportedOperationException if the legacy store cannot back itself up; then {@link
   *     #noteBackup}
   * @throws CrossfadeException if it failed; there is no file then
   */
  void backUp(Path file);

  /**
   * Notes a backup that was made elsewhere, for the gate that asks for one.
   *
   * @param note where it is, for whoever needs it; a line, not blank
   * @throws IllegalArgumentException if it is blank or longer than a line
   */
  void noteBackup(String note);

  /**
   * All there is to say of it at this moment, for operators and their tools; asks the stores as
   * {@link #plan} does.
   *
   * @throws StoreUnavailableException if the primary store is out of reach
   */
  MigrationStatus status();
}
