package dev.crossfade.copy;

import dev.crossfade.Component;
import dev.crossfade.Entity;
import java.util.Collection;

/**
 * About how much memory rows of an entity take, so that a chunk has a bound: texts and bytes are
 * what makes them large. Immutable.
 */
final class RowBytes<T> {
  private static final int OBJECT = 24;
  private static final int TEXT = 48;

  private final Component[] variable;
  private final int fixed;

  RowBytes(Entity<T, ?> entity) {
    this.variable =
        entity.components().stream()
            .filter(component -> !isOfFixedSize(component.type()))
            .toArray(Component[]::new);
    this.fixed = OBJECT + OBJECT * (entity.components().size() - variable.length);
  }

  private static boolean isOfFixedSize(Class<?> type) {
    return type.isPrimitive()
        || type.isEnum()
        || type.getName().startsWith("java.time.")
        || Number.class.isAssignableFrom(type)
        || type == Boolean.class
        || type == java.util.UUID.class;
  }

  long of(T row) {
    long bytes = fixed;
    for (Component component : variable) {
      bytes += ofValue(component.get(row));
    }
    return bytes;
  }

  private static long ofValue(@org.jspecify.annotations.Nullable Object value) {
    if (value instanceof String text) {
      return (long) TEXT + text.length();
    } else if (value instanceof byte[] bytes) {
      return (long) OBJECT + bytes.length;
    } else if (value instanceof Collection<?> all) {
      return OBJECT + all.stream().mapToLong(RowBytes::ofValue).sum();
    }
    return OBJECT;
  }
}
