package dev.crossfade.rehearsal;

import dev.crossfade.Comparison;
import dev.crossfade.Entity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When two results of a write count as the same: rows by their rules, generated keys by their
 * pairs, collections in any order, because {@code returning} promises none, everything else
 * naturally, as far as its type says when it is equal. For one thread.
 */
final class ResultRules {
  private final Entity<?, ?> entity;
  private final KeyPairs keys;
  private final RowRules rows;

  ResultRules(Entity<?, ?> entity, KeyPairs keys, RowRules rows) {
    this.entity = entity;
    this.keys = keys;
    this.rows = rows;
  }

  boolean same(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b;
    } else if (entity.type().isInstance(a) && entity.type().isInstance(b)) {
      return sameRows(entity, a, b);
    } else if (a instanceof Optional<?> x && b instanceof Optional<?> y) {
      return same(x.orElse(null), y.orElse(null));
    } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return sameInAnyOrder(x.entrySet(), y.entrySet());
    } else if (a instanceof Map.Entry<?, ?> x && b instanceof Map.Entry<?, ?> y) {
      return same(x.getKey(), y.getKey()) && same(x.getValue(), y.getValue());
    } else if (a instanceof Collection<?> x && b instanceof Collection<?> y) {
      return sameInAnyOrder(x, y);
    }
    return keys.has(entity, a, b) || !saysWhenEqual(a) || Comparison.natural().same(a, b);
  }

  private <T> boolean sameRows(Entity<T, ?> of, Object a, Object b) {
    return rows.differences(of, of.type().cast(a), of.type().cast(b)).isEmpty();
  }

  /** Most come in the same order, and then this looks at each once. */
  private boolean sameInAnyOrder(Collection<?> a, Collection<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    List<Object> unmatched = new ArrayList<>(b);
    for (Object element : a) {
      int place = 0;
      while (place < unmatched.size() && !same(element, unmatched.get(place))) {
        place++;
      }
      if (place == unmatched.size()) {
        return false;
      }
      unmatched.remove(place);
    }
    return true;
  }

  private static boolean saysWhenEqual(Object value) {
    try {
      return value.getClass().isArray()
          || value.getClass().getMethod("equals", Object.class).getDeclaringClass() != Object.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  /** What can be said of a result without showing rows. */
  static String shown(@Nullable Object result) {
    if (result instanceof Collection<?> all) {
      return all.size() + " elements";
    } else if (result instanceof Optional<?> optional) {
      return optional.isEmpty() ? "empty" : "present";
    }
    return result == null || result instanceof Number || result instanceof Boolean
        ? String.valueOf(result)
        : "another result";
  }
}
