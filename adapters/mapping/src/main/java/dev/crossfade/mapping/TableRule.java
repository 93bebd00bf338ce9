package dev.crossfade.mapping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the file says of one target table. Immutable.
 *
 * @param target the table, as written: {@code table} or {@code schema.table}
 * @param from the legacy table; null for the one of the same name
 * @param collection the collection of MongoDB, in place of a table; null where it is a table
 * @param record the class name of a row; null for the one derived from the table's name
 * @param key the columns of the key; empty for the target's primary key
 * @param ignore legacy columns that are left behind on purpose
 * @param triggers triggers that the application knows of, on either table
 * @param columns what does not follow by name
 * @param place where it stands
 */
public record TableRule(
    String target,
    @Nullable String from,
    @Nullable String collection,
    @Nullable String record,
    List<Named> key,
    List<Named> ignore,
    List<Named> triggers,
    List<ColumnRule> columns,
    Place place) {
  /** Copies the lists. */
  public TableRule {
    key = List.copyOf(key);
    ignore = List.copyOf(ignore);
    triggers = List.copyOf(triggers);
    columns = List.copyOf(columns);
  }

  /**
   * A name in a list. Immutable.
   *
   * @param name as written
   * @param place where it stands
   */
  public record Named(String name, Place place) {}
}
