package dev.crossfade.store;

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
 */
public record Change(String migration, long epoch, UUID incarnation, List<RowState<?, ?>> states) {}
