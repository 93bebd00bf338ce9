package dev.crossfade.store;

import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What a write leaves in the journal of its primary store, and under which epoch it may be made at
 * all: step 1 of the protocol. Immutable; one per view of a migration's stage and incarnation, used
 * by many writes.
 *
 * @param migration the migration whose control row must be open at {@code epoch}
 * @param epoch the epoch the writer has seen; the store refuses the write with {@link
 *     StaleEpochException} if the control row is not open at it
 * @param kind what to leave
 * @param owner the incarnation that owns the entries
 * @param ids gives each entry its id, already registered with the owner when it is given
 */
public record Mark(String migration, long epoch, Kind kind, UUID owner, LongSupplier ids) {
  /** What a write leaves behind. */
  public enum Kind {
    /** Nothing: no other store has to follow ({@code off}). */
    NOTHING,
    /** An open entry per changed key ({@code dual_write} to {@code ramp_down}). */
    ENTRY,
    /** The changed key among the remembered ones, once ({@code complete}). */
    REMEMBERED
  }

  /** The id of the next entry. */
  public long nextId() {
    return ids.getAsLong();
  }
}
