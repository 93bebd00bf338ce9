package dev.crossfade;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one entity refer to rows of another, or of their own: a foreign key as the entity
 * declares it.
 *
 * @param components the referring components, in the order of those referred to
 * @param other the entity referred to; null for the entity's own
 * @param target the components of it that are referred to, unique together; empty for its key
 * @param onDelete what the stores do with the referring rows when the row they refer to is deleted
 */
public record Reference(
    List<String> components, @Nullable Entity<?, ?> other, List<String> target, OnDelete onDelete) {
  /** Copies the lists. */
  public Reference {
    components = List.copyOf(components);
    target = List.copyOf(target);
  }

  /** A reference to the key. */
  static Reference toKey(List<String> components, @Nullable Entity<?, ?> other, OnDelete onDelete) {
    return new Reference(components, other, List.of(), onDelete);
  }

  /** The same reference to another entity. */
  Reference to(Entity<?, ?> parent) {
    return new Reference(components, parent, target, onDelete);
  }

  /** Whether it refers to the key, so that a row says the key of its parent. */
  public boolean isToKey() {
    return target.isEmpty();
  }

  /** The entity referred to, given the one that declares the reference. */
  public Entity<?, ?> parent(Entity<?, ?> declaring) {
    return other == null ? declaring : other;
  }

  /** What a row of the declaring entity refers to, in order; null if a part of it is null. */
  public Object @Nullable [] referredTo(Entity<?, ?> declaring, Object row) {
    return values(declaring, components, row);
  }

  /**
   * What rows that refer to a row of the parent have in their components; null if a part of it is
   * null, so that none refers to it.
   */
  public Object @Nullable [] referredBy(Entity<?, ?> declaring, Object parentRow) {
    Entity<?, ?> parent = parent(declaring);
    List<String> names =
        isToKey() ? parent.keyComponents().stream().map(Component::name).toList() : target;
    return values(parent, names, parentRow);
  }

  private static Object @Nullable [] values(Entity<?, ?> entity, List<String> names, Object row) {
    Object[] values = new Object[names.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = entity.component(names.get(i)).get(row);
      if (value == null) {
        return null;
      }
      values[i] = value;
    }
    return values;
  }
}
