package dev.crossfade.jooq;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store's catalogue knows of a table. For adapters, which read it.
 *
 * @param columns all columns; empty if there is no such table
 * @param uniques what is unique: primary key, constraints, indexes
 * @param foreignKeys to other tables
 * @param triggers the names of those that are not the library's
 */
public record TableFacts(
    List<Column> columns,
    List<Unique> uniques,
    List<ForeignKey> foreignKeys,
    List<String> triggers) {
  /**
   * A column.
   *
   * @param name its name
   * @param nullable whether it can be null
   * @param defaulted whether the store fills it where an insert leaves it out
   */
  public record Column(String name, boolean nullable, boolean defaulted) {}

  /**
   * Something unique.
   *
   * @param name of the constraint or index
   * @param columns those it is over, and those that its expressions or predicate name
   * @param whole whether it makes exactly these columns unique: over all rows, without expressions
   * @param flaw why it cannot make a key unique although it is whole, with the fix; null if it can
   */
  public record Unique(String name, List<String> columns, boolean whole, @Nullable String flaw) {}

  /**
   * A foreign key.
   *
   * @param columns the referring columns
   * @param parent the name of the table they refer to
   * @param parentColumns the columns there, one for each; empty in a store without child tables
   * @param effect what a delete of the parent does here
   */
  public record ForeignKey(
      List<String> columns, String parent, List<String> parentColumns, Effect effect) {}

  /** What a delete of a row does to rows that refer to it. */
  public enum Effect {
    /** Nothing; it is refused. */
    NONE,
    /** They are deleted. */
    CASCADE,
    /** Their reference becomes null. */
    SET_NULL,
    /** Their reference becomes the column's default. */
    SET_DEFAULT
  }
}
