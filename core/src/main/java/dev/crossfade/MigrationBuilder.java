package dev.crossfade;

import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.wiring.Crossing.Declared;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Describes a migration: which entities cross together. Used in {@link Crossfade.Builder#migration}
 * only.
 */
public final class MigrationBuilder {
  private final String name;
  private final Map<String, Declared<?, ?>> entities = new LinkedHashMap<>();
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
      problems.add(
          "migration '"
              + name
              + "' has two entities named '"
              + entity.name()
              + "'; give one another name with Entity.Builder.name");
    }
    return this;
  }

  Map<String, Declared<?, ?>> entities() {
    return entities;
  }

  List<String> problems() {
    if (entities.isEmpty()) {
      problems.add("migration '" + name + "' has no entity; add one with entity(…)");
    }
    return problems;
  }
}
