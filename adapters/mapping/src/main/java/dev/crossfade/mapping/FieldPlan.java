package dev.crossfade.mapping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the documents of a collection have what a column holds. Immutable.
 *
 * @param names the field's name, dots leading into embedded documents; its aliases behind it
 * @param byDefault what it is in documents that lack the field, as text; null for null
 * @param rest whether it is no field, but all those that no other column has
 */
public record FieldPlan(List<String> names, @Nullable String byDefault, boolean rest) {
  /** Copies the list. */
  public FieldPlan {
    names = List.copyOf(names);
  }
}
