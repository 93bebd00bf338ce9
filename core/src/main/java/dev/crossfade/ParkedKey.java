package dev.crossfade;

import java.time.Instant;

/**
 * A key, or a range of keys, that the other store has refused too often. Its row is in the primary;
 * the other store has an older one or none.
 *
 * <p>Immutable.
 *
 * @param entity its entity
 * @param key the key as messages show it; {@code behind 3 up to 7} for a range; the journal's own
 *     form, {@code 0x…}, if the entity is not declared any more
 * @param attempts how often it was tried
 * @param reason what the other store answered last: constraint and column, never values
 * @param since when its entry was made, by the primary's clock
 */
public record ParkedKey(String entity, String key, int attempts, String reason, Instant since) {}
