package dev.crossfade.mapping;

import dev.crossfade.OnDelete;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What tables of a migration say of each other, and the order that follows. Used once. */
final class References {
  private final String migration;
  private final Map<TableName, TablePlanner> tables;
  private final Findings findings;
  private final Map<TableName, TablePlan> done = new LinkedHashMap<>();

  /** Those being looked at, each referred to by the one before. */
  private final List<TableName> path = new ArrayList<>();

  References(String migration, Map<TableName, TablePlanner> tables, Findings findings) {
    this.migration = migration;
    this.tables = tables;
    this.findings = findings;
  }

  /** What is referred to before what refers to it. */
  List<TablePlan> inOrder() {
    tables.values().forEach(this::visit);
    return List.copyOf(done.values());
  }

  private void visit(TablePlanner table) {
    TableName name = table.target().name();
    if (done.containsKey(name)) {
      return;
    }
    path.add(name);
    List<TablePlan.Reference> references = new ArrayList<>();
    for (ForeignKeyDescription key : table.target().foreignKeys()) {
      TablePlan.Reference reference = reference(table, key);
      if (reference != null) {
        references.add(reference);
        follow(table, reference.parent());
      }
    }
    checkLegacy(table, references);
    path.remove(path.size() - 1);
    done.put(name, table.plan(references));
  }

  private void follow(TablePlanner table, TableName parent) {
    int start = path.indexOf(parent);
    if (start < 0) {
      visit(Objects.requireNonNull(tables.get(parent)));
    } else if (start < path.size() - 1) {
      List<TableName> circle = new ArrayList<>(path.subList(start, path.size()));
      circle.add(parent);
      findings.add(
          table.rule().place(),
          "tables refer to each other in a circle: "
              + String.join(" → ", circle.stream().map(TableName::toString).toList())
              + "; no order of copying satisfies that, drop one of the foreign keys");
    }
  }

  private TablePlan.@Nullable Reference reference(TablePlanner table, ForeignKeyDescription key) {
    if (key.columns().stream().anyMatch(name -> table.column(name) == null)) {
      return null; // not carried, so nothing refers
    }
    String shown = "column " + table.rule().target() + "." + String.join(", ", key.columns());
    TablePlanner parent = tables.get(key.parent());
    if (parent == null) {
      findings.add(
          table.rule().place(),
          shown
              + " refers to "
              + key.parent()
              + ", which migration "
              + migration
              + " does not map; tables that refer to each other cross together: map it, too");
      return null;
    } else if (key.onDelete() == null) {
      findings.add(
          table.rule().place(),
          shown + " is set to its default on delete, which is not carried over; use set null");
      return null;
    }
    ColumnPlan only = table.column(key.columns().get(0));
    LookupPlan lookup = only == null ? null : only.lookup();
    if (lookup != null && key.columns().size() == 1) {
      return byLookup(table, key, parent, lookup, shown);
    } else if (!Set.copyOf(key.parentColumns()).equals(Set.copyOf(parent.key()))) {
      findings.add(
          table.rule().place(),
          shown
              + " refers to "
              + key.parent()
              + " by "
              + key.parentColumns()
              + ", whose key is "
              + parent.key()
              + "; refer to the key, name that one with key:, or say with by: what the legacy store"
              + " refers by");
      return null;
    } else if (parent == table && key.columns().size() > 1) {
      findings.add(
          table.rule().place(),
          shown + " refer to their own table by a key of several columns, which is not supported");
      return null;
    }
    List<String> columns =
        parent.key().stream()
            .map(name -> key.columns().get(key.parentColumns().indexOf(name)))
            .toList();
    return TablePlan.Reference.toKey(columns, key.parent(), key.onDelete());
  }

  private TablePlan.@Nullable Reference byLookup(
      TablePlanner table,
      ForeignKeyDescription key,
      TablePlanner parent,
      LookupPlan lookup,
      String shown) {
    if (parent == table) {
      findings.add(
          table.rule().place(),
          shown + " refers to its own table, where nothing is looked up; leave by: out");
      return null;
    } else if (parent.column(lookup.by()) == null) {
      findings.add(
          table.rule().place(),
          shown
              + " is looked up by "
              + key.parent()
              + "."
              + lookup.by()
              + ", which is not mapped; map it");
      return null;
    }
    boolean toKey = parent.key().equals(List.of(lookup.by()));
    return new TablePlan.Reference(
        key.columns(),
        key.parent(),
        toKey ? null : lookup.by(),
        Objects.requireNonNull(key.onDelete()));
  }

  /** What a delete does must be the same in both stores, whichever decides. */
  private void checkLegacy(TablePlanner table, List<TablePlan.Reference> references) {
    for (ForeignKeyDescription key : table.legacy().foreignKeys()) {
      OnDelete there = key.onDelete();
      OnDelete here =
          references.stream()
              .filter(each -> legacyColumns(table, each.columns()).equals(lower(key.columns())))
              .map(TablePlan.Reference::onDelete)
              .findFirst()
              .orElse(null);
      boolean without = here == null && there == OnDelete.REFUSE;
      if (there != here && !without) {
        findings.add(
            table.rule().place(),
            "legacy table "
                + table.legacy().name()
                + " refers to "
                + key.parent()
                + " by "
                + key.columns()
                + " with on delete "
                + shown(there)
                + ", table "
                + table.rule().target()
                + (here == null ? " not at all" : " with on delete " + shown(here))
                + "; a delete must do the same in both, make them equal");
      }
    }
  }

  private static Set<String> legacyColumns(TablePlanner table, List<String> targets) {
    Set<String> names = new HashSet<>();
    for (String target : targets) {
      ColumnPlan plan = table.column(target);
      if (plan != null) {
        names.add(plan.legacy().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  private static Set<String> lower(List<String> names) {
    Set<String> lower = new HashSet<>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    return lower;
  }

  private static String shown(@Nullable OnDelete onDelete) {
    if (onDelete == null) {
      return "set default";
    }
    return switch (onDelete) {
      case REFUSE -> "no action";
      case CASCADE -> "cascade";
      case SET_NULL -> "set null";
    };
  }
}
