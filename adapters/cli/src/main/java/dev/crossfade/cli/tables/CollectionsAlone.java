package dev.crossfade.cli.tables;

import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.ColumnRule;
import dev.crossfade.mapping.FieldPlan;
import dev.crossfade.mapping.LegacyForm;
import dev.crossfade.mapping.MigrationMapping;
import dev.crossfade.mapping.MigrationPlan;
import dev.crossfade.mapping.NamedConversion;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mapping.TableRule;
import dev.crossfade.mapping.schema.TargetTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Plans collections where the target cannot be asked, because it is gone: good for what touches no
 * row. Every column is a text. Used once, by one thread.
 */
final class CollectionsAlone {
  private final MigrationMapping mapping;
  private final String firstSchema;
  private final List<TablePlan> plans = new ArrayList<>();
  private final List<TargetTable> tables = new ArrayList<>();

  CollectionsAlone(MigrationMapping mapping, String firstSchema) {
    this.mapping = mapping;
    this.firstSchema = firstSchema;
  }

  PlannedTables tables() {
    mapping.tables().forEach(this::plan);
    return PlannedTables.of(new MigrationPlan(mapping.name(), plans), tables, firstSchema);
  }

  private void plan(TableRule rule) {
    String collection = rule.collection();
    if (collection == null) {
      return;
    }
    int dot = rule.target().indexOf('.');
    TableName target =
        dot < 0
            ? TableName.of(firstSchema, rule.target())
            : TableName.of(rule.target().substring(0, dot), rule.target().substring(dot + 1));
    List<ColumnPlan> columns = columns(rule);
    List<String> key = key(rule, columns);
    plans.add(
        new TablePlan(
            target,
            TableName.of(collection),
            rule.record(),
            key,
            false,
            List.of(),
            columns,
            List.of(),
            rule.triggers().stream().map(TableRule.Named::name).toList(),
            rule.place()));
    tables.add(table(target, columns, key));
  }

  /** The key and nothing else: the mapping need not name more. */
  private static List<ColumnPlan> columns(TableRule rule) {
    List<String> names = rule.key().stream().map(TableRule.Named::name).toList();
    if (names.size() > 1) {
      return names.stream().map(name -> column(name, "_id." + name)).toList();
    }
    for (ColumnRule column : rule.columns()) {
      String from = column.from();
      boolean key = names.isEmpty() ? "_id".equals(from) : names.contains(column.target());
      if (key && from != null) {
        return List.of(column(column.target(), from));
      }
    }
    return List.of(column(names.isEmpty() ? "id" : names.get(0), "_id"));
  }

  private static List<String> key(TableRule rule, List<ColumnPlan> columns) {
    return rule.key().isEmpty()
        ? columns.stream().map(ColumnPlan::target).toList()
        : rule.key().stream().map(TableRule.Named::name).toList();
  }

  private static ColumnPlan column(String name, String field) {
    return new ColumnPlan(
        name,
        field,
        null,
        LegacyForm.of(NamedConversion.BSON),
        true,
        true,
        false,
        null,
        null,
        null,
        false,
        false,
        new FieldPlan(List.of(field), null, false),
        null);
  }

  private static TargetTable table(TableName name, List<ColumnPlan> columns, List<String> key) {
    List<TargetTable.Column> there = new ArrayList<>();
    for (ColumnPlan column : columns) {
      there.add(
          new TargetTable.Column(
              column.target(),
              new TargetTable.Type(
                  new TargetTable.QualifiedName("pg_catalog", "text"),
                  "text",
                  false,
                  -1,
                  -1,
                  List.of()),
              true,
              null,
              TargetTable.Generation.NONE,
              null));
    }
    return new TargetTable(
        new TargetTable.QualifiedName(name.schema(), name.name()),
        TargetTable.Kind.TABLE,
        null,
        there,
        key,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
