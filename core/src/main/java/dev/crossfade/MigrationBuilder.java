package dev.crossfade;

import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.ViewFactory;
import dev.crossfade.wiring.Crossing.Declaration;
import dev.crossfade.wiring.Crossing.Declared;
import dev.crossfade.wiring.Crossing.DeclaredView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Describes a migration: which entities cross together, and which views are read with them. Used in
 * {@link Crossfade.Builder#migration} only.
 */
public final class MigrationBuilder {
  private final String name;
  private final Map<String, Declared<?, ?>> entities = new LinkedHashMap<>();
  private final Map<String, DeclaredView<?>> views = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  MigrationBuilder(String name) {
    this.name = name;
  }

  /**
   * Adds an entity with its implementation for either store.
   *
   * @param legacy makes the legacy store's implementation, usually its constructor
   * @param target makes PostgreSQL's
   */
  public <T, K> MigrationBuilder entity(
      Entity<T, K> entity, RepositoryFactory<T, K> legacy, RepositoryFactory<T, K> target) {
    if (entities.put(entity.name(), new Declared<>(entity, legacy, target)) != null) {
      two(
          "entities",
          entity.name(),
          "Entity.Builder.name, or Entity.named for tables of one shape");
    }
    return this;
  }

  /**
   * Adds a view, which is only read, with its implementation for either store.
   *
   * @param legacy makes the legacy store's implementation, usually its constructor
   * @param target makes PostgreSQL's
   */
  public <T> MigrationBuilder view(View<T> view, ViewFactory<T> legacy, ViewFactory<T> target) {
    if (views.put(view.name(), new DeclaredView<>(view, legacy, target)) != null) {
      two("views", view.name(), "View.Builder.name");
    }
    return this;
  }

  private void two(String what, String same, String fix) {
    problems.add(
        "migration '"
            + name
            + "' has two "
            + what
            + " named '"
            + same
            + "'; give one another name with "
            + fix);
  }

  Declaration declaration() {
    return new Declaration(entities, views);
  }

  List<String> problems() {
    if (entities.isEmpty()) {
      problems.add("migration '" + name + "' has no entity; add one with entity(…)");
    }
    return problems;
  }
}
