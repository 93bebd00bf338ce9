package dev.crossfade.jooq;

import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * A column and what an update gives it, made by {@link JooqRepository#set(Field, Object)}.
 * Immutable.
 */
public final class Assignment {
  private final Field<?> column;
  private final @Nullable Object value;

  Assignment(Field<?> column, @Nullable Object value) {
    this.column = column;
    this.value = value;
  }

  Field<?> column() {
    return column;
  }

  /** A value, or a field of jOOQ's that gives it. */
  @Nullable Object value() {
    return value;
  }
}
