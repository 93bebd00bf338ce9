package dev.crossfade;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one entity refer to rows of another, or of their own: a foreign key as the entity
 * declares it.
 *
 * @param components the referring components, in the order of the other's key
 * @param other the entity referred to, by its key; null for the entity's own
 * @param onDelete what the stores do with the referring rows when the row they refer to is deleted
 */
public record Reference(List<String> components, @Nullable Entity<?, ?> other, OnDelete onDelete) {
  /** Copies the list. */
  public Reference {
    components = List.copyOf(components);
  }

  /** The entity referred to, given the one that declares the reference. */
  public Entity<?, ?> parent(Entity<?, ?> declaring) {
    return other == null ? declaring : other;
  }
}
