package dev.crossfade;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A primary that was given up for lost. Immutable.
 *
 * @param migration the migration
 * @param from the stage before
 * @param to the stage now: the legacy store is the primary again, nothing that was found before
 *     counts
 * @param epoch the epoch now
 * @param provenUntil until when every acknowledged write is known to be in the legacy store, by the
 *     clock of this process; of those acknowledged later some may be missing, and so may keys that
 *     were {@linkplain Migration#giveUp given up}. Null if nothing is known
 * @param nothingMissing whether no acknowledged write can be missing, because in this process's
 *     settings the other store is required, and everything from before the stage was found to be
 *     there; all processes must have had it so
 */
public record AbandonReport(
    String migration,
    Stage from,
    Stage to,
    long epoch,
    @Nullable Instant provenUntil,
    boolean nothingMissing) {}
