package dev.crossfade.cli.tables;

import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.schema.TargetTable;
import org.jspecify.annotations.Nullable;

/**
 * A component of a record that is made at run time.
 *
 * @param name in the record: the target column's
 * @param plan how the column crosses
 * @param column as PostgreSQL's catalogue has it
 * @param type that holds a value
 * @param element of a list; null for everything else
 */
record Component(
    String name,
    ColumnPlan plan,
    TargetTable.Column column,
    Class<?> type,
    @Nullable Class<?> element) {}
