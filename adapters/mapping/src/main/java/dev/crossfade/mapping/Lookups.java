package dev.crossfade.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Columns that refer to a row by another value than the legacy store does: what the file says with
 * {@code by:}. For one table.
 */
final class Lookups {
  private final TableRule rule;
  private final TableDescription target;
  private final SchemaDescription schema;
  private final Findings findings;

  Lookups(TableRule rule, TableDescription target, SchemaDescription schema, Findings findings) {
    this.rule = rule;
    this.target = target;
    this.schema = schema;
    this.findings = findings;
  }

  /** How a column is looked up; null if it is not, with a problem where it should be. */
  @Nullable LookupPlan find(ColumnRule of, ColumnDescription column) {
    String by = of.by();
    if (by == null) {
      return null;
    }
    ForeignKeyDescription key = foreignKey(column.name());
    TableDescription parent = key == null ? null : table(key.parent());
    if (key == null || parent == null) {
      problem(of, column, "has by:, but no foreign key of its own alone; by: is for one");
      return null;
    }
    ColumnDescription type = TablePlanner.description(parent, by);
    if (type == null) {
      List<String> known = parent.columns().stream().map(ColumnDescription::name).toList();
      problem(
          of,
          column,
          "refers to "
              + parent.name()
              + ", which has no column "
              + by
              + Findings.nearest(by, known));
      return null;
    } else if (!isUnique(parent, by)) {
      problem(
          of,
          column,
          "is looked up by "
              + parent.name()
              + "."
              + by
              + ", which is not unique; it needs a unique index");
      return null;
    } else if (key.parentColumns().equals(List.of(by))) {
      problem(of, column, "refers to " + parent.name() + " by " + by + " itself; leave by: out");
      return null;
    }
    return new LookupPlan(parent.name(), key.parentColumns().get(0), by, type);
  }

  /** What a column holds to the mapping: the values by which it is looked up. */
  static ColumnDescription as(ColumnDescription column, @Nullable LookupPlan lookup) {
    if (lookup == null) {
      return column;
    }
    ColumnDescription type = lookup.type();
    return new ColumnDescription(
        column.name(),
        type.type(),
        column.nullable(),
        column.defaulted(),
        column.generation(),
        type.precision(),
        type.scale(),
        type.literals());
  }

  private @Nullable ForeignKeyDescription foreignKey(String column) {
    for (ForeignKeyDescription key : target.foreignKeys()) {
      if (key.columns().equals(List.of(column))) {
        return key;
      }
    }
    return null;
  }

  private @Nullable TableDescription table(TableName name) {
    for (TableDescription table : schema.tables()) {
      if (table.name().equals(name)) {
        return table;
      }
    }
    return null;
  }

  private static boolean isUnique(TableDescription table, String column) {
    List<List<String>> uniques = new ArrayList<>(table.uniqueKeys());
    uniques.add(table.primaryKey());
    return uniques.stream().anyMatch(unique -> Set.copyOf(unique).equals(Set.of(column)));
  }

  private void problem(ColumnRule of, ColumnDescription column, String what) {
    findings.add(of.place(), "column " + rule.target() + "." + column.name() + " " + what);
  }
}
