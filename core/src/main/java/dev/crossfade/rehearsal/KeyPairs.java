package dev.crossfade.rehearsal;

import dev.crossfade.Component;
import dev.crossfade.Entity;
import dev.crossfade.Reference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys that both stores generated for what is the same row. For one thread. */
final class KeyPairs {
  private final Map<Entity<?, ?>, Map<Object, Object>> pairs = new HashMap<>();

  void put(Entity<?, ?> entity, Object primary, Object secondary) {
    pairs.computeIfAbsent(entity, e -> new HashMap<>()).put(primary, secondary);
  }

  /** Whether these are the keys of one row. */
  boolean has(Entity<?, ?> entity, @Nullable Object primary, @Nullable Object secondary) {
    Map<Object, Object> known = pairs.get(entity);
    return known != null
        && primary != null
        && secondary != null
        && secondary.equals(known.get(primary));
  }

  /** Whether these values of a component refer to one row. */
  boolean refersToSame(
      Entity<?, ?> entity,
      Component component,
      @Nullable Object primary,
      @Nullable Object secondary) {
    if (pairs.isEmpty()) {
      return false;
    }
    for (Reference reference : entity.references()) {
      if (reference.isToKey()
          && reference.components().size() == 1
          && reference.components().get(0).equals(component.name())
          && has(reference.parent(entity), primary, secondary)) {
        return true;
      }
    }
    return false;
  }
}
