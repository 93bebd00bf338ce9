package dev.crossfade.mapping;

import dev.crossfade.OnDelete;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A foreign key. Immutable.
 *
 * @param columns the referring columns
 * @param parent the table they refer to
 * @param parentColumns the columns there, in the same order
 * @param onDelete what a delete of the parent does here; null for {@code set default}, which
 *     nothing carries over
 */
public record ForeignKeyDescription(
    List<String> columns,
    TableName parent,
    List<String> parentColumns,
    @Nullable OnDelete onDelete) {
  /** Copies the lists. */
  public ForeignKeyDescription {
    columns = List.copyOf(columns);
    parentColumns = List.copyOf(parentColumns);
  }
}
