package dev.crossfade.mongodb;

import dev.crossfade.Entity;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The mapped collections of a store, by entity. Safe for use by many threads. */
final class Tables {
  private final Map<Entity<?, ?>, Table<?, ?>> tables = new ConcurrentHashMap<>();

  void register(Table<?, ?> table) {
    tables.put(table.mapping().entity(), table);
  }

  /** Null if no repository of this store has it. */
  @SuppressWarnings("unchecked") // registered under its own entity
  <T, K> @Nullable Table<T, K> find(Entity<T, K> entity) {
    return (Table<T, K>) tables.get(entity);
  }

  /**
   * The collection that holds the rows of an entity.
   *
   * @throws IllegalArgumentException if no repository of the store has it
   */
  <T, K> Table<T, K> get(Entity<T, K> entity) {
    Table<T, K> table = find(entity);
    if (table == null) {
      throw new IllegalArgumentException("no repository of this store holds " + entity.name());
    }
    return table;
  }
}
