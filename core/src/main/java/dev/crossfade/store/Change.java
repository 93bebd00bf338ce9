package dev.crossfade.store;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A change of the secondary store: step 3 of the protocol.
 *
 * @param migration the migration it belongs to
 * @param epoch the epoch of its mark; refused if the secondary's own is newer
 * @param incarnation who makes it; refused if fenced
 * @param states the rows to bring about, in an order that the declared foreign keys allow: rows
 *     before those that refer to them, then absent rows the other way round
 * @param limit how long the store may wait for its turn or for a lock, and how long one of its
 *     statements may take; then nothing has changed, and it says so by a {@link
 *     dev.crossfade.StoreTimeoutException}. Its own limits count where they are shorter
 */
public record Change(
    String migration, long epoch, UUID incarnation, List<RowState<?, ?>> states, Duration limit) {}
