package dev.crossfade.mapping.schema;

import dev.crossfade.mapping.ColumnDescription;
import dev.crossfade.mapping.ForeignKeyDescription;
import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.TableDescription;
import dev.crossfade.mapping.TableName;
import dev.crossfade.mapping.schema.TargetTable.Column;
import dev.crossfade.mapping.schema.TargetTable.QualifiedName;
import java.util.List;

/** PostgreSQL's tables as the mapping's validator describes schemas. */
public final class TargetSchema {
  private TargetSchema() {}

  /**
   * The description.
   *
   * @param shown what messages call it
   * @param schemas in the order given; the first one needs no naming
   */
  public static SchemaDescription of(String shown, List<String> schemas, List<TargetTable> tables) {
    return new SchemaDescription(shown, schemas, tables.stream().map(TargetSchema::table).toList());
  }

  /** The same name, as the catalogue has it. */
  public static QualifiedName name(TableName name) {
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
