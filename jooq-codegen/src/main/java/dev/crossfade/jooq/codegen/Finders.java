package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.Finder;
import dev.crossfade.mapping.schema.TargetTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ways to find rows that the keys and indexes of a table promise to be quick and right. */
final class Finders {
  private final Map<String, ComponentModel> components = new LinkedHashMap<>();
  private final Set<String> key;
  private final List<Set<String>> uniques = new ArrayList<>();
  private final Map<Set<String>, Finder> found = new LinkedHashMap<>();

  private Finders(List<ComponentModel> components, List<String> key) {
    components.forEach(component -> this.components.put(component.column().name(), component));
    this.key = Set.copyOf(key);
  }

  /**
   * Those of a table.
   *
   * @param key the columns of its entity's key; empty for a view
   */
  static List<Finder> of(TargetTable table, List<ComponentModel> components, List<String> key) {
    Finders finders = new Finders(components, key);
    table.uniqueKeys().forEach(finders::unique);
    table.foreignKeys().forEach(foreignKey -> finders.list(foreignKey.columns(), true));
    finders.prefixes(table.primaryKey());
    table.indexes().forEach(finders::prefixes);
    return List.copyOf(finders.found.values());
  }

  private void unique(List<String> columns) {
    Set<String> set = Set.copyOf(columns);
    List<ComponentModel> by = components(columns);
    if (by != null && !findsOne(set)) {
      uniques.add(set);
      found.put(set, new Finder(by, true, true));
    }
  }

  private void prefixes(List<String> columns) {
    for (int length = 1; length <= columns.size(); length++) {
      list(columns.subList(0, length), false);
    }
  }

  /** Columns that hold a whole unique key find one row at most; that key's method does. */
  private void list(List<String> columns, boolean exists) {
    Set<String> set = new HashSet<>(columns);
    List<ComponentModel> by = components(columns);
    if (by != null && !findsOne(set)) {
      found.putIfAbsent(set, new Finder(by, false, exists));
    }
  }

  private boolean findsOne(Set<String> columns) {
    return (!key.isEmpty() && columns.containsAll(key))
        || uniques.stream().anyMatch(columns::containsAll);
  }

  /**
   * Null if one of them is no component, or of a type whose equality is not the same everywhere.
   */
  private @Nullable List<ComponentModel> components(List<String> columns) {
    List<ComponentModel> by = new ArrayList<>();
    for (String column : columns) {
      ComponentModel component = components.get(column);
      if (component == null || !component.canBeFoundBy()) {
        return null;
      }
      by.add(component);
    }
    return by;
  }
}
