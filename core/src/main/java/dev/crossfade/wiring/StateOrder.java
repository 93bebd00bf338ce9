package dev.crossfade.wiring;

import dev.crossfade.Entity;
import dev.crossfade.Reference;
import dev.crossfade.store.RowState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * States in an order that foreign keys allow: rows after those they refer to, then absent rows
 * before those they referred to.
 */
public final class StateOrder {
  private StateOrder() {}

  /** The states of a change, ordered. */
  public static List<RowState<?, ?>> of(Crossing crossing, List<RowState<?, ?>> states) {
    if (states.size() < 2) {
      return states;
    }
    Map<Entity<?, ?>, List<RowState<?, ?>>> byEntity = new HashMap<>();
    states.forEach(
        state -> byEntity.computeIfAbsent(state.entity(), e -> new ArrayList<>()).add(state));
    List<RowState<?, ?>> present = new ArrayList<>(states.size());
    List<RowState<?, ?>> absent = new ArrayList<>();
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      for (RowState<?, ?> state :
          parentsFirst(pair.entity(), byEntity.getOrDefault(pair.entity(), List.of()))) {
        (state.row() == null ? absent : present).add(state);
      }
    }
    for (int i = absent.size() - 1; i >= 0; i--) {
      present.add(absent.get(i));
    }
    return present;
  }

  private static List<RowState<?, ?>> parentsFirst(
      Entity<?, ?> entity, List<RowState<?, ?>> states) {
    List<Reference> own = entity.references().stream().filter(r -> r.other() == null).toList();
    return own.isEmpty() || states.size() < 2
        ? states
        : new SelfReferring(entity, own, states).ordered();
  }

  /** Rows of one entity that refer to each other; depth first, circles left as they are. */
  private static final class SelfReferring {
    private final Entity<?, ?> entity;
    private final List<Reference> references;
    private final Map<Object, RowState<?, ?>> byKey = new LinkedHashMap<>();
    private final Set<Object> placed = new HashSet<>();
    private final List<RowState<?, ?>> ordered = new ArrayList<>();

    SelfReferring(Entity<?, ?> entity, List<Reference> references, List<RowState<?, ?>> states) {
      this.entity = entity;
      this.references = references;
      states.forEach(state -> byKey.put(state.key(), state));
    }

    List<RowState<?, ?>> ordered() {
      byKey.values().forEach(this::place);
      return ordered;
    }

    private void place(RowState<?, ?> first) {
      List<RowState<?, ?>> chain = new ArrayList<>();
      RowState<?, ?> next = first;
      while (next != null && placed.add(next.key())) {
        chain.add(next);
        next = parent(next);
      }
      for (int i = chain.size() - 1; i >= 0; i--) {
        ordered.add(chain.get(i));
      }
    }

    private @Nullable RowState<?, ?> parent(RowState<?, ?> state) {
      Object row = state.row();
      if (row == null) {
        return null;
      }
      for (Reference reference : references) {
        Object key = entity.component(reference.components().get(0)).get(row);
        RowState<?, ?> parent = key == null ? null : byKey.get(key);
        if (parent != null && !placed.contains(parent.key())) {
          return parent;
        }
      }
      return null;
    }
  }
}
