package dev.crossfade.mapping;

import java.util.List;

/**
 * A table or view. Immutable.
 *
 * @param name its name
 * @param view whether it is a view, materialized or not
 * @param columns in the table's order
 * @param primaryKey its columns in the key's order; empty without one
 * @param uniqueKeys other constraints and indexes that make columns unique over all rows
 * @param foreignKeys to other tables
 * @param partitionColumns those it is partitioned by; empty if it is not
 * @param triggers the names of its triggers
 */
public record TableDescription(
    TableName name,
    boolean view,
    List<ColumnDescription> columns,
    List<String> primaryKey,
    List<List<String>> uniqueKeys,
    List<ForeignKeyDescription> foreignKeys,
    List<String> partitionColumns,
    List<String> triggers) {
  /** Copies the lists. */
  public TableDescription {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    uniqueKeys = uniqueKeys.stream().map(List::copyOf).toList();
    foreignKeys = List.copyOf(foreignKeys);
    partitionColumns = List.copyOf(partitionColumns);
    triggers = List.copyOf(triggers);
  }
}
