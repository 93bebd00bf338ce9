package dev.crossfade.copy;

import dev.crossfade.Entity;
import dev.crossfade.UnreadableValueException;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the primary holds for marked keys, absent ones included: step 2 of a copy. */
final class PrimaryRows {
  private final Crossing crossing;
  private final StageView view;
  private final Map<RowState<?, ?>, String> unreadable = new LinkedHashMap<>();

  PrimaryRows(Crossing crossing, StageView view) {
    this.crossing = crossing;
    this.view = view;
  }

  /**
   * The state of every key that the entries cover; of a range also those that only the secondary
   * has.
   */
  List<RowState<?, ?>> read(List<Entry> entries) {
    return readSpans(entries.stream().map(Entry::span).toList());
  }

  /** The state of each of these keys. */
  List<RowState<?, ?>> readPoints(List<Span> keys) {
    return readSpans(keys);
  }

  private List<RowState<?, ?>> readSpans(List<Span> wanted) {
    Map<String, List<Span>> byEntity = new LinkedHashMap<>();
    for (Span span : wanted) {
      byEntity.computeIfAbsent(span.entity(), e -> new ArrayList<>()).add(span);
    }
    Set<RowState<?, ?>> states = new LinkedHashSet<>();
    byEntity.forEach((entity, spans) -> read(crossing.pair(entity), spans, states));
    return List.copyOf(states);
  }

  /** Keys whose rows are there but cannot be read, with the reason; known after {@link #read}. */
  Map<RowState<?, ?>, String> unreadable() {
    return unreadable;
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

  private <T, K> void readPoints(EntityPair<T, K> pair, List<K> keys, Set<RowState<?, ?>> states) {
    if (keys.isEmpty()) {
      return;
    }
    readRows(pair, () -> pair.on(view.primary()).findAll(keys), () -> keys, states);
    addAbsent(pair, keys, states);
  }

  private <T, K> void readRange(EntityPair<T, K> pair, Span span, Set<RowState<?, ?>> states) {
    K after = after(pair.entity(), span);
    K to = span.to() == null ? null : pair.entity().keys().decode(span.to());
    StoreRepository<T, K> primary = pair.on(view.primary());
    readRows(pair, () -> primary.between(after, to), () -> primary.keysBetween(after, to), states);
    addAbsent(pair, pair.on(view.secondary()).keysBetween(after, to), states);
  }

  /** Reads all rows at once; one by one if one of them cannot be read, so that it stands alone. */
  private <T, K> void readRows(
      EntityPair<T, K> pair,
      Supplier<List<T>> rows,
      Supplier<List<K>> keys,
      Set<RowState<?, ?>> states) {
    try {
      for (T row : rows.get()) {
        states.add(RowState.present(pair.entity(), row));
      }
    } catch (UnreadableValueException e) {
      keys.get().forEach(key -> readAlone(pair, key, states));
    }
  }

  private <T, K> void readAlone(EntityPair<T, K> pair, K key, Set<RowState<?, ?>> states) {
    try {
      pair.on(view.primary())
          .find(key)
          .ifPresent(row -> states.add(RowState.present(pair.entity(), row)));
    } catch (UnreadableValueException e) {
      unreadable.put(RowState.absent(pair.entity(), key), e.getMessage());
    }
  }

  /**
   * Keys without a row in the primary. The set keeps the row where there is one: it is of the same
   * entity and key.
   */
  private <T, K> void addAbsent(EntityPair<T, K> pair, List<K> keys, Set<RowState<?, ?>> states) {
    for (K key : keys) {
      RowState<T, K> absent = RowState.absent(pair.entity(), key);
      if (!unreadable.containsKey(absent)) {
        states.add(absent);
      }
    }
  }

  /** The key a range begins behind; see {@link Span#behind}. */
  private static <K> @Nullable K after(Entity<?, K> entity, Span span) {
    byte[] from = span.from();
    return from.length == 0 ? null : entity.keys().decode(Arrays.copyOf(from, from.length - 1));
  }
}
