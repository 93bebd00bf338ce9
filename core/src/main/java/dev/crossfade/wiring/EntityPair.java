package dev.crossfade.wiring;

import dev.crossfade.Entity;
import dev.crossfade.Stage.Side;
import dev.crossfade.store.StoreRepository;

/**
 * An entity and its repository on either side. Immutable.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public record EntityPair<T, K>(
    Entity<T, K> entity, StoreRepository<T, K> legacy, StoreRepository<T, K> target)
    implements Pair<T> {
  @Override
  public Entity<T, K> rows() {
    return entity;
  }

  /** The repository on a side. */
  @Override
  public StoreRepository<T, K> on(Side side) {
    return side == Side.LEGACY ? legacy : target;
  }
}
