package dev.crossfade.cli.inspect;

import dev.crossfade.mapping.TableDescription;
import java.util.List;

/**
 * What a table holds. Immutable.
 *
 * @param table its schema
 * @param rows how many there are
 * @param bytes of its pages and its indexes'; -1 if SQLite was built without counting them
 * @param columns each with what it holds, in the table's order
 * @param indexes that are no constraint
 * @param orphans rows whose foreign key refers to nothing, by the key's columns; SQLite checks
 *     foreign keys only where a connection asks for it
 */
public record TableProfile(
    TableDescription table,
    long rows,
    long bytes,
    List<ColumnProfile> columns,
    List<IndexProfile> indexes,
    List<OrphanProfile> orphans) {
  /** Copies the lists. */
  public TableProfile {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
    orphans = List.copyOf(orphans);
  }

  /** Its name. */
  public String name() {
    return table.name().name();
  }

  /**
   * The columns by which a row can be found: the primary key or else a unique key; empty without.
   */
  public List<String> key() {
    if (!table.primaryKey().isEmpty()) {
      return table.primaryKey();
    }
    return table.uniqueKeys().stream().filter(this::isNeverNull).findFirst().orElse(List.of());
  }

  private boolean isNeverNull(List<String> unique) {
    return columns.stream()
        .filter(column -> unique.contains(column.name()))
        .allMatch(column -> !column.column().nullable());
  }

  /**
   * An index.
   *
   * @param name its name
   * @param unique whether it allows each value once
   * @param columns what it is of, in its order; empty if it is of expressions
   * @param partial whether it holds for some rows only
   */
  public record IndexProfile(String name, boolean unique, List<String> columns, boolean partial) {
    /** Copies the list. */
    public IndexProfile {
      columns = List.copyOf(columns);
    }
  }

  /**
   * Rows whose foreign key refers to nothing.
   *
   * @param columns the referring columns
   * @param parent the table that lacks what they refer to
   * @param rows how many there are
   * @param first the rowid of the first one; -1 where rows have none
   */
  public record OrphanProfile(List<String> columns, String parent, long rows, long first) {
    /** Copies the list. */
    public OrphanProfile {
      columns = List.copyOf(columns);
    }
  }
}
