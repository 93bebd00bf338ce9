package dev.crossfade.rehearsal;

import dev.crossfade.Difference;
import dev.crossfade.Entity;
import dev.crossfade.store.RowState;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a call recorded on PostgreSQL beside what it recorded on the primary, entity by entity,
 * those that are referred to first, because keys that both generated are paired on the way.
 *
 * <p>A row that one side did not touch counts as what PostgreSQL held before the call. For one
 * thread and one comparison.
 */
final class DeltaComparison {
  private static final Comparator<ByteBuffer> UNSIGNED =
      (a, b) -> Arrays.compareUnsigned(a.array(), b.array());

  private final Crossing crossing;
  private final Before before;
  private final KeyPairs keys;
  private final RowRules rules;
  private final List<RowDifference> differences = new ArrayList<>();

  /** The rows that PostgreSQL held before the call. */
  interface Before {
    <T, K> List<T> rows(EntityPair<T, K> pair, Collection<K> keys);
  }

  /** A row that came out otherwise. */
  record RowDifference(RowState<?, ?> state, List<Difference> differences) {}

  DeltaComparison(Crossing crossing, Before before, KeyPairs keys, RowRules rules) {
    this.crossing = crossing;
    this.before = before;
    this.keys = keys;
    this.rules = rules;
  }

  /** Where they differ; empty if nowhere. */
  List<RowDifference> differences(List<RowState<?, ?>> primary, List<RowState<?, ?>> secondary) {
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      compare(pair, primary, secondary);
    }
    return differences;
  }

  private <T, K> void compare(
      EntityPair<T, K> pair, List<RowState<?, ?>> primary, List<RowState<?, ?>> secondary) {
    Map<ByteBuffer, RowState<T, K>> a = of(pair.entity(), primary);
    Map<ByteBuffer, RowState<T, K>> b = of(pair.entity(), secondary);
    if (!isSame(pair.entity(), a, b)) {
      new OneEntity<>(pair, a, b).compare();
    }
  }

  private <T, K> boolean isSame(
      Entity<T, K> entity, Map<ByteBuffer, RowState<T, K>> a, Map<ByteBuffer, RowState<T, K>> b) {
    return a.size() == b.size() && a.values().stream().allMatch(state -> isSame(entity, state, b));
  }

  private <T, K> boolean isSame(
      Entity<T, K> entity, RowState<T, K> state, Map<ByteBuffer, RowState<T, K>> others) {
    RowState<T, K> other = others.get(ByteBuffer.wrap(state.canonicalKey()));
    return other != null && rules.differences(entity, state.row(), other.row()).isEmpty();
  }

  @SuppressWarnings("unchecked") // states are of the entity that was asked for
  private static <T, K> Map<ByteBuffer, RowState<T, K>> of(
      Entity<T, K> entity, List<RowState<?, ?>> states) {
    Map<ByteBuffer, RowState<T, K>> found = new LinkedHashMap<>();
    for (RowState<?, ?> state : states) {
      if (state.entity() == entity) {
        found.put(ByteBuffer.wrap(state.canonicalKey()), (RowState<T, K>) state);
      }
    }
    return found;
  }

  private final class OneEntity<T, K> {
    private final EntityPair<T, K> pair;
    private final Entity<T, K> entity;
    private final Map<ByteBuffer, RowState<T, K>> primary;
    private final Map<ByteBuffer, RowState<T, K>> secondary;
    private final Map<ByteBuffer, T> was = new HashMap<>();

    OneEntity(
        EntityPair<T, K> pair,
        Map<ByteBuffer, RowState<T, K>> primary,
        Map<ByteBuffer, RowState<T, K>> secondary) {
      this.pair = pair;
      this.entity = pair.entity();
      this.primary = primary;
      this.secondary = secondary;
    }

    void compare() {
      readBefore();
      if (entity.keyComponents().get(0).isGenerated()) {
        pairNewRows();
      }
      Set<ByteBuffer> all = new LinkedHashSet<>(primary.keySet());
      all.addAll(secondary.keySet());
      for (ByteBuffer key : all) {
        RowState<T, K> a = primary.get(key);
        RowState<T, K> b = secondary.get(key);
        add(a != null ? a : b, row(a, key), row(b, key));
      }
    }

    private void readBefore() {
      Set<K> asked = new LinkedHashSet<>();
      primary.values().forEach(state -> asked.add(state.key()));
      secondary.values().forEach(state -> asked.add(state.key()));
      for (T row : before.rows(pair, asked)) {
        was.put(ByteBuffer.wrap(entity.keys().encode(entity.keyOf(row))), row);
      }
    }

    private @Nullable T row(@Nullable RowState<T, K> state, ByteBuffer key) {
      return state != null ? state.row() : was.get(key);
    }

    private void add(@Nullable RowState<T, K> state, @Nullable T a, @Nullable T b) {
      List<Difference> found = rules.differences(entity, a, b);
      if (state != null && !found.isEmpty()) {
        differences.add(new RowDifference(state, found));
      }
    }

    /** Rows with a key of the caller's choice are found by it, the others by their order. */
    private void pairNewRows() {
      List<RowState<T, K>> a = newRows(primary);
      List<RowState<T, K>> b = newRows(secondary);
      for (Iterator<RowState<T, K>> each = a.iterator(); each.hasNext(); ) {
        RowState<T, K> state = each.next();
        int place = b.indexOf(state);
        if (place >= 0 && rules.differences(entity, state.row(), b.get(place).row()).isEmpty()) {
          forget(b.remove(place));
          each.remove();
        }
      }
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        keys.put(entity, a.get(i).key(), b.get(i).key());
      }
      for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
        RowState<T, K> left = i < a.size() ? a.get(i) : null;
        RowState<T, K> right = i < b.size() ? b.get(i) : null;
        forget(left);
        forget(right);
        add(
            left != null ? left : right,
            left == null ? null : left.row(),
            right == null ? null : right.row());
      }
    }

    private List<RowState<T, K>> newRows(Map<ByteBuffer, RowState<T, K>> states) {
      List<RowState<T, K>> fresh = new ArrayList<>();
      states.forEach(
          (key, state) -> {
            if (state.row() != null && !was.containsKey(key)) {
              fresh.add(state);
            }
          });
      if (!fresh.isEmpty() && fresh.get(0).key() instanceof Number) {
        fresh.sort(Comparator.comparing(state -> ByteBuffer.wrap(state.canonicalKey()), UNSIGNED));
      }
      return fresh;
    }

    private void forget(@Nullable RowState<T, K> state) {
      if (state != null) {
        ByteBuffer key = ByteBuffer.wrap(state.canonicalKey());
        primary.remove(key, state);
        secondary.remove(key, state);
      }
    }
  }
}
