package dev.crossfade.jooq;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * A column and what an update gives it, made by {@link JooqRepository#set(Field, Object)}; or the
 * two columns of one component. Immutable.
 */
public final class Assignment {
  private final Map<Field<?>, @Nullable Object> values = new LinkedHashMap<>();

  Assignment(Field<?> column, @Nullable Object value) {
    values.put(column, value);
  }

  Assignment(List<? extends Field<?>> columns, List<? extends @Nullable Object> given) {
    for (int i = 0; i < columns.size(); i++) {
      values.put(columns.get(i), given.get(i));
    }
  }

  /** For each column a value, or a field of jOOQ's that gives it. */
  Map<Field<?>, @Nullable Object> values() {
    return Collections.unmodifiableMap(values);
  }
}
