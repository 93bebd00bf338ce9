package dev.crossfade.store;

import java.util.UUID;

/**
 * An entry of the journal: keys whose copy in the secondary store is not known to be right.
 *
 * @param owner the incarnation that owns it
 * @param id chosen by the owner, unique among its entries; never an order
 * @param span which keys
 */
public record Entry(UUID owner, long id, Span span) {}
