package dev.crossfade.cli.tables;

import dev.crossfade.OnDelete;
import dev.crossfade.mapping.ColumnDescription;
import dev.crossfade.mapping.ColumnDescription.Generation;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mapping.LegacyForm;
import dev.crossfade.mapping.MigrationMapping;
import dev.crossfade.mapping.MigrationPlan;
import dev.crossfade.mapping.NamedConversion;
import dev.crossfade.mapping.Names;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableDescription;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mapping.TableRule;
import dev.crossfade.mapping.schema.TargetTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plans tables where the target cannot be asked, because it is gone: good for what touches no row.
 * Every column is an INTEGER, a BLOB or a text. Used once, by one thread.
 */
final class LegacyAlone {
  private final MigrationMapping mapping;
  private final SchemaDescription legacy;
  private final String firstSchema;
  private final Map<String, TableRule> rules = new LinkedHashMap<>();
  private final Map<TableName, TablePlan> plans = new LinkedHashMap<>();
  private final List<TargetTable> tables = new ArrayList<>();

  LegacyAlone(MigrationMapping mapping, SchemaDescription legacy, String firstSchema) {
    this.mapping = mapping;
    this.legacy = legacy;
    this.firstSchema = firstSchema;
  }

  PlannedTables tables() {
    for (TableRule rule : mapping.tables()) {
      TableDescription table = source(rule);
      if (table != null) {
        rules.put(table.name().name().toLowerCase(Locale.ROOT), rule);
      }
    }
    rules.values().forEach(this::plan);
    return PlannedTables.of(
        new MigrationPlan(mapping.name(), List.copyOf(plans.values())), tables, firstSchema);
  }

  private @Nullable TableDescription source(TableRule rule) {
    String from = rule.from();
    String target = target(rule).name();
    return legacy.tables().stream()
        .filter(
            table ->
                from == null
                    ? Names.same(table.name().name(), target)
                    : table.name().name().equalsIgnoreCase(from))
        .findFirst()
        .orElse(null);
  }

  private TableName target(TableRule rule) {
    int dot = rule.target().indexOf('.');
    return dot < 0
        ? TableName.of(firstSchema, rule.target())
        : TableName.of(rule.target().substring(0, dot), rule.target().substring(dot + 1));
  }

  /** What it refers to first. */
  private void plan(TableRule rule) {
    TableName target = target(rule);
    TableDescription table = source(rule);
    if (table == null || plans.containsKey(target)) {
      return;
    }
    for (ForeignKeyDescription key : table.foreignKeys()) {
      TableRule parent = rules.get(key.parent().name().toLowerCase(Locale.ROOT));
      if (parent != null && !parent.equals(rule)) {
        plan(parent);
      }
    }
    List<ColumnPlan> columns = new ArrayList<>();
    List<TargetTable.Column> there = new ArrayList<>();
    for (ColumnDescription column : table.columns()) {
      if (column.generation() != Generation.COMPUTED) {
        columns.add(column(column));
        there.add(targetColumn(column));
      }
    }
    List<String> key =
        table.primaryKey().isEmpty() ? table.uniqueKeys().get(0) : table.primaryKey();
    plans.put(
        target,
        new TablePlan(
            target,
            table.name(),
            rule.record(),
            key,
            false,
            List.of(),
            columns,
            references(table, key),
            rule.triggers().stream().map(TableRule.Named::name).toList(),
            rule.place()));
    tables.add(
        new TargetTable(
            new TargetTable.QualifiedName(target.schema(), target.name()),
            TargetTable.Kind.TABLE,
            null,
            there,
            key,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
  }

  private List<TablePlan.Reference> references(TableDescription table, List<String> ownKey) {
    List<TablePlan.Reference> references = new ArrayList<>();
    for (ForeignKeyDescription key : table.foreignKeys()) {
      TableRule parent = rules.get(key.parent().name().toLowerCase(Locale.ROOT));
      OnDelete onDelete = key.onDelete();
      TableName target = parent == null ? null : target(parent);
      boolean itself = key.parent().name().equalsIgnoreCase(table.name().name());
      TablePlan plan = target == null ? null : plans.get(target);
      List<String> there = itself ? ownKey : plan == null ? List.of() : plan.key();
      if (target != null && onDelete != null && there.size() == key.columns().size()) {
        references.add(TablePlan.Reference.toKey(key.columns(), target, onDelete));
      }
    }
    return references;
  }

  private static ColumnPlan column(ColumnDescription column) {
    return new ColumnPlan(
        column.name(),
        column.name(),
        null,
        LegacyForm.of(NamedConversion.TEXT),
        true,
        true,
        false,
        null,
        null,
        null,
        false,
        false,
        null,
        null);
  }

  private static TargetTable.Column targetColumn(ColumnDescription column) {
    String declared = column.type().toUpperCase(Locale.ROOT);
    String type = declared.contains("INT") ? "int8" : declared.contains("BLOB") ? "bytea" : "text";
    return new TargetTable.Column(
        column.name(),
        new TargetTable.Type(
            new TargetTable.QualifiedName("pg_catalog", type), type, false, -1, -1, List.of()),
        true,
        null,
        TargetTable.Generation.NONE,
        null);
  }
}
