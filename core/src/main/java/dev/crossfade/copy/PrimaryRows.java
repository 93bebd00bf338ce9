package dev.crossfade.copy;

import dev.crossfade.Entity;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.Entry;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the primary holds for marked keys, absent ones included: step 2 of a copy. */
final class PrimaryRows {
  private final Crossing crossing;
  private final StageView view;

  PrimaryRows(Crossing crossing, StageView view) {
    this.crossing = crossing;
    this.view = view;
  }

  /**
   * The state of every key that the entries cover; of a range also those that only the secondary
   * has.
   */
  List<RowState<?, ?>> read(List<Entry> entries) {
    Map<String, List<Span>> byEntity = new LinkedHashMap<>();
    for (Entry entry : entries) {
      byEntity.computeIfAbsent(entry.span().entity(), e -> new ArrayList<>()).add(entry.span());
    }
    Set<RowState<?, ?>> states = new LinkedHashSet<>();
    byEntity.forEach((entity, spans) -> read(crossing.pair(entity), spans, states));
    return List.copyOf(states);
  }

  private <T, K> void read(EntityPair<T, K> pair, List<Span> spans, Set<RowState<?, ?>> states) {
    List<K> keys = new ArrayList<>();
    for (Span span : spans) {
      if (span.isRange()) {
        readRange(pair, span, states);
      } else {
        keys.add(pair.entity().keys().decode(span.from()));
      }
    }
    readPoints(pair, keys, states);
  }

  /** The states of these keys. */
  private <T, K> void readPoints(EntityPair<T, K> pair, List<K> keys, Set<RowState<?, ?>> states) {
    if (keys.isEmpty()) {
      return;
    }
    Entity<T, K> entity = pair.entity();
    for (T row : pair.on(view.primary()).findAll(keys)) {
      states.add(RowState.present(entity, row));
    }
    for (K key : keys) {
      states.add(
          RowState.absent(
              entity, key)); // the set keeps the row where there is one: same entity and key
    }
  }

  private <T, K> void readRange(EntityPair<T, K> pair, Span span, Set<RowState<?, ?>> states) {
    Entity<T, K> entity = pair.entity();
    K after = after(entity, span);
    K to = span.to() == null ? null : entity.keys().decode(span.to());
    for (T row : pair.on(view.primary()).between(after, to)) {
      states.add(RowState.present(entity, row));
    }
    StoreRepository<T, K> secondary = pair.on(view.secondary());
    for (K key : secondary.keysBetween(after, to)) {
      states.add(RowState.absent(entity, key));
    }
  }

  /** The key a range begins behind; see {@link Span#behind}. */
  private static <K> @Nullable K after(Entity<?, K> entity, Span span) {
    byte[] from = span.from();
    return from.length == 0 ? null : entity.keys().decode(Arrays.copyOf(from, from.length - 1));
  }
}
