package dev.crossfade.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a write in the primary store: steps 1 and 2 of the protocol, committed.
 *
 * @param result what the caller of the write gets
 * @param entries the ids of the entries it left, one per state; empty if the mark was of another
 *     kind
 * @param states the rows it left behind, each key once; those it read only are not among them
 * @param <R> the type of the result
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and an array boxes nothing
public record Written<R extends @Nullable Object>(
    R result, long[] entries, List<RowState<?, ?>> states) {}
