package dev.crossfade.shadow;

import dev.crossfade.Comparison;
import dev.crossfade.Entity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a read gave the same on both stores: rows of the entity by its rules, everything else by
 * the natural ones, lists in order unless the method says that order does not count. Immutable.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
final class ResultComparison<T, K> {
  private final Entity<T, K> entity;
  private final boolean unordered;

  ResultComparison(Entity<T, K> entity, boolean unordered) {
    this.entity = entity;
    this.unordered = unordered;
  }

  boolean same(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (entity.type().isInstance(a) && entity.type().isInstance(b)) {
      return entity.same(entity.type().cast(a), entity.type().cast(b));
    } else if (a instanceof Optional<?> x && b instanceof Optional<?> y) {
      return same(x.orElse(null), y.orElse(null));
    } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.keySet().equals(y.keySet())
          && x.keySet().stream().allMatch(key -> same(x.get(key), y.get(key)));
    } else if (a instanceof Collection<?> x && b instanceof Collection<?> y) {
      return x.size() == y.size()
          && ((unordered || x instanceof Set) ? sameInAnyOrder(x, y) : sameInOrder(x, y));
    }
    return Comparison.natural().same(a, b);
  }

  private boolean sameInOrder(Collection<?> a, Collection<?> b) {
    Iterator<?> other = b.iterator();
    for (Object element : a) {
      if (!same(element, other.next())) {
        return false;
      }
    }
    return true;
  }

  private boolean sameInAnyOrder(Collection<?> a, Collection<?> b) {
    List<Object> unmatched = new ArrayList<>(b);
    for (Object element : a) {
      if (!removeSame(unmatched, element)) {
        return false;
      }
    }
    return true;
  }

  private boolean removeSame(List<Object> candidates, Object element) {
    for (Iterator<Object> each = candidates.iterator(); each.hasNext(); ) {
      if (same(element, each.next())) {
        each.remove();
        return true;
      }
    }
    return false;
  }

  /**
   * The keys of the rows that are in one result only, or differ; empty if the results have no rows
   * of the entity.
   */
  Set<K> differingKeys(@Nullable Object a, @Nullable Object b) {
    List<T> left = rows(a);
    List<T> right = rows(b);
    Set<K> keys = new LinkedHashSet<>();
    unmatched(left, right, keys);
    unmatched(right, left, keys);
    return keys;
  }

  private void unmatched(List<T> rows, List<T> others, Set<K> keys) {
    for (T row : rows) {
      if (others.stream().noneMatch(other -> entity.same(row, other))) {
        keys.add(entity.keyOf(row));
      }
    }
  }

  private List<T> rows(@Nullable Object result) {
    List<T> rows = new ArrayList<>();
    collect(result, rows);
    return rows;
  }

  private void collect(@Nullable Object result, List<T> rows) {
    if (entity.type().isInstance(result)) {
      rows.add(entity.type().cast(result));
    } else if (result instanceof Optional<?> optional) {
      collect(optional.orElse(null), rows);
    } else if (result instanceof Collection<?> collection) {
      collection.forEach(element -> collect(element, rows));
    } else if (result instanceof Map<?, ?> map) {
      map.values().forEach(element -> collect(element, rows));
    }
  }

  /** The keys of the first few rows, in the order of the result. */
  List<String> keys(Object result) {
    return rows(result).stream()
        .limit(10)
        .map(row -> entity.keys().show(entity.keyOf(row)))
        .toList();
  }
}
