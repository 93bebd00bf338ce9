package dev.crossfade.store;

import dev.crossfade.Entity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A change of the secondary store that says all there is in a range of keys of one entity: step 3
 * of the protocol for a chunk of a backfill. The range was marked before the rows were read.
 *
 * @param migration the migration it belongs to
 * @param epoch the epoch of its mark; refused if the secondary's own is newer
 * @param incarnation who makes it; refused if fenced
 * @param repository the rows of the entity in the store that is to load
 * @param after the key the range begins behind; null for the first
 * @param to the last key of the range; null for no end
 * @param rows every row of the range, in key order, each key once; not copied
 * @param limit as that of a {@link Change}
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public record Load<T, K>(
    String migration,
    long epoch,
    UUID incarnation,
    StoreRepository<T, K> repository,
    @Nullable K after,
    @Nullable K to,
    List<T> rows,
    Duration limit) {

  /** The entity. */
  public Entity<T, K> entity() {
    return repository.entity();
  }

  /** Those of the keys, which are in the range, that have no row here. */
  public List<K> without(List<K> keys) {
    if (keys.isEmpty()) {
      return keys;
    }
    Entity<T, K> entity = entity();
    Set<byte[]> present = new TreeSet<>(Arrays::compareUnsigned);
    rows.forEach(row -> present.add(entity.keys().encode(entity.keyOf(row))));
    List<K> absent = new ArrayList<>();
    for (K key : keys) {
      if (!present.contains(entity.keys().encode(key))) {
        absent.add(key);
      }
    }
    return absent;
  }

  /** The same as states: the rows, then the keys without one, the last first. */
  public List<RowState<?, ?>> states(List<K> absent) {
    List<RowState<?, ?>> states = new ArrayList<>(rows.size() + absent.size());
    rows.forEach(row -> states.add(RowState.present(entity(), row)));
    for (int i = absent.size() - 1; i >= 0; i--) {
      states.add(RowState.absent(entity(), absent.get(i)));
    }
    return states;
  }
}
