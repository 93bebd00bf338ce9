package dev.crossfade.copy;

import dev.crossfade.store.StoreRepository;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the keys of an entity into ranges of as many rows of one store, as they are asked for. The
 * first begins before all keys and the last ends behind all, so that the other store has no row
 * outside. For one thread.
 */
final class Ranges<K> {
  private final StoreRepository<?, K> repository;
  private final int rows;
  private @Nullable K after;
  private boolean ended;

  /**
   * Those behind a key.
   *
   * @param after null for all
   */
  Ranges(StoreRepository<?, K> repository, @Nullable K after, int rows) {
    this.repository = repository;
    this.after = after;
    this.rows = rows;
  }

  /** The next one; null after the last. */
  @Nullable KeyRange<K> nextOrNull() {
    if (ended) {
      return null;
    }
    K to = repository.boundary(after, rows);
    KeyRange<K> range = new KeyRange<>(after, to);
    after = to;
    ended = to == null;
    return range;
  }
}
