package dev.crossfade.copy;

import dev.crossfade.Entity;
import dev.crossfade.Reference;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.KeyCodec;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows that other rows refer to, as entities declare it. Where that is not by their key, the
 * primary is asked for it, once for each value. For one thread, and one look.
 */
final class Parents {
  private final Crossing crossing;
  private final StageView view;

  /** Keys of parents that are not referred to by them; empty where there is none. */
  private final Map<Referred, Optional<Span>> asked = new HashMap<>();

  Parents(Crossing crossing, StageView view) {
    this.crossing = crossing;
    this.view = view;
  }

  /** The keys of what these refer to, each once; without those that no row can have. */
  List<Span> of(Collection<RowState<?, ?>> states) {
    List<Span> found = new ArrayList<>();
    for (RowState<?, ?> state : states) {
      for (Referred each : referredTo(state)) {
        Span parent = span(each);
        if (parent != null) {
          found.add(parent);
        }
      }
    }
    return found.stream().distinct().toList();
  }

  /**
   * Whether a row that it refers to is not there.
   *
   * @param gone keys of {@link #of} without a row
   */
  boolean isOrphan(RowState<?, ?> state, Set<Span> gone) {
    for (Referred each : referredTo(state)) {
      Span parent = span(each);
      if (parent == null ? !each.isToKey() : gone.contains(parent)) {
        return true;
      }
    }
    return false;
  }

  /** What a row refers to. */
  private record Referred(Entity<?, ?> parent, List<String> components, List<Object> values) {
    boolean isToKey() {
      return components.isEmpty();
    }
  }

  private static List<Referred> referredTo(RowState<?, ?> state) {
    List<Referred> all = new ArrayList<>();
    Object row = state.row();
    if (row != null) {
      for (Reference reference : state.entity().references()) {
        Object[] values = reference.referredTo(state.entity(), row);
        if (values != null) {
          all.add(
              new Referred(reference.parent(state.entity()), reference.target(), List.of(values)));
        }
      }
    }
    return all;
  }

  /** Null if no row can have that key, or the primary has no such row. */
  private @Nullable Span span(Referred to) {
    if (!to.isToKey()) {
      return asked
          .computeIfAbsent(
              to, unknown -> Optional.ofNullable(inPrimary(crossing.pair(to.parent), to)))
          .orElse(null);
    }
    byte[] key = canonicalOrNull(to.parent.keys(), to.values.toArray());
    return key == null ? null : Span.point(to.parent.name(), key);
  }

  /** Null for what no row can have as its key. */
  private static <K> byte @Nullable [] canonicalOrNull(KeyCodec<K> keys, Object[] values) {
    try {
      return keys.encode(keys.key(values));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private <T, K> @Nullable Span inPrimary(EntityPair<T, K> pair, Referred to) {
    K key = pair.on(view.primary()).keyWith(to.components, to.values.toArray());
    return key == null ? null : Span.point(pair.entity().name(), pair.entity().keys().encode(key));
  }
}
