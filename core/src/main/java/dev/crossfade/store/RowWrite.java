package dev.crossfade.store;

/**
 * A write of one row with nothing else in its transaction: what a store may do together with its
 * mark in one round trip.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public sealed interface RowWrite<T, K> {
  /** Insert or replace. The result is the row as the store holds it. */
  record Save<T, K>(T row) implements RowWrite<T, K> {}

  /** Insert. The result is the row as the store holds it. */
  record Insert<T, K>(T row) implements RowWrite<T, K> {}

  /** Delete. The result is a {@code Boolean}: whether there was a row. */
  record Delete<T, K>(K key) implements RowWrite<T, K> {}
}
