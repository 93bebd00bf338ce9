package dev.crossfade.store;

/**
 * What a {@link Load} has brought about.
 *
 * @param rows rows that are in the range now
 * @param deleted rows that were in it, and that the load did not have
 */
public record Loaded(long rows, long deleted) {}
