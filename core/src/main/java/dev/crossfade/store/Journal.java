package dev.crossfade.store;

import dev.crossfade.AuditEntry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongPredicate;

/**
 * The journal in a store that is primary, as copies, repair and finishing use it; writes mark in
 * their own transaction.
 *
 * <p>Each method is one transaction, committed when it returns. Safe for use by many threads. All
 * throw the {@link dev.crossfade.CrossfadeException} that fits when the store cannot be reached; an
 * outcome they report as unknown may leave entries too many, never too few.
 */
public interface Journal {
  /**
   * Marks spans for a copy, such as a chunk of a backfill.
   *
   * @return the entries, in the order of the spans
   * @throws StaleEpochException if the control row is not open at the mark's epoch, also while it
   *     is closing
   */
  List<Entry> mark(Mark mark, List<Span> spans);

  /**
   * Marks further spans for a repair under way, such as missing parents. Allowed while the control
   * row is closing.
   *
   * @throws StaleEpochException if the control row is neither open nor closing at the mark's epoch
   */
  List<Entry> markForRepair(Mark mark, List<Span> spans);

  /**
   * Chooses entries to repair, oldest first, and marks their keys, each once: entries that are left
   * with a known outcome, and all entries of fenced owners. Parked ones are not chosen. A range is
   * chosen alone; entries that another repair has chosen at this moment may be passed over, those
   * that rest after a {@linkplain #failed failure} are.
   *
   * @param limit how many entries at most
   * @throws StaleEpochException if the control row is neither open nor closing at the mark's epoch
   */
  Taken take(Mark mark, int limit);

  /**
   * What a repair has chosen.
   *
   * @param taken the chosen entries
   * @param own the entries marked for the repair itself; empty if nothing was to be chosen
   */
  record Taken(List<Entry> taken, List<Entry> own) {}

  /**
   * Step 4: for each operation flags the other point entries that overlap as contested, deletes
   * what it took, then deletes its own entries if its outcome is done and they are neither
   * contested nor, being points, within a live range; else sets them to left, or unknown. A range
   * is live as long as its entry is there, open, left or parked. An own entry that is gone comes
   * back as a left one (unknown, if the outcome is), unless the control row says moved: what this
   * journal knew was settled then, and nobody reads it any more. The commit need not be durable.
   * Operations of one call contest each other like any others.
   *
   * @return how many own entries stay behind
   */
  int finish(List<Finish> operations);

  /** Takes back what a repair marked, after a step 3 that is known to have changed nothing. */
  void withdraw(Collection<Entry> own);

  /**
   * Sets open entries of an owner that it no longer knows to left: their finish, or the answer to
   * their mark, was lost. Those left with an unknown outcome stay so: only a fence ends that. Reads
   * the journal first and asks {@code known} second, because ids are registered before they are
   * sent.
   *
   * @return how many
   */
  int leaveForgotten(UUID owner, LongPredicate known);

  /**
   * Counts a failed repair of these entries; parks those that have failed {@code parkAfter} times,
   * and lets the others rest: what stands in a row's way is often under way itself.
   *
   * @param rest how long {@link #take} passes them over after the first failure, twice as long
   *     after each further one up to sixteen times, at least, so that what stood in the way of many
   *     for long is soon found to be gone; rests of one length end together, because keys that are
   *     in each other's way must be taken together. While the control row is closing nothing rests
   * @return how many are parked now
   */
  int failed(Collection<Entry> entries, String reason, int parkAfter, Duration rest);

  /** Entries that are parked, at most so many. */
  List<ParkedEntry> parked(String migration, int limit);

  /**
   * Makes parked entries left again; their failures are counted anew.
   *
   * @return how many
   */
  int retryParked(String migration);

  /**
   * Gives entries up that are parked: they are gone, and nobody brings the other store up to date
   * any more, until their keys are written again. What the audit is to say of it is noted in the
   * same transaction. Those that are not parked any more stay.
   *
   * @param entry says it of those that were given up; asked within the transaction, so it asks no
   *     store
   * @return how many were given up; nothing is noted if none were
   */
  int giveUp(Collection<Entry> parked, Function<List<Entry>, AuditEntry> entry);

  /**
   * Those of these canonical keys of one entity that an entry of any kind covers, parked ones
   * included; as indexes.
   */
  Set<Integer> covered(String entity, List<byte[]> canonicalKeys);

  /**
   * Those of these entries of one write, all of them points, that are disputed; as indexes: the
   * entry is gone, is contested, or shares its key with another entry of any kind, parked ones and
   * ranges included. Other entries of the write do not count.
   */
  Set<Integer> disputed(List<Entry> own);

  /** Those of these entries that are there, in whatever state; as indexes. */
  Set<Integer> present(List<Entry> own);

  /** How large and how old it is. */
  JournalStatus status(String migration);

  /**
   * Turns the remembered keys of a migration into left entries of the mark's owner, before it
   * leaves {@code complete}.
   *
   * @return how many keys; each is one entry
   * @throws StaleEpochException if the control row is neither open nor closing at the mark's epoch
   */
  long recall(Mark mark);

  /**
   * Forgets remembered keys of a migration, because nobody will recall them.
   *
   * @param limit how many at most
   * @return how many
   * @throws StaleEpochException if the control row is neither open nor closing at the mark's epoch
   */
  int forgetRemembered(Mark mark, int limit);
}
