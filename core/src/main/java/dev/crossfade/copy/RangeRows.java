package dev.crossfade.copy;

import dev.crossfade.Stage.Side;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.EntityPair;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the primary has in a range of keys of one entity, as it was read after the range was marked.
 *
 * @param after the key it begins behind; null for the first
 * @param to its last key; null for no end
 * @param rows all of them, in key order
 * @param <T> the record that holds a row
 * @param <K> its key
 */
record RangeRows<T, K>(EntityPair<T, K> pair, @Nullable K after, @Nullable K to, List<T> rows) {
  /** The state of every key in it, also of those that only the secondary has. */
  List<RowState<?, ?>> states(Side secondary) {
    StoreRepository<T, K> there = pair.on(secondary);
    Set<RowState<?, ?>> states = new LinkedHashSet<>();
    rows.forEach(row -> states.add(RowState.present(pair.entity(), row)));
    for (K key : there.keysBetween(after, to)) {
      states.add(RowState.absent(pair.entity(), key)); // unless there is a row of it
    }
    return new ArrayList<>(states);
  }
}
