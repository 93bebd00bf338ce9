package dev.crossfade.store;

import dev.crossfade.AuditEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The control rows of a store, the evidence recorded beside them, and the audit.
 *
 * <p>Each method is one transaction, durable when it returns. Safe for use by many threads. Changes
 * exclude the marks of writers without starving behind them, and give up with {@link
 * dev.crossfade.StoreTimeoutException}, naming who is in the way where the store can tell.
 */
public interface ControlTable {
  /** The row of a migration; null if the store has none. */
  @Nullable ControlRow read(String migration);

  /** Creates the row unless there is one. */
  void createIfAbsent(ControlRow row);

  /**
   * Replaces the row if its epoch, state, attempt and obeyed settings are still those of {@code
   * expected}, and notes the entry in the same transaction.
   *
   * @param entry what the audit is to say of it; null if nothing
   * @return whether it was; nothing is noted otherwise
   */
  boolean replace(ControlRow expected, ControlRow next, @Nullable AuditEntry entry);

  /** Replaces the row; the audit says nothing of it. */
  default boolean replace(ControlRow expected, ControlRow next) {
    return replace(expected, next, null);
  }

  /**
   * The decision of a change of primary: as {@link #replace}, and only if the journal has no entry
   * of the migration, in one transaction that excludes marks.
   */
  boolean replaceIfDrained(ControlRow expected, ControlRow next, @Nullable AuditEntry entry);

  /** The decision; the audit says nothing of it. */
  default boolean replaceIfDrained(ControlRow expected, ControlRow next) {
    return replaceIfDrained(expected, next, null);
  }

  /**
   * Makes this store the primary, unless its row is at the same or a newer epoch already; creates
   * the row where there is none.
   *
   * @return whether the row is now as given: also true for whoever comes second with the same row
   */
  boolean openIfOlder(ControlRow row);

  /** The store's clock, by which deadlines are set. */
  Instant now();

  /** Records evidence for a later decision, replacing what was recorded under the name. */
  void recordEvidence(String migration, String name, String detail);

  /** All evidence of a migration by name. */
  Map<String, Evidence> evidence(String migration);

  /** Forgets all evidence of a migration. */
  void voidEvidence(String migration);

  /** Notes an entry, or the pause of the one with its id. Safe to repeat. */
  void note(AuditEntry entry);

  /** What was noted of a migration, the latest first, at most so many. */
  List<AuditEntry> audit(String migration, int most);

  /**
   * Forgets what was noted of a migration longer ago than that, by this store's clock.
   *
   * @return how many entries
   */
  int forgetAudit(String migration, Duration retention);

  /**
   * What was found, and when.
   *
   * @param detail in a form its writer understands
   * @param recordedAt by the store's clock
   */
  record Evidence(String detail, Instant recordedAt) {}
}
