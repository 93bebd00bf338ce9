package dev.crossfade.mapping;

import dev.crossfade.OnDelete;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a table crosses. Immutable.
 *
 * @param target the target table
 * @param legacy the legacy table, or the collection
 * @param record the class name of a row that the file asks for; null for the derived one
 * @param key the target columns of the key, in its order
 * @param generatedKey whether both stores make the key's values where none is given
 * @param locators the target columns needed beside the key to find a row: partition columns
 * @param columns one for each component of the record, in the target table's order
 * @param references to tables of the same migration
 * @param triggers on either table, known to the application
 * @param place where the file speaks of it
 */
public record TablePlan(
    TableName target,
    TableName legacy,
    @Nullable String record,
    List<String> key,
    boolean generatedKey,
    List<String> locators,
    List<ColumnPlan> columns,
    List<Reference> references,
    List<String> triggers,
    Place place) {
  /** Copies the lists. */
  public TablePlan {
    key = List.copyOf(key);
    locators = List.copyOf(locators);
    columns = List.copyOf(columns);
    references = List.copyOf(references);
    triggers = List.copyOf(triggers);
  }

  /** Whether it comes from a collection of documents. */
  public boolean isCollection() {
    return columns.stream().anyMatch(column -> column.field() != null);
  }

  /**
   * A reference to a table of the same migration, which may be this one. Immutable.
   *
   * @param columns target columns, in the order of the parent's key
   * @param parent the target table they refer to
   * @param by the column there that they have the value of; null for its key
   * @param onDelete what a delete there does here, in both stores
   */
  public record Reference(
      List<String> columns, TableName parent, @Nullable String by, OnDelete onDelete) {
    /** Copies the list. */
    public Reference {
      columns = List.copyOf(columns);
    }

    /** A reference to the key. */
    public static Reference toKey(List<String> columns, TableName parent, OnDelete onDelete) {
      return new Reference(columns, parent, null, onDelete);
    }
  }
}
