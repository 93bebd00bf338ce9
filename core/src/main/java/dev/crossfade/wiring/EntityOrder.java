package dev.crossfade.wiring;

import dev.crossfade.Entity;
import dev.crossfade.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Entities so ordered that each comes after those it refers to. */
final class EntityOrder {
  private final Collection<? extends Entity<?, ?>> entities;
  private final Set<Entity<?, ?>> ordered = new LinkedHashSet<>();
  private final Set<Entity<?, ?>> onTheWay = new LinkedHashSet<>();
  private final List<String> problems;

  private EntityOrder(Collection<? extends Entity<?, ?>> entities, List<String> problems) {
    this.entities = entities;
    this.problems = problems;
  }

  /** The order; what stands in its way is added to {@code problems}. */
  static List<Entity<?, ?>> of(Collection<? extends Entity<?, ?>> entities, List<String> problems) {
    EntityOrder order = new EntityOrder(entities, problems);
    entities.forEach(order::place);
    return new ArrayList<>(order.ordered);
  }

  private void place(Entity<?, ?> entity) {
    if (ordered.contains(entity)) {
      return;
    }
    if (!onTheWay.add(entity)) {
      problems.add(
          "the entities "
              + onTheWay
              + " refer to each other in a circle; leave one reference undeclared and make its"
              + " constraint deferrable");
      return;
    }
    for (Reference reference : entity.references()) {
      placeParent(entity, reference.parent(entity));
    }
    onTheWay.remove(entity);
    ordered.add(entity);
  }

  private void placeParent(Entity<?, ?> entity, Entity<?, ?> parent) {
    if (parent == entity) {
      return;
    }
    if (!entities.contains(parent)) {
      problems.add(
          entity
              + " refers to "
              + parent
              + ", which is not in its migration; entities that refer to each other cross"
              + " together: add it");
      return;
    }
    place(parent);
  }
}
