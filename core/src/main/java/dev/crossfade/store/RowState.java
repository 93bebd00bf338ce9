package dev.crossfade.store;

import dev.crossfade.Entity;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a write left behind for one key: the whole row, or its absence. This is what is carried to
 * the other store.
 *
 * <p>Immutable as far as the row is. Two states are equal if they are of one entity and key,
 * whatever the row, so that a later state of a unit of work replaces an earlier one.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public final class RowState<T, K> {
  private final Entity<T, K> entity;
  private final K key;
  private final byte[] canonicalKey;
  private final @Nullable T row;

  private RowState(Entity<T, K> entity, K key, @Nullable T row) {
    this.entity = entity;
    this.key = key;
    this.canonicalKey = entity.keys().encode(key);
    this.row = row;
  }

  /** A row as it is in the primary store. */
  public static <T, K> RowState<T, K> present(Entity<T, K> entity, T row) {
    return new RowState<>(entity, entity.keyOf(row), row);
  }

  /** No row has this key in the primary store. */
  public static <T, K> RowState<T, K> absent(Entity<T, K> entity, K key) {
    return new RowState<>(entity, key, null);
  }

  /** Its entity. */
  public Entity<T, K> entity() {
    return entity;
  }

  /** Its key. */
  public K key() {
    return key;
  }

  /** The canonical form of its key; not to be changed. */
  public byte[] canonicalKey() {
    return canonicalKey;
  }

  /** The row; null if there is none. */
  public @Nullable T row() {
    return row;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RowState<?, ?> that
        && entity == that.entity
        && Arrays.equals(canonicalKey, that.canonicalKey);
  }

  @Override
  public int hashCode() {
    return 31 * entity.hashCode() + Arrays.hashCode(canonicalKey);
  }

  /** Entity and key, never the row's contents. */
  @Override
  public String toString() {
    return entity.name() + " " + entity.keys().show(key) + (row == null ? " (absent)" : "");
  }
}
