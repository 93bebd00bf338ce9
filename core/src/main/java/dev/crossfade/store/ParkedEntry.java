package dev.crossfade.store;

import java.time.Instant;

/**
 * An entry that could not be repaired after several tries.
 *
 * @param entry the entry
 * @param attempts how often it was tried
 * @param reason why the last try failed
 * @param since when it was made, by the store's clock
 */
public record ParkedEntry(Entry entry, int attempts, String reason, Instant since) {}
