package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.TargetTable.Column;
import dev.crossfade.jooq.codegen.TargetTable.QualifiedName;
import dev.crossfade.mapping.ColumnDescription;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableDescription;
import dev.crossfade.mapping.TableName;
import java.util.List;

/** PostgreSQL's tables as the mapping's validator describes schemas. */
final class TargetSchema {
  private TargetSchema() {}

  /**
   * The description.
   *
   * @param schemas in the order given; the first one needs no naming
   */
  static SchemaDescription of(List<String> schemas, List<TargetTable> tables) {
    return new SchemaDescription(
        "the migrations", schemas, tables.stream().map(TargetSchema::table).toList());
  }

  static QualifiedName name(TableName name) {
    return new QualifiedName(name.schema(), name.name());
  }

  private static TableName name(QualifiedName name) {
    return TableName.of(name.schema(), name.name());
  }

  private static TableDescription table(TargetTable table) {
    return new TableDescription(
        name(table.name()),
        table.isView(),
        table.columns().stream().map(TargetSchema::column).toList(),
        table.primaryKey(),
        table.uniqueKeys(),
        table.foreignKeys().stream()
            .map(
                key ->
                    new ForeignKeyDescription(
                        key.columns(), name(key.parent()), key.parentColumns(), key.onDelete()))
            .toList(),
        table.partitionColumns(),
        table.triggers());
  }

  private static ColumnDescription column(Column column) {
    return new ColumnDescription(
        column.name(),
        column.type().shown(),
        column.nullable(),
        column.hasDefault(),
        switch (column.generation()) {
          case NONE -> ColumnDescription.Generation.NONE;
          case KEY -> ColumnDescription.Generation.KEY;
          case KEY_ALWAYS -> ColumnDescription.Generation.KEY_ALWAYS;
          case COMPUTED -> ColumnDescription.Generation.COMPUTED;
        },
        column.type().precision(),
        column.type().scale(),
        column.type().literals());
  }
}
