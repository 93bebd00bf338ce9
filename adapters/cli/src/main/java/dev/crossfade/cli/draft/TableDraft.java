package dev.crossfade.cli.draft;

import dev.crossfade.OnDelete;
import dev.crossfade.cli.inspect.TableProfile;
import java.util.List;

/**
 * A target table.
 *
 * @param legacy where it comes from
 * @param name in PostgreSQL
 * @param columns in the legacy table's order, without those that SQLite computes
 * @param key the columns of its key; never empty
 * @param references to other tables of the draft, or to itself
 * @param notes where a person should look, a sentence each
 */
record TableDraft(
    TableProfile legacy,
    String name,
    List<ColumnDraft> columns,
    List<String> key,
    List<Reference> references,
    List<String> notes) {
  TableDraft {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    references = List.copyOf(references);
    notes = List.copyOf(notes);
  }

  /** The target column of a legacy one. */
  String column(String legacyColumn) {
    for (ColumnDraft column : columns) {
      if (column.legacy().name().equalsIgnoreCase(legacyColumn)) {
        return column.name();
      }
    }
    throw new IllegalArgumentException(legacy.name() + " has no column " + legacyColumn);
  }

  /**
   * A foreign key.
   *
   * @param columns that refer
   * @param parent the target table
   * @param onDelete what a delete there does here
   */
  record Reference(List<String> columns, String parent, OnDelete onDelete) {
    Reference {
      columns = List.copyOf(columns);
    }
  }
}
