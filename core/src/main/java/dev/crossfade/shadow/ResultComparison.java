package dev.crossfade.shadow;

import dev.crossfade.Comparison;
import dev.crossfade.Difference;
import dev.crossfade.Entity;
import dev.crossfade.RowType;
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
 * Whether a read gave the same on both stores: rows by the rules of their type, everything else by
 * the natural ones, lists in order unless the method says that order does not count. Immutable.
 *
 * @param <T> the record that holds a row
 */
final class ResultComparison<T> {
  private final RowType<T> type;
  private final boolean unordered;

  ResultComparison(RowType<T> type, boolean unordered) {
    this.type = type;
    this.unordered = unordered;
  }

  boolean same(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (type.type().isInstance(a) && type.type().isInstance(b)) {
      return type.same(type.type().cast(a), type.type().cast(b));
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
  <K> Set<K> differingKeys(Entity<T, K> entity, @Nullable Object a, @Nullable Object b) {
    List<T> left = rows(a);
    List<T> right = rows(b);
    Set<K> keys = new LinkedHashSet<>();
    unmatched(entity, left, right, keys);
    unmatched(entity, right, left, keys);
    return keys;
  }

  private <K> void unmatched(Entity<T, K> entity, List<T> rows, List<T> others, Set<K> keys) {
    for (T row : rows) {
      if (others.stream().noneMatch(other -> type.same(row, other))) {
        keys.add(entity.keyOf(row));
      }
    }
  }

  /**
   * Where the first rows that stand in one place of both results differ; empty if there are none,
   * or nothing says that they should be the same.
   */
  List<Difference> firstDifferences(@Nullable Object a, @Nullable Object b) {
    List<T> left = rows(a);
    List<T> right = rows(b);
    if (left.size() != right.size() || (unordered && left.size() > 1)) {
      return List.of();
    }
    for (int i = 0; i < left.size(); i++) {
      List<Difference> differences = type.differences(left.get(i), right.get(i));
      if (!differences.isEmpty()) {
        return differences;
      }
    }
    return List.of();
  }

  private List<T> rows(@Nullable Object result) {
    List<T> rows = new ArrayList<>();
    collect(result, rows);
    return rows;
  }

  private void collect(@Nullable Object result, List<T> rows) {
    if (type.type().isInstance(result)) {
      rows.add(type.type().cast(result));
    } else if (result instanceof Optional<?> optional) {
      collect(optional.orElse(null), rows);
    } else if (result instanceof Collection<?> collection) {
      collection.forEach(element -> collect(element, rows));
    } else if (result instanceof Map<?, ?> map) {
      map.values().forEach(element -> collect(element, rows));
    }
  }

  /** The keys of the first few rows, in the order of the result. */
  <K> List<String> keys(Entity<T, K> entity, Object result) {
    return rows(result).stream()
        .limit(10)
        .map(row -> entity.keys().show(entity.keyOf(row)))
        .toList();
  }
}
